"""What a project's bash files may do to the bash that reads them, and what comes of it."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import pytest

from registry_tool.capture import CaptureError
from registry_tool.capture.evaluation import Evaluation, Limits, Running


def evaluate_config(
    folder: Path, config: str, environment: dict[str, str], *, ic: str = "", limits: Limits | None = None
) -> Evaluation:
    """Evaluate `config` and one IC's file, both as they would stand in `folder`."""
    (folder / "do/ic").mkdir(parents=True)
    (folder / "do/config").write_text(config, encoding="utf-8")
    (folder / "do/ic/a.conf").write_text(ic, encoding="utf-8")
    files = {"shared": ["do/config"], "apart": ["do/ic/a.conf"]}
    with Running(folder, **files, environment=environment, limits=limits or Limits()) as running:
        return running.result()


HARMLESS = {
    "closes its output": "exec 1>&- 2>&-",
    "sends its output elsewhere": "exec >/dev/null 2>&1 3>/dev/null",
    "uses low descriptors": "exec 3>&1 4>&1 5>&1 6>&1 7>&1 8>&1 9>&1; exec 5>&-",
    "changes how words are split": "IFS=XM",
    "changes directory": "cd /",
    "goes strict and stays so": "set -euo pipefail; set -o noclobber; trap 'exit 9' ERR",
    "goes POSIX and stays so": "set -o posix",
    "sets POSIXLY_CORRECT": "export POSIXLY_CORRECT=1",
    "turns globbing odd": "set -f; shopt -s failglob nullglob dotglob nocasematch extglob",
    "traces": "set -xv",
    "exports all that it sets": "set -a",
    "shifts and sets arguments": "set -- a b c; shift 2; OPTIND=7",
    "returns early": "return 0; X=never",
    "traps": "trap 'echo bye' EXIT; trap 'echo at $LINENO' DEBUG RETURN ERR; set -TE",
    "shadows builtins": "\n".join(
        f"function {name} {{ X=shadowed; return 7; }}"
        for name in [
            *".:[",
            "builtin",
            "command",
            "compgen",
            "echo",
            "eval",
            "exit",
            "printf",
            "set",
            "source",
            "trap",
            "unset",
        ]
    ),
    "shadows builtins by aliases": "shopt -s expand_aliases; alias printf=false source=false unset=false exit=false",
    "reads its input": "read -r line; cat",
    "leaves a silent process behind": "sleep 300 >/dev/null 2>&1 &",
    "leaves a process with its output behind": "sleep 300 &",
    "kills its children": "(kill -9 $BASHPID) 2>/dev/null; X=kept",
    "stops in its subshell": "(exit 3); (exec false); true",
    "waits to be asked": "select x in a b; do :; done || true",
}


@pytest.mark.parametrize("config", HARMLESS.values(), ids=HARMLESS.keys())
def test_what_a_config_does_to_its_bash_does_not_touch_what_it_says(
    tmp_path: Path, environment: dict[str, str], config: str
) -> None:
    lines = f"X=kept\nexport Y=$'a b\\nXML'\nIC_COPY_COUNT=2\n{config}\n"

    evaluation = evaluate_config(tmp_path, lines, environment, ic="IC_GPU_COUNT=4")

    assert (
        evaluation.variables["X"],
        evaluation.variables["Y"],
        {"X", "Y"} & evaluation.exported,
        evaluation.apart["do/ic/a.conf"]["IC_GPU_COUNT"],
        evaluation.apart["do/ic/a.conf"]["IC_COPY_COUNT"],
    ) == ("kept", "a b\nXML", {"Y"}, "4", "2")


REFUSED = {
    "exits": ("exit 0", "do/config ended bash with status 0"),
    "exits with a status": ("exit 3", "do/config ended bash with status 3"),
    "exits from a trap": ("trap 'exit 0' EXIT; exit 3", "do/config ended bash with status 0"),
    "becomes another program": ("exec true", "do/config ended bash with status 0"),
    "kills its bash": ("kill -9 $$", "do/config was killed by signal 9"),
    "returns a status": ("return 4", "do/config failed with status 4"),
    "ends with a failure": ("X=1\nfalse", "do/config failed with status 1"),
    "does not parse": (
        "X=1\nif\n",
        "do/config failed with status 2: do/config: line 3: syntax error: unexpected end of file",
    ),
    "fails aloud": (
        'echo fine\necho first >&2\n: "${Y:?no Y}"',
        "do/config ended bash with status 127: do/config: line 3: Y: no Y",
    ),
    "fails strictly": ("set -e\nX=$(ls /nowhere 2>/dev/null)\necho on", "do/config ended bash with status 2"),
    "is unset strictly": (
        "set -u\nX=$Y",
        "do/config ended bash with status 127: do/config: line 2: Y: unbound variable",
    ),
    "fails in colour": ("printf 'a\\033[31mred\\n' >&2; false", "do/config failed with status 1: a\\x1b[31mred"),
    "traces a failure": ("set -x\nX=clear-text\nfalse", "do/config failed with status 1"),
    "stops executing": ("set -n", "do/config ended bash with status 0"),
}


@pytest.mark.parametrize(("config", "message"), REFUSED.values(), ids=REFUSED.keys())
def test_a_config_that_does_not_get_to_its_end_is_refused(
    tmp_path: Path, environment: dict[str, str], config: str, message: str
) -> None:
    with pytest.raises(CaptureError) as caught:
        evaluate_config(tmp_path, config, environment)

    assert str(caught.value) == message


@pytest.mark.parametrize(
    ("ic", "message"),
    [
        ("exit 0", "do/ic/a.conf ended its bash with status 0"),
        ("exit 3", "do/ic/a.conf failed with status 3"),
        ("echo no such image >&2; false", "do/ic/a.conf failed with status 1: no such image"),
    ],
)
def test_an_ics_file_that_does_not_get_to_its_end_is_refused(
    tmp_path: Path, environment: dict[str, str], ic: str, message: str
) -> None:
    with pytest.raises(CaptureError) as caught:
        evaluate_config(tmp_path, "X=1", environment, ic=ic)

    assert str(caught.value) == message


def test_what_the_files_print_is_kept_apart_from_what_they_set(tmp_path: Path, environment: dict[str, str]) -> None:
    evaluation = evaluate_config(
        tmp_path, "echo out; X=1; printf '\\0vX=2\\0'", environment, ic="echo 'vIC_IMAGE_TAG=printed'"
    )

    assert (evaluation.output, evaluation.variables["X"], evaluation.apart["do/ic/a.conf"]) == (
        "out\n\0vX=2\0vIC_IMAGE_TAG=printed\n",
        "1",
        {},
    )


@pytest.mark.parametrize("descriptor", [*range(3, 10), 99])
def test_the_way_back_is_closed_while_a_file_is_read(
    tmp_path: Path, environment: dict[str, str], descriptor: int
) -> None:
    config = f"X=closed; {{ : >&{descriptor}; }} 2>/dev/null && X=open; true"

    evaluation = evaluate_config(tmp_path, config, environment)

    assert evaluation.variables["X"] == "closed"


def test_a_file_that_guesses_the_way_back_is_refused(tmp_path: Path, environment: dict[str, str]) -> None:
    config = "for fd in {10..30}; do { printf 'junk\\0f\\0f\\0f\\0vX=1\\0' >&$fd; } 2>/dev/null; done; true"

    with pytest.raises(CaptureError) as caught:
        evaluate_config(tmp_path, config, environment)

    assert str(caught.value) == "a project file wrote into bash's answer"


@pytest.mark.parametrize(
    ("config", "limits", "message"),
    [
        ("while :; do :; done", Limits(seconds=0.2), "do/config did not finish within 0.2 seconds"),
        ("exec sleep 300", Limits(seconds=0.2), "do/config did not finish within 0.2 seconds"),
        ("trap '' TERM HUP INT; sleep 300", Limits(seconds=0.2), "do/config did not finish within 0.2 seconds"),
        ("while :; do echo aaaaaaaaaaaaaaaa; done", Limits(output=50_000), "do/config printed more than 50,000 bytes"),
        ("printf -v X %060000d 0", Limits(data=50_000), "do/config set variables of more than 50,000 bytes"),
    ],
)
def test_a_limit_ends_whatever_a_config_is_doing(
    tmp_path: Path, environment: dict[str, str], config: str, limits: Limits, message: str
) -> None:
    with pytest.raises(CaptureError) as caught:
        evaluate_config(tmp_path, config, environment, limits=limits)

    assert str(caught.value) == message


def test_no_process_of_the_group_outlives_the_evaluation(tmp_path: Path, environment: dict[str, str]) -> None:
    fifo = tmp_path / "fifo"
    os.mkfifo(fifo)
    reader = os.open(fifo, os.O_RDONLY | os.O_NONBLOCK)
    os.set_blocking(reader, True)

    evaluate_config(tmp_path, f"(sleep 20; echo still here) >{fifo} &", environment)

    with open(reader, "rb") as stream:  # noqa: PTH123  ends when the last process that could write has ended
        assert stream.read() == b""


def test_a_process_that_leaves_the_group_is_not_waited_for(tmp_path: Path, environment: dict[str, str]) -> None:
    config = f"set -m; sleep 300 & echo $! >{tmp_path}/left-behind"

    evaluation = evaluate_config(tmp_path, f"X=1; {config}", environment, limits=Limits(seconds=20))

    os.kill(int((tmp_path / "left-behind").read_text()), signal.SIGKILL)
    assert evaluation.variables["X"] == "1"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("BASH_COMPAT", "4.2"),
        ("BASH_ENV", "/dev/null"),
        ("BASH_FUNC_echo%%", "() { exit 5; }"),
        ("BASH_XTRACEFD", "2"),
        ("BASHOPTS", "failglob"),
        ("CDPATH", "/"),
        ("ENV", "/dev/null"),
        ("GLOBIGNORE", "*"),
        ("PROMPT_COMMAND", "false"),
        ("PS4", "+"),
        ("SHELLOPTS", "xtrace"),
    ],
)
def test_what_changes_bash_itself_does_not_reach_the_files(
    tmp_path: Path, environment: dict[str, str], name: str, value: str
) -> None:
    evaluation = evaluate_config(tmp_path, "ENVIRONMENT=$(env)", {**environment, name: value})

    assert f"{name}=" not in evaluation.variables["ENVIRONMENT"]


def test_a_startup_file_of_the_callers_is_not_read(tmp_path: Path, environment: dict[str, str]) -> None:
    (tmp_path / "startup").write_text("X=from-startup; exit 1")

    evaluation = evaluate_config(tmp_path, "", {**environment, "BASH_ENV": f"{tmp_path}/startup"})

    assert "X" not in evaluation.variables


def test_files_are_read_without_arguments_and_not_in_posix_mode(tmp_path: Path, environment: dict[str, str]) -> None:
    state = '"$# ${POSIXLY_CORRECT-unset} $([[ -o posix ]] || echo plain)"'

    evaluation = evaluate_config(
        tmp_path, f"X={state}", {**environment, "POSIXLY_CORRECT": "1"}, ic=f"IC_IMAGE_TAG={state}"
    )

    assert (evaluation.variables["X"], evaluation.apart["do/ic/a.conf"]["IC_IMAGE_TAG"]) == (
        "0 unset plain",
        "0 unset plain",
    )


def test_the_callers_variables_arrive_as_they_are(tmp_path: Path, environment: dict[str, str]) -> None:
    callers = {"CALLERS": "a\nb $(exit) `exit` \x1b[31m \udcff", "not.a-name": "1"}

    evaluation = evaluate_config(tmp_path, "", {**environment, **callers})

    assert (evaluation.variables["CALLERS"], "CALLERS" in evaluation.exported) == (callers["CALLERS"], True)


def test_a_missing_bash_is_said(tmp_path: Path) -> None:
    with pytest.raises(CaptureError) as caught:
        evaluate_config(tmp_path, "", {"PATH": str(tmp_path)})

    assert (str(caught.value), caught.value.hint) == (
        "bash cannot be started: No such file or directory",
        "bash must be on PATH",
    )


def test_an_environment_too_large_for_bash_is_said(tmp_path: Path, environment: dict[str, str]) -> None:
    with pytest.raises(CaptureError) as caught:
        evaluate_config(tmp_path, "", {**environment, "X": "0" * (1 << 18)})

    assert str(caught.value) == "bash cannot be started: Argument list too long"
