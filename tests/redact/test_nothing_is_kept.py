"""Secrets of every kind in every carrier, through the real command: afterwards no object, file or output has one."""

from __future__ import annotations

import re
import shlex
import shutil
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import TypeAlias
from urllib.parse import quote

import pytest

from registry_tool.record.layout import RECORDS
from registry_tool.redact import REDACTED
from registry_tool.redact.search import RULES
from tests.programs import git, run_here
from tests.redact.carriers import WRAPPERS, Wrapper
from tests.redact.examples import example
from tests.redact.hunt import traces

EXAMPLES = Path(__file__).parents[2] / "examples"

Texts: TypeAlias = Mapping[str, str]
"""A text with a secret for each kind of secret, under a name for a variable."""

VLLM, TRITON, LORA = "example-transformers-vllm", "example-triton-fil", "example-multi-ic"


class World:
    """A project, a registry, and all that was printed. Everything is below `folder`."""

    def __init__(self, folder: Path, example: str) -> None:
        """Make both in `folder`; the project is a copy of an example."""
        self.folder = folder
        self.example = example
        self.registry = folder / "registry"
        self.project = Path(shutil.copytree(EXAMPLES / example, folder / "project"))
        self.printed: list[str] = []
        self.given: list[str] = []
        self.environment: dict[str, str] = {}
        (folder / "tmp").mkdir()
        self.registry_command("init", "registry")

    def config(self, lines: str) -> None:
        """Add lines to do/config."""
        with (self.project / "do/config").open("a") as config:
            config.write(lines)

    def registry_command(self, *arguments: str) -> int:
        """Run the command in this process: thousands of registrations are not worth as many start-ups."""
        surroundings = {"REGISTRY_DEBUG": "1", "TMPDIR": str(self.folder / "tmp"), **self.environment}
        status, printed = run_here(*arguments, cwd=self.folder, env=surroundings)
        self.printed.append(printed)
        return status

    def register(self, *arguments: str) -> int:
        """Explain what would be registered, then register the project; the exit code."""
        words = ("register", "--registry", "registry", "--project-dir", "project", *arguments)
        self.registry_command(*words, "--explain")
        return self.registry_command(*words)

    def read_everything(self) -> None:
        """What fills the caches and prints the most."""
        for words in ("list", "list --format csv", "search model", "log --changes", "validate --format json"):
            self.registry_command("--registry", "registry", *words.split())
        for words in ("show --format yaml", "blame", "diff"):
            self.registry_command("--registry", "registry", *words.split(), self.example)

    def leftovers(self, secrets: Iterable[str]) -> list[str]:
        """Those of `secrets` that can be read anywhere but where their owner wrote them."""
        return traces(secrets, self.printed, self.registry, self.folder / "tmp", Path.home())


Carrier: TypeAlias = Callable[[World, Texts], object]
"""Plants all texts and registers."""

Alone: TypeAlias = Callable[[World, str], object]
"""Plants one text and registers."""


def exported(prefix: str) -> Carrier:
    def plant(world: World, texts: Texts) -> int:
        world.config("".join(f"export {prefix}{name}={shlex.quote(text)}\n" for name, text in texts.items()))
        return world.register()

    return plant


def wrapped(wrapper: Wrapper) -> Carrier:
    def plant(world: World, texts: Texts) -> object:
        return exported("VLLM_")(world, {name: wrapper(text) for name, text in texts.items()})

    return plant


def inherited(world: World, texts: Texts) -> int:
    world.given = list(texts.values())
    world.environment = {f"VLLM_{name}": text for name, text in texts.items()}
    return world.register()


def in_ic_files(world: World, texts: Texts) -> int:
    (world.project / "do/ic/default.conf").unlink()
    for name, text in texts.items():
        (world.project / f"do/ic/{name}.conf").write_text(f"IC_IMAGE_TAG={shlex.quote(one_line(text))}\n")
    return world.register()


def in_adapter_files(world: World, texts: Texts) -> int:
    for name, text in texts.items():
        (world.project / f"do/adapters/{name}.conf").write_text(
            f"ADAPTER_NAME={name}\nADAPTER_IC_NAME=large\nADAPTER_WEIGHTS_URI={shlex.quote(one_line(text))}\n"
        )
    return world.register()


def in_pbtxt(world: World, texts: Texts) -> int:
    with (world.project / "model_repository/fraud/config.pbtxt").open("a") as file:
        file.writelines(WRAPPERS["in a pbtxt"](text) + f"# {one_line(text)}\n" for text in texts.values())
    return world.register()


def in_notes(world: World, texts: Texts) -> int:
    world.given = list(texts.values())
    return world.register("--notes", "\n\n".join(texts.values()))


def one_line(text: str) -> str:
    """The text where line breaks cannot be: a name or a URL has none."""
    return text.replace("\n", "\\n")


MANY: dict[str, tuple[str, Carrier]] = {
    "do/config": (VLLM, exported("VLLM_")),
    "do/config, IC environment": (VLLM, exported("IC_ENV_")),
    "environment": (VLLM, inherited),
    "IC files": (VLLM, in_ic_files),
    "adapter files": (LORA, in_adapter_files),
    "config.pbtxt": (TRITON, in_pbtxt),
    "notes": (VLLM, in_notes),
    "arguments of the engine": (VLLM, wrapped(lambda text: f"--port 8080 --note {shlex.quote(text)} --dtype auto")),
    "signed URL": (VLLM, wrapped(lambda text: f"https://b.example.org/m?v=1&note={quote(text, safe='')}&X=1")),
    **{f"do/config, {name}": (VLLM, wrapped(wrapper)) for name, wrapper in WRAPPERS.items()},
}
"""Carriers that hold many secrets at once, each by itself: the example that is registered, and how they are planted."""


@pytest.mark.parametrize("carrier", MANY)
def test_of_many_secrets_at_once_nothing_is_kept(carrier: str, tmp_path: Path) -> None:
    project, plant = MANY[carrier]
    seed = list(MANY).index(carrier)
    examples = {f"K{number:03}": example(rule, seed) for number, rule in enumerate(RULES)}
    secrets = [secret for _, secret in examples.values()]
    world = World(tmp_path, project)

    status = plant(world, {name: text for name, (text, _) in examples.items()})
    world.read_everything()

    record = next((world.registry / RECORDS).glob("*/*")).read_text(encoding="utf-8")
    assert (status, record.count(REDACTED) >= len(RULES)) == (0, True)
    # The hunt would have seen each of them.
    assert traces(secrets, world.given, world.project) == secrets
    assert world.leftovers(secrets) == []


def setting(variable: str) -> Alone:
    def plant(world: World, text: str) -> int:
        world.config(f"export {variable}={shlex.quote(text)}\n")
        return world.register()

    return plant


def argument(option: str) -> Alone:
    return lambda world, text: world.register(option, text)


def identity(*variables: str) -> Alone:
    def plant(world: World, text: str) -> int:
        world.environment = dict.fromkeys(variables, text)
        return world.register()

    return plant


def in_project_remote(world: World, text: str) -> int:
    git("config", "remote.origin.url", f"https://deploy:{quote(text, safe='')}@example.org/m.git", cwd=world.project)
    return world.register("--project")


def in_project_remote_query(world: World, text: str) -> int:
    git("config", "remote.origin.url", f"https://example.org/m.git?note={quote(text, safe='')}", cwd=world.project)
    return world.register("--project")


def in_project_branch(world: World, text: str) -> int:
    # Where a name cannot hold the text as it is, it holds no secret either.
    if re.fullmatch(r"[\w=+-]+(?:/[\w=+-]+)*", text):
        git("symbolic-ref", "HEAD", f"refs/heads/{text}", cwd=world.project)
    return world.register("--project")


def in_what_do_config_says(world: World, text: str) -> int:
    world.config(f"echo {shlex.quote(one_line(text))} >&2; false\n")
    return world.register()


def in_notes_of_a_removal(world: World, text: str) -> int:
    world.register()
    return world.registry_command("--registry", "registry", "remove", VLLM, "--notes", text)


def in_a_selector(world: World, text: str) -> int:
    return world.registry_command("--registry", "registry", "show", "--", text)


ALONE: dict[str, Alone] = {
    **{f"do/config, {name}": setting(name) for name in ("PROJECT_NAME", "MODEL_NAME", "BASE_IMAGE", "BUILD_TARGET")},
    **{f"do/config, {name}": setting(name) for name in ("INSTANCE_TYPE", "DEPLOYMENT_CONFIG", "DEPLOYMENT_TARGET")},
    **{option: argument(option) for option in ("--notes", "--build-strategy", "--branch", "--status", "--nonsense")},
    "author's name": identity("GIT_AUTHOR_NAME"),
    "author's address": identity("GIT_AUTHOR_EMAIL"),
    "committer": identity("GIT_COMMITTER_NAME", "GIT_COMMITTER_EMAIL"),
    "remote of the project": in_project_remote,
    "query of the project's remote": in_project_remote_query,
    "branch of the project": in_project_branch,
    "what do/config says": in_what_do_config_says,
    "notes of a removal": in_notes_of_a_removal,
    "selector": in_a_selector,
}
"""Carriers that hold one text. What cannot be redacted is refused; either way nothing is kept."""


@pytest.mark.parametrize("carrier", ALONE)
def test_of_a_secret_in_a_single_value_nothing_is_kept(carrier: str, tmp_path: Path) -> None:
    number = list(ALONE).index(carrier)

    assert kept_of(carrier, range(number, len(RULES), len(ALONE)), tmp_path) == []


@pytest.mark.long
@pytest.mark.parametrize("carrier", ALONE)
def test_of_every_secret_in_a_single_value_nothing_is_kept(carrier: str, tmp_path: Path) -> None:
    assert kept_of(carrier, range(len(RULES)), tmp_path) == []


def kept_of(carrier: str, numbers: Iterable[int], folder: Path) -> list[str]:
    """The kinds of which something was kept when each was planted in a registration of its own."""
    world = World(folder, VLLM)
    git("init", "--quiet", cwd=world.project)
    config = world.project / "do/config"
    clean = config.read_text(encoding="utf-8")
    planted: dict[str, str] = {}
    for number in numbers:
        text, secret = example(RULES[number], 1)
        config.write_text(clean, encoding="utf-8")
        ALONE[carrier](world, text)
        planted[secret] = RULES[number].id
    world.environment = {}
    world.read_everything()
    return [planted[secret] for secret in world.leftovers(planted)]
