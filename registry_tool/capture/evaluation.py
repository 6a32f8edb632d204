"""How a project's bash files are evaluated: by one bash, once, on a short leash.

evaluate.bash, beside this module, is what that bash runs. It gets a process group of its own, no standard input, and an
environment without what would make bash do more than read the files; what they print is kept apart from what they
set. A file may exit, hang, flood, or leave processes behind: each of these ends in a `CaptureError` within the limits
or is cleared away, and nothing is left running in the group.
"""

from __future__ import annotations

import contextlib
import os
import selectors
import signal
import subprocess
import time
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, Self, cast

from registry_tool.capture.draft import CaptureError
from registry_tool.printable import one_line

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import IO

_CLEARED = frozenset(
    {
        "BASH_COMPAT",
        "BASH_ENV",
        "BASH_XTRACEFD",
        "BASHOPTS",
        "CDPATH",
        "ENV",
        "GLOBIGNORE",
        "IFS",
        "POSIXLY_CORRECT",
        "PROMPT_COMMAND",
        "PS4",
        "SHELLOPTS",
    }
)
"""Variables that change what bash does rather than what a project says. So do exported functions, `BASH_FUNC_*`."""

_OURS = "_registry_tool_"
"""What the names of evaluate.bash's own variables begin with. A file that says `set -a` exports them too."""

_PAUSE = 0.05
"""Seconds between two looks at whether bash has ended while something it left behind keeps its output open."""

_LONGEST_QUOTE = 300
_MEND_THE_FILE = "correct it, and try: bash -n FILE; where nothing is wrong, let its last command end with status 0"
_LEAVE_THE_SHELL = "it should only set variables: no exit, no exec, and the shell's descriptors left alone"


class Limits(NamedTuple):
    """How long the files may take, in seconds, and how much they may print and set, in bytes."""

    seconds: float = 30.0
    output: int = 1 << 20
    data: int = 8 << 20

    def broken_by(self, *, late: bool, output: int, data: int) -> str:
        """What a bash did that broke a limit; empty if it broke none."""
        if late:
            return f"did not finish within {self.seconds:g} seconds"
        if output > self.output:
            return f"printed more than {self.output:,} bytes"
        if data > self.data:
            return f"set variables of more than {self.data:,} bytes"
        return ""


DEFAULT_LIMITS = Limits()


class Evaluation(NamedTuple):
    """What the files set and printed. Bytes that are not UTF-8 are surrogates, as in `os.environ`.

    `variables` are those of the shell after the shared files, `exported` the names of those in its environment.
    `apart` holds, by file, the IC_ and ADAPTER_ variables as an IC's or adapter's own file leaves them, and
    `apart_exported` which of its IC_ENV_ variables are in its environment.
    """

    variables: Mapping[str, str]
    exported: frozenset[str]
    apart: Mapping[str, Mapping[str, str]]
    apart_exported: Mapping[str, frozenset[str]]
    output: str


class Running:
    """A bash that reads a project's files while the caller does other things. A context manager: it ends with it."""

    def __init__(
        self,
        folder: Path,
        *,
        shared: Sequence[str],
        apart: Sequence[str],
        environment: Mapping[str, str],
        limits: Limits = DEFAULT_LIMITS,
    ) -> None:
        """Source the `shared` files one after the other, then each of `apart` in a subshell that starts from there.

        Files are relative to `folder`.
        """
        self._folder, self._shared, self._apart, self._limits = folder, shared, apart, limits
        self._deadline = time.monotonic() + limits.seconds
        reader, writer = os.pipe()
        self._data = open(reader, "rb", buffering=0)  # noqa: PTH123, SIM115  a descriptor; closed on exit
        try:
            self._process = subprocess.Popen(
                _command(folder, shared, apart),
                bufsize=0,
                cwd=folder,
                env=_clean(environment),
                stdin=writer,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                start_new_session=True,
            )
        except OSError as err:
            self._data.close()
            raise CaptureError(f"bash cannot be started: {err.strerror}", hint="bash must be on PATH") from err
        finally:
            os.close(writer)

    def __enter__(self) -> Self:
        """Itself."""
        return self

    def __exit__(self, *error: object) -> None:
        """Leave nothing running in the group."""
        if self._process.returncode is None:
            _kill_group(self._process)
        with self._data, self._process:
            pass

    def result(self) -> Evaluation:
        """What came of it, once it has. Raises `CaptureError` for the first file that failed or broke a limit."""
        files = (*self._shared, *self._apart)
        ended = _listen(self._process, self._data, self._limits, self._deadline)
        try:
            answer = parse_answer(ended.data, files, self._apart)
        except (ValueError, LookupError) as err:
            raise CaptureError("a project file wrote into bash's answer", hint=_LEAVE_THE_SHELL) from err
        if complaint := _complaint(answer, files, self._folder, ended):
            raise complaint
        return Evaluation(
            variables=answer.variables,
            exported=answer.exported,
            apart=answer.apart,
            apart_exported=answer.apart_exported,
            output=ended.output.decode("utf-8", "replace"),
        )


class Answer:
    """What has come back: of `started` files `finished` were read, the last with `status`."""

    def __init__(self, apart: Sequence[str]) -> None:
        """Nothing yet; `apart` are the files that have variables of their own."""
        self.started = self.finished = self.status = 0
        self.complete = False
        self.variables: dict[str, str] = {}
        self.exported: frozenset[str] = frozenset()
        self.apart: dict[str, dict[str, str]] = {file: {} for file in apart}
        self.apart_exported: dict[str, frozenset[str]] = {}


def parse_answer(data: bytes, files: Sequence[str], apart: Sequence[str]) -> Answer:
    """What the entries that evaluate.bash describes say; an incomplete last one does not count.

    Raises `ValueError` or `LookupError` for what evaluate.bash would not have written.
    """
    answer = Answer(apart)
    for entry in data.decode("utf-8", "surrogateescape").split("\0")[:-1]:
        letter, text = entry[:1], entry[1:]
        if letter == "f":
            answer.started += 1
        elif letter == "v":
            name, _, value = text.partition("=")
            being_read = answer.started > answer.finished
            scope = answer.apart[files[answer.started - 1]] if being_read else answer.variables
            scope[name] = value
        elif letter == "s":
            answer.finished += 1
            answer.status = int(text)
        elif letter == "x":
            names = frozenset(name for name in text.split() if not name.startswith(_OURS))
            if answer.started > answer.finished:
                answer.apart_exported[files[answer.started - 1]] = names
            else:
                answer.exported = names
                answer.complete = True
        else:
            raise ValueError(letter)
    return answer


class _Ended(NamedTuple):
    """A bash that has ended: what it wrote, its exit status, and what limit it broke, if any."""

    data: bytes
    output: bytes
    errors: bytes
    status: int
    excess: str


def _command(folder: Path, shared: Sequence[str], apart: Sequence[str]) -> list[str]:
    text = Path(__file__).with_name("evaluate.bash").read_text(encoding="utf-8")
    # $0 is the script that the project's files are used to being read by: some find their folder through it.
    command = ["bash", "--noprofile", "--norc", "-c", text, f"{folder}/do/register"]
    return [*command, *(f"{folder}/{file}" for file in shared), "--", *(f"{folder}/{file}" for file in apart)]


def _clean(environment: Mapping[str, str]) -> dict[str, str]:
    return {
        name: value for name, value in environment.items() if name not in _CLEARED and not name.startswith("BASH_FUNC_")
    }


def _listen(process: subprocess.Popen[bytes], data: IO[bytes], limits: Limits, deadline: float) -> _Ended:
    """Read until every stream has ended, until bash has and what it left behind is silent, or to a broken limit."""
    received, output, errors = bytearray(), bytearray(), bytearray()
    excess = ""
    with selectors.DefaultSelector() as selector:
        selector.register(data, selectors.EVENT_READ, (received,))
        selector.register(cast("IO[bytes]", process.stdout), selectors.EVENT_READ, (output,))
        selector.register(cast("IO[bytes]", process.stderr), selectors.EVENT_READ, (output, errors))
        while selector.get_map() and not excess:
            ready = selector.select(_PAUSE)
            for key, _ in ready:
                chunk = os.read(key.fd, 1 << 16)
                for buffer in key.data:
                    buffer.extend(chunk)
                if not chunk:
                    selector.unregister(key.fileobj)
            if process.poll() is not None:
                _kill_group(process)
                if not ready:
                    break
            excess = limits.broken_by(late=time.monotonic() > deadline, output=len(output), data=len(received))
    # With all its streams ended, bash has exited or has become another program. An exiting one keeps its status.
    if process.returncode is None:
        _kill_group(process)
    return _Ended(bytes(received), bytes(output), bytes(errors), process.wait(), excess)


def _kill_group(process: subprocess.Popen[bytes]) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):  # macOS denies what Linux no longer finds
        os.killpg(process.pid, signal.SIGKILL)


def _complaint(answer: Answer, files: Sequence[str], folder: Path, ended: _Ended) -> CaptureError | None:
    """The error for the first file that broke a limit, failed, or kept its shell from answering; None if none did."""
    being_read = answer.started > answer.finished
    file = files[answer.started - 1 if being_read or answer.status else 0]  # the first is the one that sets the most
    silent = [name for name in answer.apart if name not in answer.apart_exported]
    if ended.excess:
        return CaptureError(
            f"{one_line(file)} {ended.excess}", hint="it should only set variables: no servers, no waiting"
        )
    if answer.status:
        what, hint = f"failed with status {answer.status}", _MEND_THE_FILE
    elif answer.started > answer.finished or not answer.started:
        what = f"was killed by signal {-ended.status}" if ended.status < 0 else f"ended bash with status {ended.status}"
        hint = _LEAVE_THE_SHELL
    elif not answer.complete:
        file, what = "bash", "could not list its variables"
        hint = "a bash with the compgen command is needed: bashInteractive on Nix"
    elif silent:
        file, what, hint = silent[0], "ended its bash with status 0", _LEAVE_THE_SHELL
    else:
        return None
    said = _last_line(ended.errors, folder)
    return CaptureError(f"{one_line(file)} {what}" + (f": {said}" if said else ""), hint=hint)


def _last_line(errors: bytes, folder: Path) -> str:
    """The last line that bash or a program said on standard error; `set -x` says nothing new, and may say too much."""
    lines = errors.decode("utf-8", "replace").replace(f"{folder}/", "").splitlines()
    said = [line for line in lines if line.strip() and not line.startswith("+")]
    if not said:
        return ""
    from registry_tool.redact import redact_text  # nearly all projects end well

    # Redact before cutting: half a secret is not recognised as one.
    return one_line(redact_text(said[-1]))[:_LONGEST_QUOTE]
