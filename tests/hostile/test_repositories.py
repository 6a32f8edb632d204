"""A repository may come from anywhere: of what its configuration, its files or the environment name, nothing runs."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from registry_tool.record.layout import record_path
from tests.programs import git, lose, run_registry

EXAMPLES = Path(__file__).parents[2] / "examples"
QWEN, FLASK = "ec3f1a0072d1b3d4", "be82fdeac39025da"

HOOKS = re.findall(
    r"\S+",
    """
    applypatch-msg commit-msg fsmonitor-watchman post-checkout post-commit post-index-change post-merge post-rewrite
    post-update pre-applypatch pre-auto-gc pre-commit pre-merge-commit pre-push pre-rebase pre-receive
    prepare-commit-msg proc-receive push-to-checkout reference-transaction sendemail-validate update
    """,
)

PROGRAMS = re.findall(
    r"\S+",
    """
    core.fsmonitor core.sshCommand core.editor core.pager core.askPass core.gitProxy core.alternateRefsCommand
    sequence.editor pager.log pager.diff pager.show interactive.diffFilter diff.external diff.trap.textconv
    diff.trap.command merge.trap.driver filter.trap.clean filter.trap.smudge filter.trap.process credential.helper
    gpg.program gpg.openpgp.program gpg.x509.program gpg.ssh.program gpg.ssh.defaultKeyCommand trailer.trap.command
    trailer.trap.cmd remote.origin.uploadpack remote.origin.receivepack uploadpack.packObjectsHook gc.recentObjectsHook
    difftool.trap.cmd mergetool.trap.cmd browser.trap.cmd help.browser sendemail.sendmailCmd submodule.trap.update
    """,
)

SETTINGS = {
    "core.untrackedCache": "true",
    "filter.trap.required": "true",
    "commit.gpgSign": "true",
    "tag.gpgSign": "true",
    "push.gpgSign": "if-asked",
    "log.showSignature": "true",
    "gpg.format": "ssh",
    "protocol.ext.allow": "always",
    "gc.auto": "1",
    "maintenance.auto": "true",
    "push.recurseSubmodules": "on-demand",
    "submodule.recurse": "true",
    "status.submoduleSummary": "true",
}

VARIABLES = re.findall(
    r"\S+",
    """
    GIT_EXTERNAL_DIFF GIT_PAGER GIT_EDITOR GIT_SEQUENCE_EDITOR PAGER EDITOR VISUAL GIT_PROXY_COMMAND
    """,
)

COMMANDS = """
list
list --removed
list --at HEAD~1
show ec3f1a0072d1b3d4
search Qwen
log --changes
log ec3f1a0072d1b3d4
diff HEAD~1..HEAD
diff ec3f1a0072d1b3d4 HEAD~1 HEAD
blame ec3f1a0072d1b3d4
validate
validate --at HEAD
scan
status
register --project-dir ../flask --notes again
register --project-dir ../flask --branch deploy/flask --project
remove be82fdeac39025da
restore be82fdeac39025da
pull
push
push --branch deploy/flask
maintain
doctor
"""


@dataclass
class Traps:
    """Programs that note that they ran."""

    folder: Path

    def program(self, name: str) -> str:
        """A new one."""
        file = self.folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(f"#!/bin/sh\necho {name} >> {self.folder}/ran\nexit 1\n")
        file.chmod(0o755)
        return str(file)

    def sprung(self) -> set[str]:
        """Those that ran, since the last time."""
        ran = self.folder / "ran"
        names = set(ran.read_text().split()) if ran.exists() else set()
        ran.unlink(missing_ok=True)
        return names


@pytest.fixture
def traps(tmp_path: Path) -> Traps:
    """None yet."""
    return Traps(tmp_path / "traps")


_TEMPLATE: list[Path] = []


@pytest.fixture
def checkout(tmp_path: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A clone with records of its own, where somebody has pushed another one meanwhile."""
    if not _TEMPLATE:
        _TEMPLATE.append(make_template(tmp_path_factory.mktemp("template")))
    shutil.copytree(_TEMPLATE[0], tmp_path, dirs_exist_ok=True, symlinks=True)
    git("config", "remote.origin.url", str(tmp_path / "remote.git"), cwd=tmp_path / "mine")
    return tmp_path / "mine"


def make_template(folder: Path) -> Path:
    """Projects, a remote and two clones of it, all in `folder`."""
    for name, example in (("qwen", "example-transformers-vllm"), ("flask", "example-http-flask")):
        shutil.copytree(EXAMPLES / example, folder / name)
    run_registry("init", "first", cwd=folder)
    git("clone", "--quiet", "--bare", "first", "remote.git", cwd=folder)
    for clone in ("mine", "theirs"):
        git("clone", "--quiet", "remote.git", clone, cwd=folder)
    for clone, project in (("mine", "qwen"), ("mine", "flask"), ("theirs", "flask")):
        done = run_registry("register", "--registry", clone, "--project-dir", project, cwd=folder)
        assert done.returncode == 0, done.stderr
    assert run_registry("push", cwd=folder / "theirs").returncode == 0
    return folder


def set_all(checkout: Path, traps: Traps) -> dict[str, str]:
    """Set every trap that leaves git working; the environment's are returned."""
    for key, value in SETTINGS.items():
        git("config", key, value, cwd=checkout)
    for key in PROGRAMS:
        git("config", key, traps.program(key), cwd=checkout)
    for hook in HOOKS:
        traps.program(f"hooks/{hook}")
        shutil.copy(traps.program(f"own-{hook}"), checkout / ".git/hooks" / hook)
    git("config", "core.hooksPath", str(traps.folder / "hooks"), cwd=checkout)
    (checkout / ".git/info/attributes").write_text("* diff=trap merge=trap filter=trap\n")
    (checkout / ".gitmodules").write_text('[submodule "trap"]\n\tpath = trap\n\turl = .\n\tupdate = !false\n')
    (checkout / ".git/objects/info/alternates").write_text("/nonexistent/objects\n")
    settings = {"core.fsmonitor": traps.program("variable-fsmonitor"), "core.hooksPath": str(traps.folder / "hooks")}
    variables = {name: traps.program(name) for name in VARIABLES}
    for number, (key, value) in enumerate(settings.items()):
        variables |= {f"GIT_CONFIG_KEY_{number}": key, f"GIT_CONFIG_VALUE_{number}": value}
    return variables | {
        "GIT_CONFIG_COUNT": str(len(settings)),
        "GIT_CONFIG_PARAMETERS": f"'core.fsmonitor={traps.program('parameter')}'",
        "GIT_DIR": "/nonexistent",
        "GIT_WORK_TREE": "/nonexistent",
        "GIT_INDEX_FILE": "/nonexistent/index",
        "GIT_OBJECT_DIRECTORY": "/nonexistent",
        "GIT_EXEC_PATH": str(traps.folder),
        "GIT_TEMPLATE_DIR": str(traps.folder),
        "GIT_TRACE": str(traps.folder / "ran"),
        "GIT_TRACE2_EVENT": str(traps.folder / "ran"),
        "GIT_NAMESPACE": "elsewhere",
        "GIT_CEILING_DIRECTORIES": str(checkout.parent),
    }


def test_no_command_runs_what_a_repository_or_the_environment_names(checkout: Path, traps: Traps) -> None:
    variables = set_all(checkout, traps)

    sprung, failed = {}, {}
    for command in COMMANDS.strip().splitlines():
        done = run_registry(*command.split(), cwd=checkout, env=variables)
        if names := traps.sprung():
            sprung[command] = names
        if done.returncode != (1 if command == "doctor" else 0):
            failed[command] = done.stderr

    assert (sprung, failed) == ({}, {})


def test_the_users_own_git_springs_the_traps(checkout: Path, traps: Traps) -> None:
    set_all(checkout, traps)
    (checkout / ".git/objects/info/alternates").unlink()
    (checkout / ".git/info/attributes").unlink()

    for command in ("commit --allow-empty -m x", "commit-tree -S HEAD^{tree} -m x", "diff HEAD~1", "fetch"):
        subprocess.run(["git", *command.split()], cwd=checkout, capture_output=True, check=False)

    expected = {"core.fsmonitor", "hooks/pre-commit", "gpg.ssh.defaultKeyCommand", "diff.external"}
    assert expected | {"remote.origin.uploadpack"} <= traps.sprung()


def with_helper(checkout: Path, traps: Traps) -> str:
    # git runs `git-remote-trap/helper`, a path below the folder that it is in
    Path(traps.program("helper"))
    (checkout / "git-remote-trap").mkdir()
    shutil.copy(traps.folder / "helper", checkout / "git-remote-trap/helper")
    git("config", "remote.origin.vcs", "trap/helper", cwd=checkout)
    return "names a program to reach origin with (remote.origin.vcs)"


def with_remote_among_the_files(checkout: Path, traps: Traps) -> str:
    git("clone", "--quiet", "--bare", ".", "embedded.git", cwd=checkout)
    for hook in HOOKS:
        shutil.copy(traps.program(hook), checkout / "embedded.git/hooks" / hook)
    git("config", "remote.origin.url", "./embedded.git", cwd=checkout)
    return "origin lies inside of the registry itself: ./embedded.git"


def with_rewritten_address(checkout: Path, traps: Traps) -> str:
    with_remote_among_the_files(checkout, traps)
    git("config", "remote.origin.url", "https://example.org/m.git", cwd=checkout)
    git("config", f"url.file://{checkout}/embedded.git.insteadOf", "https://example.org/m.git", cwd=checkout)
    return f"origin lies inside of the registry itself: file://{checkout}/embedded.git"


@pytest.mark.parametrize("plant", [with_helper, with_remote_among_the_files, with_rewritten_address])
@pytest.mark.parametrize("command", ["push", "pull"])
def test_a_remote_that_would_run_a_program_of_the_checkout_is_refused(
    checkout: Path, traps: Traps, plant: Callable[[Path, Traps], str], command: str
) -> None:
    why = plant(checkout, traps)

    done = run_registry(command, cwd=checkout)

    assert (done.returncode, why in done.stderr, traps.sprung()) == (1, True, set())


@pytest.mark.parametrize("address", ["file:///nonexistent", "ext::/bin/false", "ssh://nobody@127.0.0.1:1/x"])
def test_what_a_repository_misses_is_not_fetched_by_its_programs(checkout: Path, traps: Traps, address: str) -> None:
    blob = git("rev-parse", f"HEAD:{record_path(QWEN)}", cwd=checkout)
    lose(checkout, blob)
    program = traps.program("fetch")
    for key, value in {
        "core.repositoryFormatVersion": "1",
        "extensions.partialClone": "origin",
        "remote.origin.promisor": "true",
        "remote.origin.uploadpack": program,
        "remote.origin.url": address.replace("/bin/false", program),
        "core.sshCommand": program,
        "protocol.ext.allow": "always",
    }.items():
        git("config", key, value, cwd=checkout)

    commands = (f"show {QWEN}", "list", "validate --at HEAD", "scan", "log --changes", "doctor", "register", "push")
    done = {command: run_registry(*command.split(), cwd=checkout) for command in commands}

    assert traps.sprung() == set()
    assert {command for command, one in done.items() if one.returncode not in {0, 1}} == set()


def test_grafts_and_replaced_objects_rewrite_no_history(checkout: Path) -> None:
    before = [run_registry(*words, cwd=checkout).stdout for words in (["log"], ["show", QWEN])]
    tip = git("rev-parse", "HEAD", cwd=checkout)
    (checkout / ".git/info/grafts").write_text(f"{tip}\n")
    blob = git("rev-parse", f"HEAD:{record_path(QWEN)}", cwd=checkout)
    git("replace", blob, git("rev-parse", f"HEAD:{record_path(FLASK)}", cwd=checkout), cwd=checkout)

    after = [run_registry(*words, cwd=checkout).stdout for words in (["log"], ["show", QWEN])]

    assert after == before


def test_a_bare_repository_among_the_files_is_read_without_its_programs(checkout: Path, traps: Traps) -> None:
    git("clone", "--quiet", "--bare", ".", "embedded.git", cwd=checkout)
    embedded = checkout / "embedded.git"
    for key in ("core.fsmonitor", "core.sshCommand", "gpg.program"):
        git("config", key, traps.program(key), cwd=embedded)

    done = run_registry("list", "--registry", str(embedded), cwd=checkout)

    assert (done.returncode, QWEN in done.stdout, traps.sprung()) == (0, True, set())


@pytest.mark.skipif(os.getuid() != 0, reason="only root can give a folder to somebody else")
@pytest.mark.parametrize("command", ["list", "register --project-dir ../flask", "scan", "doctor"])
def test_a_repository_of_another_user_is_refused_unless_the_user_trusts_it(checkout: Path, command: str) -> None:
    for place in (checkout, checkout / ".git"):
        os.chown(place, 12345, 12345)

    refused = run_registry(*command.split(), cwd=checkout)
    git("config", "--global", "safe.directory", str(checkout), cwd=checkout.parent)
    trusted = run_registry(*command.split(), cwd=checkout)

    assert (refused.returncode, "belongs to another user" in refused.stderr, refused.stdout) == (1, True, "")
    assert f"git config --global --add safe.directory {checkout}" in refused.stderr
    assert "belongs to another user" not in trusted.stderr
