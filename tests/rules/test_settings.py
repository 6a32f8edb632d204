"""A registry's settings are what registry.yaml says; what it gets wrong is listed; what it leaves out has defaults."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from registry_tool.address import address
from registry_tool.errors import RegistryError
from registry_tool.rules.published import PUBLISHED, with_published
from registry_tool.rules.settings import STARTER, Settings, SettingsError, parse_settings, with_id

ROOT = Path(__file__).parents[2]


def test_every_setting_is_read() -> None:
    text = """\
registryFormat: 1
redaction: {allow: [VLLM_MAX_NUM_BATCHED_TOKENS]}
enginePrefixes:
  vllm: [MY_VLLM_, OUR_VLLM_]
requiredFields: [modelName, notes]
ciTable: {name: our-table, region: eu-west-1}
environments:
  staging: {}
  production: {description: Serves customers}
autoPush: true
modelPackage: true
maxUnpushedHours: 8
"""

    assert parse_settings(text.encode(), file="registry.yaml") == Settings(
        allow=frozenset({"VLLM_MAX_NUM_BATCHED_TOKENS"}),
        engine_prefixes={"vllm": ("MY_VLLM_", "OUR_VLLM_")},
        required_fields=("modelName", "notes"),
        ci_table="our-table",
        ci_region="eu-west-1",
        auto_push=True,
        model_package=True,
        max_unpushed_hours=8,
    )


def test_a_new_registry_has_the_defaults_and_an_id() -> None:
    text = with_id(STARTER, "r0123456789abcdef")

    allow = frozenset(PUBLISHED)
    assert parse_settings(STARTER.encode(), file="registry.yaml") == Settings(allow=allow)
    assert parse_settings(text.encode(), file="registry.yaml") == Settings(registry_id="r0123456789abcdef", allow=allow)


def test_the_records_that_are_tested_can_be_chosen_and_what_becomes_of_removed_ones() -> None:
    text = (
        "registryFormat: 1\nciTable: {filter: {status: success, model: [a, b]}, removed: prune, stuckAfterMinutes: 9}\n"
    )

    assert parse_settings(text.encode(), file="registry.yaml") == Settings(
        ci_filter={"status": ("success",), "model": ("a", "b")}, ci_removed="prune", ci_stuck_minutes=9
    )


def test_what_a_new_registry_shows_as_comments_are_valid_settings() -> None:
    text = re.sub(r"(?m)^# (?=[a-z]|  )", "", STARTER)  # prose begins with a capital
    shown = parse_settings(text.encode(), file="registry.yaml")

    unchanged = {name for name in Settings._fields if getattr(shown, name) == getattr(Settings(), name)}
    assert unchanged == {"ci_table", "policy", "registry_id"}


def test_a_registry_that_changes_nothing_is_read_without_a_yaml_parser() -> None:
    code = """
import sys
from registry_tool.rules.settings import STARTER, parse_settings, with_id
parse_settings(STARTER.encode(), file="")
parse_settings(with_id(STARTER, "r0123456789abcdef").encode(), file="")
print({"yaml", "jsonschema"} & sys.modules.keys())
"""
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, check=True, encoding="utf-8")

    assert done.stdout == "set()\n"


@given(
    st.lists(
        st.sampled_from(["registryFormat: 1", "registryFormat: 1 ", "registryFormat: 2", "", " ", "---"])
        | st.text(st.characters(exclude_categories=["Cs"]), max_size=4).map("#".__add__)
        | st.sampled_from(["\t", "#\r", "\ufeff", "# \x00", "#\u2028x", "autoPush: false", "x"]),
        max_size=4,
    ).map(lambda lines: "".join(f"{line}\n" for line in lines))
)
@example("# \x00\nregistryFormat: 1\n")
def test_the_short_cut_means_what_the_long_way_does(text: str) -> None:
    # A setting that says the default again takes the short cut away and changes nothing.
    long_way = f"{text}environments: {{}}\n"

    assert outcome(text) == outcome(long_way)


def test_all_problems_are_listed_with_their_places() -> None:
    text = "registryFormat: 1\nautopush: true\nrequiredFields: [model]\nciTable:\n  name: 1e3\n  region: mars\n"

    with pytest.raises(SettingsError) as caught:
        parse_settings(text.encode(), file="r.yaml")

    lines = str(caught.value).splitlines()
    assert (lines, caught.value.hint) == (
        [
            "r.yaml:2:11: autopush is not a known field (did you mean autoPush?)",
            (
                'r.yaml:3:18: requiredFields[0] is not one of the allowed values, found "model", expected one of '
                "modelName, modelFormat, instanceType, buildTarget, baseImage, endpointConfig, icConfig, parameters, "
                "icEnvironment, notes, labels, generatorVersion, project, live (did you mean modelName?)"
            ),
            "r.yaml:5:9: ciTable.name is text to some readers and something else to others: put it in quotes",
            (
                'r.yaml:6:11: ciTable.region does not have the required form, found "mars", expected a region\'s code '
                "such as us-east-1"
            ),
        ],
        "correct r.yaml; registry schema registry describes each setting",
    )


def test_a_newer_format_asks_for_a_newer_tool() -> None:
    with pytest.raises(SettingsError) as caught:
        parse_settings(b"registryFormat: 2\nsomethingNew: [1]\n", file="registry.yaml")

    assert (str(caught.value), caught.value.hint) == (
        "registry.yaml: has registryFormat 2, and this registry-tool reads formats up to 1",
        f"upgrade it: pip install --upgrade 'git+{address()}'",
    )


@pytest.mark.parametrize(
    "text",
    [
        "",
        "# only a comment\n",
        "registryFormat: true\n",
        "registryFormat: 0\n",
        "{}",
        "- 1\n",
        "a: [\n",
        "registryFormat: 1\nregistryFormat: 1\n",
        "<<<<<<< HEAD\nregistryFormat: 1\n=======\n>>>>>>> x\n",
        "registryFormat: 1\0\n",
    ],
)
def test_what_is_no_registry_yaml_is_refused(text: str) -> None:
    with pytest.raises(SettingsError, match=r"^registry\.yaml:[12]:"):
        parse_settings(text.encode(), file="registry.yaml")


@given(st.binary(max_size=40) | st.text("registryFomat: 12\n#[]{}", max_size=30).map(str.encode))
def test_whatever_the_bytes_are_they_end_in_settings_or_in_a_settings_error(data: bytes) -> None:
    try:
        ended: object = parse_settings(data, file="registry.yaml")
    except SettingsError as err:
        ended = err

    assert isinstance(ended, Settings | SettingsError)


def outcome(text: str) -> Settings | None:
    """The settings; None if they are refused."""
    try:
        return parse_settings(text.encode(), file="registry.yaml")
    except SettingsError:
        return None


@pytest.mark.parametrize(
    "names",
    ["- A_B", "- A_B\n    - C_D", "- A_B\n    - A_B", "- NO", "- null", "- 1_0", "- A_B # why", "- 'A_B'", "-  A_B"],
)
def test_an_allow_list_is_read_the_same_with_and_without_a_yaml_parser(names: str) -> None:
    text = f"registryFormat: 1\nregistryId: r0123456789abcdef\nredaction:\n  allow:\n    {names}\n"

    def read(text: str) -> Settings | str:
        try:
            return parse_settings(text.encode(), file="registry.yaml")
        except SettingsError as err:
            return re.sub(r":\d+:\d+", "", str(err))

    # A setting that says nothing sends the same text to the parser.
    assert read(text) == read(text + "autoPush: false\n")


@pytest.mark.parametrize(
    "before",
    [
        "registryFormat: 1\n",
        "registryFormat: 1\nautoPush: true\n",
        "registryFormat: 1\nredaction:\n  allow:\n    - MY_TOKEN_COUNT\n    - VLLM_TOKENIZER_MODE\n",
        "registryFormat: 1\nredaction:\n  allow: [MY_TOKEN_COUNT, VLLM_TOKENIZER_MODE]\nautoPush: true\n",
        "registryFormat: 1\nredaction:\n  # ours\n  allow: []\n",
    ],
)
def test_published_names_join_what_a_registry_allows_already(before: str) -> None:
    after = with_published(before)

    settings, old = (parse_settings(text.encode(), file="registry.yaml") for text in (after, before))
    assert settings.allow == old.allow | set(PUBLISHED)
    assert settings.auto_push == old.auto_push
    assert with_published(after) == after


def test_a_list_that_only_a_person_can_add_to_is_refused_with_the_names() -> None:
    with pytest.raises(RegistryError) as caught:
        with_published("registryFormat: 1\nredaction: {allow: [MY_TOKEN_COUNT]}\n")

    assert "MAX_INPUT_TOKENS" in caught.value.hint


def test_no_published_name_is_one_of_a_credential() -> None:
    words = ("KEY", "SECRET", "PASS", "AUTH", "HF_TOKEN", "API")

    assert [name for name in PUBLISHED if any(word in name for word in words)] == []
