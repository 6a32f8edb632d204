# Reads a project's files as the project's own scripts do, and hands back what they set. Started by evaluation.py:
#
#     bash -c TEXT PROJECT/do/register SHARED... -- APART...
#
# SHARED files are sourced one after the other, APART files each in a subshell of its own. Standard input is the way
# back: a stream of NUL-terminated entries, told apart by their first letter.
#
#     f               the next file is about to be read
#     vNAME=VALUE     a variable: as the APART file left it (those that begin with IC_ or ADAPTER_ only) or, after the
#                     last file, as the SHARED files did
#     xNAMES          the names of the exported variables, one a line: an APART file's IC_ENV_ ones and, as the last
#                     entry, those of the SHARED files
#     sSTATUS         the file was read, and this is its status
#
# A project's file may do anything to the shell that reads it. So all of this is one command, which bash has read to
# its end before it runs any; `for` has expanded its list before the first turn; the way back is closed while a file
# is read; and _registry_tool_regain takes back what is needed afterwards. Works in bash 3.2, which macOS still ships.
{
    exec 99>&0 </dev/null
    SCRIPT_DIR=${0%/*}

    _registry_tool_regain() {
        POSIXLY_CORRECT=1  # now bash prefers its own `unset`, `set`, `trap` and `exit` to functions with these names
        unset -f compgen printf source
        set +aeux
        export -n POSIXLY_CORRECT
        trap - DEBUG ERR RETURN
    }

    _registry_tool_apart=
    for _registry_tool_file in "$@"; do
        if [[ $_registry_tool_file == -- ]]; then
            _registry_tool_apart=1
            continue
        fi
        set --
        printf 'f\0' >&99
        unset POSIXLY_CORRECT
        if [[ $_registry_tool_apart ]]; then
            (
                source "$_registry_tool_file" 99>&-
                _registry_tool_status=$?
                _registry_tool_regain
                for _registry_tool_name in "${!IC_@}" "${!ADAPTER_@}"; do
                    printf 'v%s=%s\0' "$_registry_tool_name" "${!_registry_tool_name}" >&99
                done
                printf x >&99
                compgen -e IC_ENV_ >&99
                printf '\0' >&99
                exit "$_registry_tool_status"
            )
            _registry_tool_status=$?
        else
            source "$_registry_tool_file" 99>&-
            _registry_tool_status=$?
        fi
        _registry_tool_regain
        printf 's%s\0' "$_registry_tool_status" >&99
        [[ $_registry_tool_status == 0 ]] || exit "$_registry_tool_status"
    done

    IFS=$'\n'
    _registry_tool_names=$(compgen -v) || exit
    _registry_tool_entries=()
    for _registry_tool_name in $_registry_tool_names; do
        _registry_tool_entries+=("v$_registry_tool_name=${!_registry_tool_name}")
    done
    {
        printf '%s\0' "${_registry_tool_entries[@]}"
        printf x
        compgen -e
        printf '\0'
    } >&99
}
