"""GitPython is used for `git init` and `git clone` alone: whatever the address says, it is an address."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import registry_tool
from tests.programs import git, run_registry

PACKAGE = Path(registry_tool.__file__).parent


@pytest.mark.parametrize(
    "address",
    [
        "--upload-pack=touch pwned",
        "-utouch pwned",
        "--config=core.fsmonitor=touch pwned",
        "--template=.",
        "ext::sh -c touch% pwned",
        "ext::touch pwned",
        "file:///nonexistent;touch pwned",
        "ssh://-oProxyCommand=touch%20pwned/x",
        "-oProxyCommand=touch pwned:x",
        "x::y",
        "",
    ],
)
def test_an_address_is_never_an_option_or_a_command(tmp_path: Path, address: str) -> None:
    done = run_registry("init", "joined", f"--clone={address or ' '}", cwd=tmp_path)

    assert (done.returncode, done.stdout, "Traceback" in done.stderr) == (1, "", False)
    assert not list(tmp_path.rglob("pwned"))


def test_the_environment_is_not_read_into_an_address(tmp_path: Path) -> None:
    git("init", "--quiet", "--bare", "value-of-a-variable", cwd=tmp_path)
    address = f"{tmp_path}/$NAME"

    done = run_registry("init", "joined", f"--clone={address}", cwd=tmp_path, env={"NAME": "value-of-a-variable"})

    assert (done.returncode, "value-of-a-variable" in done.stderr) == (1, False)


def test_nothing_that_a_clone_brings_runs(tmp_path: Path) -> None:
    run_registry("init", "theirs", cwd=tmp_path)
    theirs = tmp_path / "theirs"
    (theirs / ".gitattributes").write_text("* filter=trap diff=trap\n")
    (theirs / ".gitmodules").write_text('[submodule "x"]\n\tpath = x\n\turl = ./x\n\tupdate = !touch pwned\n')
    git("add", ".", cwd=theirs)
    git("commit", "--quiet", "--message", "x", cwd=theirs)
    hook = theirs / ".git/hooks/post-checkout"
    hook.write_text(f"#!/bin/sh\ntouch {tmp_path}/pwned\n")
    hook.chmod(0o755)

    done = run_registry("init", "mine", f"--clone={theirs}", cwd=tmp_path)

    assert (done.returncode, list(tmp_path.rglob("pwned"))) == (0, [])
    assert not (tmp_path / "mine/.git/hooks/post-checkout").exists()


def test_no_other_part_of_gitpython_is_used() -> None:
    sources = {file.name: file.read_text(encoding="utf-8") for file in PACKAGE.rglob("*.py")}
    importing = {
        name for name, text in sources.items() if re.search(r"^\s*(?:from git\b|import git\b)", text, re.MULTILINE)
    }

    assert importing == {"porcelain.py"}
    assert set(re.findall(r"\bRepo\.(\w+)", sources["porcelain.py"])) == {"init", "clone_from"}
