"""The table of known secrets: what it promises of each row."""

from __future__ import annotations

import pytest

from registry_tool.redact import redact_document
from registry_tool.redact.formats import seal_crc
from registry_tool.redact.rules import Rule
from registry_tool.redact.search import RULES
from tests.redact.examples import example, look_alike

each_rule = pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)


def found_by(rule: Rule, text: str) -> set[str]:
    return {text[start:end] for start, end in rule.finder(text, frozenset())}


def test_at_least_sixty_kinds_are_known_each_under_its_own_id() -> None:
    ids = {rule.id for rule in RULES}

    assert (len(ids) >= 60, len(ids)) == (True, len(RULES))


@each_rule
def test_a_rule_has_a_name_and_says_whose_documentation_it_follows(rule: Rule) -> None:
    assert rule.title
    assert ": " in rule.source


@each_rule
def test_a_rule_finds_its_examples_and_exactly_the_secret_in_them(rule: Rule) -> None:
    examples = [example(rule, seed) for seed in range(20)]

    assert [found_by(rule, text) for text, _ in examples] == [{secret} for _, secret in examples]


@each_rule
def test_an_example_holds_one_of_the_rules_anchors(rule: Rule) -> None:
    texts = [example(rule, seed)[0] for seed in range(20)]
    texts = [text.lower() if rule.folded else text for text in texts]

    assert [text for text in texts if not any(anchor in text for anchor in rule.anchors)] == []


@each_rule
def test_an_example_is_the_same_for_the_same_seed_and_another_for_another(rule: Rule) -> None:
    assert example(rule, 1) == example(rule, 1) != example(rule, 2)


@each_rule
def test_the_example_is_reported_under_its_own_rule(rule: Rule) -> None:
    findings = redact_document({"notes": example(rule, 1)[0]}).findings

    assert findings[0].rule == rule.id


@each_rule
def test_what_looks_alike_but_is_harmless_stays(rule: Rule) -> None:
    notes = f"see {look_alike(rule, 1)} there"

    findings = redact_document({"notes": notes}).findings

    # What is too short for its own service's token may be another service's.
    assert {finding.rule for finding in findings} <= ({"format/unlisted-token"} if rule.shaped else set())


def test_the_checksum_is_the_one_that_github_publishes() -> None:
    # GitHub's own example of its token format, long revoked.
    token = "ghp_" + "zQWBuTSOoRi4A9spHcVY5ncnsDkxkJ" + "0mLq17"

    assert seal_crc(token[:-6] + "000000") == token


@pytest.mark.parametrize("kind", ["format/github-token", "format/npm-token"])
def test_a_token_whose_checksum_is_right_is_seen_in_the_middle_of_a_word(kind: str) -> None:
    rule = next(rule for rule in RULES if rule.id == kind)
    _, token = example(rule, 1)

    assert found_by(rule, f"TOKEN{token}") == {token}


def test_a_token_with_a_wrong_checksum_is_still_taken_out() -> None:
    token = "ghp_" + "a" * 36

    assert redact_document({"notes": token}).document == {"notes": "***REDACTED***"}
