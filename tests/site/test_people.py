"""The site for whoever has a keyboard, a phone, paper, another theme or no JavaScript; and each address says it all."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.site.sites import PAGES, ROWS, Visit

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = pytest.mark.xdist_group("browser")

FOCUSED = "document.activeElement.tagName"
STATES = (
    "deployments?q=qwen&status=failed&status=success&sort=-model",
    "deployments?since=30&label.environment=production",
    "fleet?down=config&across=instance",
    "changes?from=2026-09-01&to=2026-10-01",
    "upgrades?image=lmsysorg%2Fsglang",
    "removed?sort=project",
    "record/ID?within=status%3Dsuccess",
    "compare?id=ID&id=OTHER&all=1",
)


@pytest.mark.parametrize("state", STATES)
def test_each_view_survives_reload_and_back_by_its_address(page: Page, built: Path, state: str) -> None:
    visit = Visit.open(page, built)
    ids = page.evaluate("[0, 1].map(registry.data.idOf)")
    state = state.replace("ID", ids[0]).replace("OTHER", ids[1])
    visit.go(state)
    before = _seen(visit)

    page.reload()
    visit.settle()
    reloaded = _seen(visit)
    visit.go("fleet" if "changes" in state else "changes")
    page.go_back()
    visit.settle()

    assert before == reloaded == _seen(visit)
    assert page.url.endswith(f"#/{state}")


def test_back_undoes_a_tick_and_a_search_leaves_no_trail(page: Page, built: Path) -> None:
    visit = Visit.open(page, built, "deployments")
    everything = visit.text(".head p")
    page.locator(".facets input").first.check()
    visit.settle()
    page.locator("#query").press_sequentially("qwen", delay=5)
    visit.settle()
    assert page.input_value("#query") == "qwen"

    page.go_back()
    visit.settle()

    assert (visit.text(".head p"), page.input_value("#query"), visit.count(".chip")) == (everything, "", 0)


def test_focus_goes_to_the_heading_of_a_new_page_and_nowhere_at_first(page: Page, built: Path) -> None:
    visit = Visit.open(page, built)
    seen = [page.evaluate(FOCUSED)]
    for name in ("Deployments", "Fleet", "Changes", "Upgrades", "Removed", "Overview"):
        page.get_by_role("link", name=name, exact=True).first.click()
        visit.settle()
        seen.append(page.evaluate(FOCUSED))

    assert seen == ["BODY", *["H1"] * 6]


def test_a_tick_keeps_the_focus(page: Page, built: Path) -> None:
    visit = Visit.open(page, built, "deployments")
    page.get_by_label("partial").focus()
    page.keyboard.press("Space")
    visit.settle()

    assert page.evaluate("document.activeElement.checked") is True
    assert page.evaluate("document.activeElement.closest('label').innerText").startswith("partial")


def test_what_a_search_had_left_out_is_offered_again_when_it_is_gone(page: Page, built: Path) -> None:
    visit = Visit.open(page, built, "deployments?q=region:eu-west-1")
    regions = "details[data-facet=region] label"
    before = visit.count(regions)
    page.fill("#query", "")
    page.wait_for_timeout(300)
    visit.settle()

    assert (before, visit.count(regions) > 1) == (1, True)


@pytest.mark.parametrize(
    ("key", "heading"),
    [
        ("o", "What runs where"),
        ("d", "Deployments"),
        ("f", "Fleet"),
        ("c", "What changed"),
        ("u", "Upgrades"),
        ("r", "Removed"),
    ],
)
def test_g_and_a_letter_go_to_a_page(page: Page, built: Path, key: str, heading: str) -> None:
    visit = Visit.open(page, built, "compare")
    page.keyboard.press("g")
    page.keyboard.press(key)
    page.wait_for_timeout(50)
    visit.settle()

    assert visit.text("h1") == heading


def test_a_record_opens_without_a_mouse_and_the_list_comes_back_as_it_was(page: Page, built: Path) -> None:
    visit = Visit.open(page, built, "deployments?sort=project")
    names = page.locator(f"{ROWS}:not([hidden]) a.first").all_inner_texts()
    for key in "jjk":
        page.keyboard.press(key)
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    page.wait_for_timeout(50)
    visit.settle()
    assert visit.text("h1") == names[1]
    page.go_back()
    visit.settle()

    assert page.locator(f"{ROWS}:not([hidden]) a.first").all_inner_texts() == names


def test_the_first_tab_skips_to_the_content(page: Page, built: Path) -> None:
    visit = Visit.open(page, built, "fleet")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.innerText") == "Skip to content"
    page.keyboard.press("Enter")
    page.wait_for_timeout(100)

    assert page.evaluate("document.activeElement.id") == "main"
    assert visit.text("h1") == "Fleet"


def test_letters_that_are_typed_into_the_search_box_are_no_keys(page: Page, built: Path) -> None:
    visit = Visit.open(page, built, "deployments")
    page.keyboard.press("/")
    page.keyboard.type("gcjx?")
    visit.settle()

    assert (page.input_value("#query"), visit.text("h1")) == ("gcjx?", "Deployments")
    assert not page.get_by_role("dialog").is_visible()


@pytest.mark.parametrize("width", [320, 390])
def test_no_page_is_wider_than_the_window(browser: Browser, built: Path, width: int) -> None:
    context = browser.new_context(viewport={"width": width, "height": 640})
    page = context.new_page()
    visit = Visit.open(page, built)
    ids = page.evaluate("[0, 1, 2].map(registry.data.idOf)")

    compared = "compare?" + "&".join(f"id={key}" for key in ids)
    for route in (*PAGES, f"record/{ids[0]}", compared, f"{compared}&all=1", "deployments?q=zzz"):
        visit.go(route)
        assert (route, page.evaluate("document.documentElement.scrollWidth")) == (route, width)
    context.close()


def test_a_comparison_on_a_phone_shows_every_value_with_its_name(browser: Browser, built: Path) -> None:
    context = browser.new_context(viewport={"width": 390, "height": 640})
    page = context.new_page()
    visit = Visit.open(page, built)
    ids = page.evaluate("[0, 1, 2].map(registry.data.idOf)")
    visit.go("compare?" + "&".join(f"id={key}" for key in ids))

    boxes = [cell.bounding_box() for cell in page.locator("table.compare tbody tr").first.locator("td").all()]
    assert all(box is not None and box["x"] >= 0 and box["x"] + box["width"] <= 390 for box in boxes)
    assert visit.count("table.compare tbody tr:first-child td .onlysmall") == 3
    context.close()


def test_the_filters_of_a_phone_are_behind_a_button(browser: Browser, built: Path) -> None:
    context = browser.new_context(viewport={"width": 390, "height": 640})
    page = context.new_page()
    visit = Visit.open(page, built, "deployments")
    before = visit.count(".facets")
    page.get_by_role("button", name="Filters").click()

    assert (before, visit.count(".facets")) == (0, 1)
    assert page.get_by_role("button", name="Filters").get_attribute("aria-expanded") == "true"
    context.close()


def test_paper_gets_all_rows_and_nothing_to_click(page: Page, built: Path) -> None:
    visit = Visit.open(page, built, "deployments")
    drawn = page.locator(f"{ROWS}:not([hidden])").count()
    page.emulate_media(media="print")
    page.evaluate("window.dispatchEvent(new Event('beforeprint'))")
    total = int(visit.text(".head p").split()[0])

    assert drawn < total
    assert page.locator(f"{ROWS}:not([hidden])").count() == total
    assert [visit.count(name) for name in ("header", ".facets", "footer", ".tools", ".onlyprint")] == [0] * 5
    back = "getComputedStyle(document.body).backgroundColor"
    assert page.evaluate(back) == "rgb(255, 255, 255)"
    page.evaluate("window.dispatchEvent(new Event('afterprint'))")
    assert page.locator(f"{ROWS}:not([hidden])").count() == drawn


def test_without_javascript_there_is_a_table_to_open(browser: Browser, built: Path) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto((built / "index.html").as_uri())

    assert page.locator("main").inner_text().strip() == ""
    assert page.locator("noscript h1").inner_text() == "This page needs JavaScript"
    link = page.locator("noscript a").get_attribute("href")
    assert link == "records.csv"
    assert (built / link).read_text(encoding="utf-8").startswith("configId,project,model,")
    context.close()


@pytest.mark.parametrize("preferred", ["light", "dark"])
def test_the_theme_follows_the_system_until_it_is_chosen_and_is_kept(
    browser: Browser, built: Path, preferred: str
) -> None:
    context = browser.new_context(color_scheme=preferred)  # type: ignore[arg-type]
    page = context.new_page()
    visit = Visit.open(page, built)
    themes = [page.evaluate("document.documentElement.dataset.theme")]
    page.get_by_role("button", name="Dark or light").click()
    page.reload()
    visit.settle()
    themes.append(page.evaluate("document.documentElement.dataset.theme"))
    context.close()

    assert themes == ([preferred, "dark"] if preferred == "light" else [preferred, "light"])


def _seen(visit: Visit) -> tuple[str, str, str]:
    """What a reader sees: the page's text, what is in its controls, and its title."""
    controls = "[...document.querySelectorAll('input, select')].map((one) => [one.value, one.checked]).join()"
    return visit.page.locator("main").inner_text(), visit.page.evaluate(controls), visit.page.title()
