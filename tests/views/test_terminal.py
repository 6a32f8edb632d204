"""On a terminal a list fits the width: identity and status are whole, long names are cut, the rest gives way."""

from __future__ import annotations

import csv
import re

import pytest

from registry_tool.index.query import Summary
from registry_tool.index.rows import SUMMARY
from registry_tool.printable import one_line, to_csv
from registry_tool.views.terminal import terminal_table


def summary(values: dict[str, str]) -> Summary:
    cells = dict.fromkeys(SUMMARY, "") | values
    return Summary(tuple(cells), tuple(cells.values()))


WIDE = summary(
    {
        "configId": "ec3f1a0072d1b3d4",
        "projectName": "a-project-with-quite-a-long-name",
        "deploymentConfig": "transformers-tensorrt-llm",
        "modelName": "mistralai/Mistral-7B-Instruct-v0.3",
        "instanceType": "ml.g6e.12xlarge",
        "awsRegion": "us-west-2",
        "deploymentTarget": "realtime-inference",
        "status": "success",
        "registeredAt": "2026-03-01T12:00:00Z",
    }
)


@pytest.mark.parametrize("width", [80, 100, 120, 140, 180, 240])
def test_a_list_fits_the_width(width: int) -> None:
    lines = re.sub(r"\x1b\[\d*m", "", terminal_table([WIDE], colour=True, room=width)).splitlines()

    assert max(map(len, lines)) <= width
    assert all(whole in lines[1] for whole in ("ec3f1a0072d1b3d4", "us-west-2", "success"))


def test_a_wide_terminal_shows_everything() -> None:
    assert "a-project-with-quite-a-long-name" in terminal_table([WIDE], colour=False, room=240)


def test_without_colour_no_status_is_coloured() -> None:
    assert (
        "\x1b[32m" in terminal_table([WIDE], colour=True, room=240),
        "\x1b[32m" in terminal_table([WIDE], colour=False, room=240),
    ) == (
        True,
        False,
    )


def test_names_cannot_act_on_the_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "240")
    hostile = summary({"projectName": "x\x1b[31m[red]\u202e"})

    shown = terminal_table([hostile], colour=False, room=240)

    assert "x\\x1b[31m[red]\\u202e" in shown


@pytest.mark.parametrize("blank", ["\u2800", "\u3164", "\u115f", "\uffa0", "\u034f", "\ufe0f", "\U000e0041"])
def test_a_blank_letter_in_a_name_is_spelled_out(blank: str) -> None:
    shown = terminal_table([summary({"projectName": f"qwen{blank}"})], colour=False, room=240)

    assert blank not in shown
    assert blank.encode("unicode_escape").decode() in shown


def test_an_emoji_keeps_the_look_that_was_chosen() -> None:
    assert one_line("it works \u2714\ufe0f") == "it works \u2714\ufe0f"


@pytest.mark.parametrize("cell", ["=1+1", " =1+1", "\u3000=1+1", "\uff1d1+1", "\uff0b1", " @x", "-1", "\t=1"])
def test_no_cell_of_a_csv_is_a_formula(cell: str) -> None:
    (row,) = csv.reader(to_csv([[cell]]).splitlines())

    assert row[0].startswith("'")
