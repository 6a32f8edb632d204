"""Every number on the site is one that the command line gives for the same commit."""

from __future__ import annotations

import calendar
import json
from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from registry_tool.record.image import image_parts
from tests.programs import run_registry
from tests.site.sites import Visit, listed, log

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = pytest.mark.xdist_group("browser")

FACETS = {
    "status": "status",
    "region": "awsRegion",
    "instance": "instanceType",
    "target": "deploymentTarget",
    "config": "deploymentConfig",
    "model": "modelName",
}


def test_the_first_screen(page: Page, fleet: Path, built: Path) -> None:
    records, entries = listed(fleet), log(fleet)
    now = max(datetime.fromisoformat(entry["at"]) for entry in entries)
    present = {one["configId"] for one in records}
    visit = Visit.open(page, built)

    latest = {entry["configId"]: datetime.fromisoformat(entry["at"]) for entry in reversed(entries)}
    changed = sum(now - latest[key] <= timedelta(days=7) for key in present)
    failed = sum(one["status"] == "failed" for one in records)
    assert [tile.split()[-1] for tile in _numbers(page, ".tile")] == [str(changed), str(failed), "?", "?"]
    assert visit.text(".head p").split(" ", 1)[0] == str(len(records))
    assert _matrix(page) == _pairs(records, "modelName", "awsRegion", most=10)
    whole = _exported(fleet)
    authors = {entry["configId"]: entry["author"] for entry in reversed(entries)}
    owners = Counter(str(one.get("labels", {}).get("owner", authors[one["configId"]])) for one in whole)
    shown = _ranking(page, ".slim .card:nth-child(2)")
    assert shown == {name: owners[name] for name in shown}
    assert sorted(shown.values()) == sorted(owners.values())[-len(shown) :]
    unsaid = sum("owner" not in one.get("labels", {}) for one in whole)
    others = len(owners) - len(shown)
    assert others > 0
    assert visit.text(".slim .card:nth-child(2)").endswith(
        f"and {others} {'other' if others == 1 else 'others'}, {len(whole) - sum(shown.values())} in all "
        f"{unsaid} without the label owner count for whoever changed them last."
    )
    names = [item.inner_text().split("\n")[0] for item in page.locator(".slim .card:nth-child(1) .list li").all()]
    assert names == [entry["projectName"] for entry in entries[:5]]
    image, number = Counter(image_parts(str(one["baseImage"]))["name"] for one in whole).most_common(1)[0]
    tags = _ranking(page, ".halves .card:nth-child(2)")
    assert (visit.text(".halves .card:nth-child(2) p"), sum(tags.values())) == (image, number)


def test_the_weeks_of_the_first_screen(page: Page, fleet: Path, built: Path) -> None:
    entries = log(fleet)
    now = max(int(datetime.fromisoformat(entry["at"]).timestamp()) for entry in entries)
    weeks: Counter[tuple[int, str]] = Counter()
    for entry in entries:
        ago = (now - int(datetime.fromisoformat(entry["at"]).timestamp())) // (7 * 86_400)
        weeks[ago, entry["kind"]] += 1
    Visit.open(page, built)

    shown = [title.split(": ")[1] for title in page.locator(".chart title").all_text_contents()]
    assert shown == [f"{weeks[ago, 'registered']} new, {weeks[ago, 'updated']} updated" for ago in range(25, -1, -1)]


@pytest.mark.parametrize("facet", FACETS)
def test_each_facet(page: Page, fleet: Path, built: Path, facet: str) -> None:
    numbers = Counter(one.get(FACETS[facet], "") for one in listed(fleet))
    Visit.open(page, built, "deployments")

    shown = page.evaluate(
        """facet => { const { counts } = registry.search.select(new URLSearchParams());
            return registry.data.values(facet).map((value, at) => [value, counts().get(facet)[at]]); }""",
        facet,
    )
    assert {value: number for value, number in shown if number} == dict(numbers)


def test_each_row_of_the_list_in_its_order(page: Page, fleet: Path, built: Path) -> None:
    visit = Visit.open(page, built, "deployments?sort=-model")
    order = page.evaluate(
        "Array.from(registry.search.select(new URLSearchParams('sort=-model')).rows, (row) => registry.data.idOf(row))"
    )
    models = {one["configId"]: one.get("modelName", "") for one in listed(fleet)}

    assert [models[key] for key in order] == sorted(models.values(), reverse=True)
    assert visit.text(".head p") == f"{len(models)} of {len(models)} records"


def test_what_was_removed_as_it_was_last(page: Page, fleet: Path, built: Path) -> None:
    removed = listed(fleet, "--removed")
    visit = Visit.open(page, built, "removed")

    assert visit.text(".head p") == f"{len(removed)} of {len(removed)} records"
    rows = page.locator(".virtual tbody tr:not(.space):not([hidden])").all_inner_texts()
    assert {row.split()[0] for row in rows} == {one["projectName"] for one in removed}
    visit.go(f"record/{removed[0]['configId']}")
    assert visit.text(".head .pill.bad") == "removed"


def test_a_record_has_the_fields_of_show_and_the_history_of_log(page: Page, fleet: Path, built: Path) -> None:
    key = next(str(entry["configId"]) for entry in log(fleet) if len(entry["changes"]) > 1)
    document = json.loads(_said(fleet, "show", key, "--format", "json"))
    entries = json.loads(_said(fleet, "log", key, "--changes", "--format", "json"))["entries"]
    visit = Visit.open(page, built, f"record/{key}")

    cells = [[cell.strip() for cell in row.all_inner_texts()] for row in map(_cells, page.locator(".fields tr").all())]
    shown = {name: value for name, value, _ in cells}
    for name, value in document["parameters"].items():
        assert shown[name] == value
    for name in ("deploymentConfig", "modelName", "instanceType", "awsRegion", "baseImage"):
        assert shown.get(name, "") == document[name]
    for name, value in document["icList"][0].items():
        assert name == "name" or shown[name] == str(value)
    assert {name: shown[name] for name in document["labels"]} == document["labels"]
    assert (visit.text("h1"), visit.text(".head .pill")) == (document["projectName"], document["status"])
    steps = page.locator(".timeline li").all_inner_texts()
    assert len(steps) == len(entries)
    for step, entry in zip(steps, entries, strict=True):
        assert step.startswith(entry["kind"])
        assert entry["revision"][:12] in step
        for change in entry["changes"]:
            assert all(str(change[part]) in step for part in ("path", "before", "after"))


def test_a_comparison_is_that_of_compare(page: Page, fleet: Path, built: Path) -> None:
    chosen = [one["configId"] for one in listed(fleet)[:3]]
    fields = json.loads(_said(fleet, "compare", *chosen, "--format", "json", "--all"))["fields"]
    different = {
        field["path"]: ["not set" if value is None else str(value) for value in field["values"]]
        for field in fields
        if not field["same"]
    }
    visit = Visit.open(page, built, "compare?" + "&".join(f"id={key}" for key in chosen))

    rows = [_cells(row).all_inner_texts() for row in page.locator("table.compare tbody tr").all()]
    assert {name: values for name, *values in rows} == different
    assert visit.text(".head p").startswith(f"{len(different)} fields differ")


def test_a_fleet_by_any_two_dimensions(page: Page, fleet: Path, built: Path) -> None:
    records = listed(fleet)
    visit = Visit.open(page, built)

    for down, across in (("config", "instance"), ("target", "region"), ("instance", "model")):
        visit.go(f"fleet?down={down}&across={across}")
        assert _matrix(page) == _pairs(records, FACETS[down], FACETS[across])


@pytest.mark.parametrize("days", [(0, 7), (30, 60), (0, 400)], ids=str)
def test_what_changed_between_two_days(page: Page, fleet: Path, built: Path, days: tuple[int, int]) -> None:
    last = datetime.fromisoformat(log(fleet)[0]["at"])
    start, end = (f"{last - timedelta(days=ago):%Y-%m-%d}" for ago in reversed(days))
    said = _said(fleet, "log", "--since", start, "--until", end, "--changes", "--format", "json")
    entries = json.loads(said)["entries"]
    visit = Visit.open(page, built, f"changes?from={start}&to={end}&shown=10000")

    kinds = Counter(entry["kind"] for entry in entries)
    assert visit.text(".head p") == (
        f"{len(entries)} changes: {kinds['registered']} registered, {kinds['updated']} updated, "
        f"{kinds['removed']} removed"
    )
    names = page.locator(".wide .list .name").all_inner_texts()
    assert names == [entry["projectName"] for entry in entries]
    fields = Counter(change["path"] for entry in entries for change in entry["changes"])
    assert _ranking(page, ".slim .card") == dict(fields)


def test_the_tags_at_the_end_of_each_month(page: Page, fleet: Path, built: Path) -> None:
    visit = Visit.open(page, built, "upgrades")
    image = visit.text("h2")
    tags = page.locator("table.numbers thead th").all_inner_texts()[1:]
    months = [[*_cells(row).all_inner_texts()] for row in page.locator("table.numbers tbody tr").all()]

    assert len(months) > 6
    for month, *numbers in months[-6:]:
        year, number = map(int, month.split("-"))
        end = f"{month}-{calendar.monthrange(year, number)[1]}"
        then = [image_parts(str(one["baseImage"])) for one in _exported(fleet, "--at", end)]
        expected = Counter(one["tag"] for one in then if one["name"] == image)
        assert [int(text) if text != "·" else 0 for text in numbers] == [expected[tag] for tag in tags], month


def _said(registry: Path, *words: str) -> str:
    done = run_registry("--registry", str(registry), *words, cwd=registry)
    assert done.returncode == 0, done.stderr
    return done.stdout


def _exported(registry: Path, *words: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in _said(registry, "export", *words).splitlines()]


def _numbers(page: Page, selector: str) -> list[str]:
    return page.locator(f"{selector} b").all_inner_texts()


def _cells(row: Any) -> Any:  # noqa: ANN401  locators
    return row.locator("th, td")


def _matrix(page: Page) -> dict[tuple[str, str], int]:
    """The cells of the matrix that is shown, by its two headings."""
    columns = page.locator(".matrix thead th").all_inner_texts()[1:-1]
    found = {}
    for row in page.locator(".matrix tbody tr").all():
        name, *numbers, total = (text.replace(",", "") for text in _cells(row).all_inner_texts())
        values = [0 if text == "·" else int(text) for text in numbers]
        assert sum(values) == int(total)
        found.update({(name, column): value for column, value in zip(columns, values, strict=True) if value})
    return found


def _pairs(records: list[dict[str, str]], down: str, across: str, *, most: int = 10**6) -> dict[tuple[str, str], int]:
    """How many records each pair of two fields' values has, of the commonest values of the first."""
    shown: Callable[[str, str], str] = lambda name, value: value or _NOTHING[name]  # noqa: E731
    totals = Counter(one.get(down, "") for one in records)
    kept = sorted(totals, key=lambda value: (-totals[value], value))[:most]
    pairs = Counter((one.get(down, ""), one.get(across, "")) for one in records)
    return {(shown(down, a), shown(across, b)): number for (a, b), number in pairs.items() if a in kept}


_NOTHING = {"modelName": "no model"}


def _ranking(page: Page, card: str) -> dict[str, int]:
    texts = page.locator(f"{card} .ranking").inner_text().split("\n")
    return {name: int(number.replace(",", "")) for name, number in zip(texts[::2], texts[1::2], strict=True)}
