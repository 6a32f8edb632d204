"""The `registry` command: its commands by name, loaded when they are called, and the boundary where errors end."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Iterator, Mapping
from importlib import import_module
from typing import TYPE_CHECKING, Annotated

import typer
from typer.core import TyperGroup

from registry_tool import __version__
from registry_tool.cli.console import give_up_output, out, talk
from registry_tool.cli.formats import with_json
from registry_tool.cli.options import RegistryOption
from registry_tool.errors import RegistryError, UsageError, time_is_up

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

    from typer._click import Command, Context, HelpFormatter

BUG = 3
INTERRUPTED = 130
PIPE_CLOSED = 141
_LONGEST_NAME = 200
_HELP = {"help_option_names": ["-h", "--help"], "max_content_width": 160}

GROUPS = {
    "Record": {
        "register": "register",
        "remove": "remove",
        "restore": "restore",
        "undo": "restore",
        "import": "transfer",
        "replay": "transfer",
    },
    "Read": {
        "list": "read",
        "show": "read",
        "search": "search",
        "log": "trail",
        "diff": "trail",
        "blame": "trail",
        "compare": "compare",
        "near": "near",
        "stale": "stale",
        "live": "live",
        "export": "transfer",
        "site": "site",
    },
    "Review": {
        "validate": "validate",
        "review": "review",
        "fmt": "fmt",
        "scan": "scan",
        "comment": "review",
        "schema": "schema",
        "resolve": "resolve",
        "merge-driver": "resolve",
    },
    "CI table": {"sync": "sync", "ci": "ci", "table": "table"},
    "Share": {"push": "share", "pull": "share", "status": "share"},
    "Keep": {
        "which": "setup",
        "init": "setup",
        "install": "setup",
        "doctor": "maintain",
        "maintain": "maintain",
        "completion": "completion",
    },
}
"""The commands as `--help` groups them, and the module of `registry_tool.cli` that holds each."""


class LazyCommands(Mapping[str, "Command"]):
    """The commands by name. A module is imported when one of its commands is asked for: start-up stays Typer's own."""

    def __init__(self) -> None:
        """Know the names, load nothing."""
        self._modules = {name: module for group in GROUPS.values() for name, module in group.items()}

    def __getitem__(self, name: str) -> Command:
        """The command, loaded."""
        module = import_module(f"registry_tool.cli.{self._modules[name]}")
        app = typer.Typer(rich_markup_mode=None, add_completion=False, context_settings=_HELP)
        member = module.COMMANDS[name]
        if callable(member):
            app.command(name, context_settings=_HELP)(with_json(member))
        else:  # a Family
            app.callback(no_args_is_help=True, help=member.help)(_nothing)
            for word, function in member.commands.items():
                app.command(word, context_settings=_HELP)(with_json(function))
        return typer.main.get_command(app)

    def __iter__(self) -> Iterator[str]:
        """The names, in the order of `GROUPS`."""
        return iter(self._modules)

    def __len__(self) -> int:
        """How many there are."""
        return len(self._modules)


class RegistryGroup(TyperGroup):
    """The command group, with lazy commands, grouped help, and the one place where errors become exit codes."""

    def __init__(self, **attributes: Any) -> None:
        """Take Typer's attributes, and the commands from `LazyCommands`."""
        super().__init__(**attributes)
        # Typer only ever reads it.
        self.commands = LazyCommands()  # type: ignore[assignment]

    def format_commands(self, ctx: Context, formatter: HelpFormatter) -> None:  # noqa: ARG002  Typer's signature
        """List the commands under their groups."""
        for title, names in GROUPS.items():
            with formatter.section(title):
                limit = formatter.width - 6 - max(map(len, names))
                formatter.write_dl([(name, self.commands[name].get_short_help_str(limit)) for name in names])

    def resolve_command(self, ctx: Context, args: list[str]) -> tuple[str | None, Command | None, list[str]]:
        """The command that the words name; `help COMMAND` is its help."""
        if args[0] == "help":
            args = [*args[1:], "--help"]
            if len(args) == 1:
                out(ctx.get_help() + "\n")
                raise typer.Exit
        if args[0] not in self.commands and not args[0].startswith("-"):
            from registry_tool.cli.words import unknown_command  # only on the way to an error

            raise unknown_command(args[0], self.commands)
        return super().resolve_command(ctx, args)

    def make_context(self, *arguments: Any, **options: Any) -> Context:
        """Read the words before the command; what is wrong with them is said without the secrets in them."""
        try:
            return super().make_context(*arguments, **options)
        except Exception as err:
            _hide_secrets(err)
            raise

    def invoke(self, ctx: Context) -> Any:
        """Run the command; an error ends here, said in words and as an exit code, never as a traceback."""
        try:
            _refuse_undecodable(sys.argv)
            result = super().invoke(ctx)
            sys.stdout.flush()
        except RegistryError as err:
            _say(err)
            _finish_output()
            sys.exit(err.exit_code)
        except KeyboardInterrupt:
            talk("interrupted")
            _finish_output()
            sys.exit(INTERRUPTED)
        except BrokenPipeError:
            # The reader has gone: say nothing, and do not let Python try to flush once more.
            give_up_output()
            sys.exit(PIPE_CLOSED)
        except OSError as err:
            _say(_outside(err))
            give_up_output()
            sys.exit(RegistryError.exit_code)
        except Exception as err:  # the boundary: whatever it is, the user gets words
            if _is_typers(err):
                _finish_output()
                _end_if_unexpected(err)
                _hide_secrets(err)
                raise
            _report_bug(err)
            sys.exit(BUG)
        return result


app = typer.Typer(
    cls=RegistryGroup,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    no_args_is_help=True,
    add_completion=False,
    context_settings=_HELP,
)


def run() -> None:
    """Run the command that this process was started with."""
    signal.signal(signal.SIGVTALRM, time_is_up)
    app(prog_name="registry")


def _version(wanted: bool) -> None:  # noqa: FBT001  Typer calls it
    if wanted:
        out(f"registry {__version__}\n")
        raise typer.Exit


@app.callback()
def registry(
    ctx: typer.Context,
    registry: RegistryOption = None,
    no_pager: Annotated[bool, typer.Option("--no-pager", help="Write long output straight to the terminal.")] = False,
    version: Annotated[  # noqa: ARG001  its callback does the work
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version and stop.")
    ] = False,
) -> None:
    """A git-backed registry of model deployments.

    Example: registry register --project-dir . --notes "Upgraded to vLLM 0.8.5"
    """
    ctx.obj = registry
    if no_pager:
        from registry_tool.cli.pager import Paging

        Paging.allowed = False


def _nothing() -> None:
    """What a word does that only stands before others."""


def _refuse_undecodable(arguments: Sequence[str]) -> None:
    for argument in arguments:
        if any("\ud800" <= letter <= "\udfff" for letter in argument):
            raise UsageError(f"an argument is not UTF-8 text: {argument!a}", hint="set a UTF-8 locale, or retype it")


def _finish_output() -> None:
    """Write out the data so far; what cannot be written is said, and not tried again on the way out."""
    try:
        sys.stdout.flush()
    except OSError as err:
        give_up_output()
        if not isinstance(err, BrokenPipeError):
            _say(_outside(err))


def _say(err: RegistryError) -> None:
    from registry_tool.printable import printable

    # A message may quote what a project's own program said, and that may hold a secret.
    talk(f"error: {printable(_without_secrets(str(err)))}")
    if err.hint:
        talk(f"hint: {printable(_without_secrets(err.hint))}")
    if os.environ.get("REGISTRY_DEBUG"):
        _print_traceback(err)


def _end_if_unexpected(err: Exception) -> None:
    """Say in our words which words of the command line a command does not take, and end."""
    from registry_tool.cli.words import unexpected_words

    message = getattr(err, "message", None) or getattr(err, "format_message", str)()
    if said := unexpected_words(message, getattr(err, "ctx", None), sys.argv):
        _say(said)
        sys.exit(said.exit_code)


def _outside(err: OSError) -> RegistryError:
    """What the system refused where nobody reckoned with it: a name that is too long, a full disk, a lost mount."""
    name = os.fsdecode(err.filename) if isinstance(err.filename, str | bytes | os.PathLike) else "the standard output"
    said = RegistryError(
        f"cannot use {name[:_LONGEST_NAME]}: {err.strerror}", hint="check the name, the disk and the permissions"
    )
    said.__cause__ = err
    return said


def _report_bug(err: Exception) -> None:
    # Not the exception's own text: it may hold anything, a secret included.
    talk(f"error: a bug in registry-tool ({type(err).__name__})")
    talk("hint: run it again with REGISTRY_DEBUG=1 and report what it prints; look for secrets in it first")
    if os.environ.get("REGISTRY_DEBUG"):
        _print_traceback(err)


def _print_traceback(err: Exception) -> None:
    import traceback

    from registry_tool.printable import printable

    talk(printable(_without_secrets("".join(traceback.format_exception(err)).rstrip("\n"))))


def _hide_secrets(err: Exception) -> None:
    """Typer's own errors quote the words of the command line."""
    if isinstance(message := getattr(err, "message", None), str):
        err.message = _without_secrets(message)  # type: ignore[attr-defined]


def _without_secrets(text: str) -> str:
    from registry_tool.redact import redact_text, secret_values

    return redact_text(text, secret_values(os.environ))


def _is_typers(err: Exception) -> bool:
    """Whether Typer itself turns the exception into words or an exit code: usage errors, `typer.Exit`, aborts."""
    return type(err).__module__.startswith(("typer.", "click."))
