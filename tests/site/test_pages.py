"""The site as people see it: in a browser, from a file, with nothing to ask but the folder itself."""

from __future__ import annotations

import json
import re
import shutil
from itertools import product
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.programs import run_registry
from tests.site.sites import PAGES, ROWS, Visit, commit_documents, listed, log, make_site
from tests.site.test_site import DOCUMENT

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

    from registry_tool.record.identity import Document

# One browser and one fleet for all of these.
pytestmark = pytest.mark.xdist_group("browser")

HOSTILE = (
    "<script>window.ran = 1</script>",
    "<img src=x onerror='window.ran = 1'>",
    "\"><svg onload='window.ran = 1'>",
    "javascript:window.ran=1",
    "{{constructor.constructor('window.ran=1')()}}",
    "${window.ran = 1}",
    "</script><script>window.ran = 1</script>",
    "a\u2028b\u2029c",
    "\u202egnp.exe",
    "ding\u0007",
    "__proto__",
    "constructor",
    "'; window.ran = 1; '",
    "a" * 3000,
)


def hostile_registry(folder: Path) -> Path:
    """A registry with hostile texts in every field, in messages, in authors and in its own name."""
    registry = folder / "<b>registry"
    for number, text in enumerate(HOSTILE):
        commit_documents(
            registry,
            [_hostile(number, text)],
            message=f"{text}\n\n{text}",
            author=re.sub(r"[<>\n\x07]", "", text)[:100],
        )
    return registry


def test_every_page_asks_for_the_folder_alone_and_complains_of_nothing(page: Page, built: Path) -> None:
    visit = Visit.open(page, built)
    key = page.evaluate("registry.data.idOf(0)")

    for name in (*PAGES, f"record/{key}", "no-such-page"):
        visit.go(name)

    outside = [url for url in visit.asked if not url.startswith((built.as_uri(), "data:,"))]
    assert (visit.complaints, outside) == ([], [])


def test_the_page_may_run_its_own_scripts_and_nothing_else(page: Page, built: Path) -> None:
    visit = Visit.open(page, built)
    policy = page.locator("meta[http-equiv=Content-Security-Policy]").get_attribute("content")
    page.context.set_offline(True)
    tries = page.evaluate(_TRIES)
    visit.go("upgrades")

    assert policy == (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; base-uri 'none'; "
        "form-action 'none'; require-trusted-types-for 'script'; trusted-types registry"
    )
    assert tries == {
        "eval": "EvalError",
        "html": "TypeError",
        "script": "TypeError",
        "policy": "TypeError",
        "fetch": "TypeError",
        "inline": "blocked",
        "image": "blocked",
    }
    assert visit.text("h1") == "Upgrades"


def test_the_first_screen_answers_the_five_questions(page: Page, fleet: Path, built: Path) -> None:
    records = listed(fleet)
    visit = Visit.open(page, built)

    assert visit.text("h1") == "What runs where"
    assert visit.text(".head p").startswith(f"{len(records)} deployments, as of 2026-")
    assert visit.text(".tile:nth-child(2)") == (
        f"Deployment failed {_count(records, 'status', 'failed')} registered with status failed"
    )
    assert visit.text(".tile:nth-child(3)") == "CI test failed ? CI results are not included"
    # what runs where: the matrix; what changed: the latest; who owns it: by name
    total = sum(int(cell) for cell in page.locator(".matrix tbody td.number").all_inner_texts())
    assert total == len(records)
    newest = log(fleet)[0]
    assert visit.text(".slim .card:nth-child(1) .list li") == _latest(newest)
    assert visit.count(".slim .card:nth-child(2) .ranking a") > 0
    heights = [page.locator(name).first.bounding_box() for name in (".tiles", ".matrix", ".slim .list", ".ranking")]
    assert all(box is not None and box["y"] < 900 for box in heights)


def test_numbers_are_those_of_list_and_log(page: Page, fleet: Path, built: Path) -> None:
    records, entries = listed(fleet), log(fleet)
    visit = Visit.open(page, built, "deployments")

    assert visit.text(".head p") == f"{len(records)} of {len(records)} records"
    for region in {one["awsRegion"] for one in records}:
        visit.go(f"deployments?region={region}")
        assert visit.text(".head p").startswith(f"{_count(records, 'awsRegion', region)} of ")
    visit.go("changes?from=2025-01-01&to=2027-01-01")
    kinds = [sum(entry["kind"] == kind for entry in entries) for kind in ("registered", "updated", "removed")]
    assert visit.text(".head p") == (
        f"{len(entries)} changes: {kinds[0]} registered, {kinds[1]} updated, {kinds[2]} removed"
    )
    visit.go("removed")
    gone = run_registry("--registry", str(fleet), "list", "--removed", "--format", "json", cwd=fleet)
    removed = len(json.loads(gone.stdout)["records"])
    assert (removed > 0, visit.text(".head p")) == (True, f"{removed} of {removed} records")


@pytest.mark.parametrize(
    ("query", "accepts"),
    [
        ("qwen3", lambda one: "qwen3" in one["modelName"].lower() or "qwen3" in one["projectName"]),
        ("region:us-east", lambda one: one["awsRegion"].startswith("us-east")),
        (
            "awsRegion:us-east -status:success",
            lambda one: one["awsRegion"][:7] == "us-east" and one["status"] != "success",
        ),
        ("instanceType:p5 fraud", lambda one: "p5" in one["instanceType"] and "fraud" in one["projectName"]),
        ("no-such-thing-at-all", lambda _one: False),
        ("gpuCount:8", None),
    ],
)
def test_a_search_finds_what_the_records_say(page: Page, fleet: Path, built: Path, query: str, accepts: object) -> None:
    visit = Visit.open(page, built, "deployments")
    page.fill("#query", query)
    visit.settle()

    shown = int(visit.text(".head p").split()[0])
    if callable(accepts):
        assert shown == sum(bool(accepts({"modelName": "", **one})) for one in listed(fleet))
    else:
        whole = run_registry("--registry", str(fleet), "export", cwd=fleet).stdout.splitlines()
        assert shown == sum('"gpuCount": 8' in line for line in whole)
    assert page.evaluate("new URLSearchParams(location.hash.split('?')[1]).get('q')") == query


def test_a_state_survives_reload_and_back(page: Page, built: Path) -> None:
    visit = Visit.open(page, built, "deployments?status=failed&sort=project&q=qwen")
    before = (visit.text(".head"), page.locator(ROWS).first.inner_text())

    page.locator(f"{ROWS} a").first.click()
    visit.settle()
    record = visit.text("h1")
    page.reload()
    visit.settle()
    assert visit.text("h1") == record
    page.go_back()
    visit.settle()
    page.reload()
    visit.settle()

    assert (visit.text(".head"), page.locator(ROWS).first.inner_text()) == before
    assert page.input_value("#query") == "qwen"


def test_ticks_in_a_facet_add_up_and_facets_narrow_each_other(page: Page, fleet: Path, built: Path) -> None:
    records = listed(fleet)
    visit = Visit.open(page, built, "deployments")
    page.get_by_label(re.compile("^failed")).check()
    visit.settle()
    page.get_by_label(re.compile("^partial")).check()
    visit.settle()
    not_right = [one for one in records if one["status"] in {"failed", "partial"}]
    region = not_right[0]["awsRegion"]
    page.get_by_label(re.compile(f"^{region}")).check()
    visit.settle()

    wanted = [one for one in not_right if one["awsRegion"] == region]
    assert visit.text(".head p") == f"{len(wanted)} of {len(records)} records"
    assert visit.count(".chip") == 3


def test_the_keys_make_a_comparison(page: Page, built: Path) -> None:
    visit = Visit.open(page, built, "deployments?sort=project")
    for key in "jxjjxc":
        page.keyboard.press(key)
    visit.settle()

    assert visit.text("h1") == "Compare 2"
    assert visit.count("table.compare thead a") == 2
    assert page.evaluate("document.activeElement.tagName") == "H1"
    differing = page.locator("table.compare tbody tr").count()
    page.get_by_role("link", name="All fields").click()
    visit.settle()
    assert page.locator("table.compare tbody tr").count() > differing
    page.keyboard.press("/")
    assert page.evaluate("document.activeElement.id") == "query"
    page.keyboard.press("Escape")
    page.keyboard.press("?")
    assert page.get_by_role("dialog").is_visible()


def test_previous_and_next_stay_within_the_filter(page: Page, built: Path) -> None:
    visit = Visit.open(page, built, "deployments?status=failed&sort=project")
    names = page.locator(f"{ROWS}:not([hidden]) a.first").all_inner_texts()
    page.locator(f"{ROWS} a").first.click()
    visit.settle()
    seen = [visit.text("h1")]
    for _ in range(2):
        page.keyboard.press("]")
        page.wait_for_timeout(50)
        visit.settle()
        seen.append(visit.text("h1"))
    page.keyboard.press("[")
    page.wait_for_timeout(50)
    visit.settle()
    seen.append(visit.text("h1"))

    assert seen == [*names[:3], names[1]]


def test_a_record_says_who_set_each_field_as_blame_does(page: Page, fleet: Path, built: Path) -> None:
    key = next(str(entry["configId"]) for entry in log(fleet) if entry["kind"] == "updated" and entry["changes"])
    blamed = json.loads(run_registry("--registry", str(fleet), "blame", key, "--format", "json", cwd=fleet).stdout)
    visit = Visit.open(page, built, f"record/{key}")

    rows = [row.inner_text().split("\n") for row in page.locator(".fields tr").all()]
    shown = {" ".join(row).split("\t")[0].strip(): " ".join(row) for row in rows}
    for field in blamed["fields"]:
        name = field["path"].removeprefix("parameters.")
        if name in shown:
            assert field["revision"][:12] in shown[name], name
    assert visit.count(".timeline li") == sum(entry["configId"] == key for entry in log(fleet))


def test_nothing_hostile_runs_and_no_page_is_wider_than_a_phone(browser: Browser, tmp_path: Path) -> None:
    site = make_site(hostile_registry(tmp_path), tmp_path / "site")
    context = browser.new_context(viewport={"width": 320, "height": 640})
    page = context.new_page()
    visit = Visit.open(page, site)
    ids = page.evaluate("Array.from({length: registry.data.table.count}, (_, row) => registry.data.idOf(row))")
    compared = "&".join(f"id={key}" for key in ids[:6])
    routes = [
        *PAGES,
        *(f"record/{key}" for key in ids),
        f"compare?{compared}",
        f"deployments?q={HOSTILE[0]}",
        HOSTILE[1],
    ]
    assert len(ids) == len(HOSTILE)

    for route in routes:
        page.evaluate("route => { window.location.hash = '#/' + route; }", route)
        page.wait_for_timeout(60)
        wide = page.evaluate("document.documentElement.scrollWidth")
        assert (route, wide) == (route, 320)

    assert page.evaluate("window.ran") is None
    assert page.evaluate("document.querySelectorAll('main script, main img, main svg [onload]').length") == 0
    links = page.evaluate("[...document.links].map(link => link.getAttribute('href'))")
    assert [link for link in links if not link.startswith("#")] == []
    assert visit.complaints == []
    context.close()


@pytest.mark.parametrize(
    ("made", "theme", "width"),
    [*product(["joined"], ["light", "dark"], [390, 1440]), ("built", "light", 1440)],
)
def test_nobody_is_shut_out(  # noqa: PLR0913, PLR0917  each way of looking at each site
    browser: Browser, joined: Path, built: Path, made: str, theme: str, width: int
) -> None:
    axe = (Path(__file__).parent / "node_modules/axe-core/axe.min.js").read_text(encoding="utf-8")
    context = browser.new_context(viewport={"width": width, "height": 900}, color_scheme=theme)  # type: ignore[arg-type]
    page = context.new_page()
    visit = Visit.open(page, joined if made == "joined" else built)
    ids = page.evaluate("[0, 1, 2].map(registry.data.idOf)")
    wrong = page.evaluate(f"registry.data.idOf(registry.search.select(new URLSearchParams('{_WRONG}')).rows[0] ?? 0)")
    page.evaluate(axe)
    found = []
    for route in (
        *PAGES,
        f"record/{ids[0]}",
        f"record/{wrong}",
        f"deployments?{_WRONG}",
        "compare?" + "&".join(f"id={key}" for key in ids),
        "deployments?q=zzzz",
    ):
        visit.go(route)
        page.wait_for_timeout(150)
        result = page.evaluate(_AXE)
        found += [(route, rule["id"], rule["nodes"][0]["target"]) for rule in result["violations"]]
    context.close()

    assert found == []


def test_one_file_is_the_whole_site(page: Page, fleet: Path, tmp_path: Path) -> None:
    single = make_site(fleet, tmp_path / "site.html", "--single")
    visit = Visit.open(page, single, "deployments")
    page.locator(f"{ROWS} a").first.click()
    visit.settle()

    assert visit.count(".timeline li") > 0
    visit.go("changes")
    visit.go("upgrades")
    assert (visit.complaints, {url.split("#")[0] for url in visit.asked} - {"data:,"}) == ([], {single.as_uri()})


def test_a_page_that_came_alone_says_what_is_missing(page: Page, built: Path, tmp_path: Path) -> None:
    shutil.copytree(built, tmp_path / "part", ignore=shutil.ignore_patterns("data"))
    visit = Visit.open(page, tmp_path / "part")

    assert visit.text("main") == (
        "The data could not be read data/records.js is missing. Copy the whole folder, not index.html alone."
    )


def test_an_empty_registry_says_how_to_begin(page: Page, tmp_path: Path) -> None:
    run_registry("init", "registry", cwd=tmp_path)
    visit = Visit.open(page, make_site(tmp_path / "registry", tmp_path / "site"))

    assert visit.text(".empty h2") == "No deployment is registered yet"
    for name in PAGES[1:]:
        visit.go(name)
        assert visit.text("h1")
    assert visit.complaints == []


# What a script would try that had got in somehow; nothing of it may work.
_TRIES = """async () => {
    const name = (act) => { try { act(); return "ran"; } catch (error) { return error.name; } };
    const element = document.createElement("script");
    const image = new Image();
    const seen = {
        // Later, because the debugger may run text as code where the page may not.
        eval: await new Promise((done) => setTimeout(() => done(name(() => (0, eval)("1"))))),
        html: name(() => { document.body.innerHTML = "<p>"; }),
        script: name(() => { element.text = "window.ran = 1"; }),
        policy: name(() => trustedTypes.createPolicy("other", {})),
        fetch: await fetch("https://evil.invalid/").then(() => "ran", (error) => error.name),
    };
    const inline = document.createElement("script");
    name(() => inline.append("window.ran = 1"));
    document.head.append(inline);
    seen.inline = window.ran === undefined ? "blocked" : "ran";
    seen.image = await new Promise((done) => {
        image.onload = () => done("ran");
        image.onerror = () => done("blocked");
        image.src = "https://evil.invalid/x.png";
    });
    return seen;
}"""
_WRONG = "live=differs"
_AXE = """() => axe.run(document, {
    runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
})"""


def _count(records: list[dict[str, str]], name: str, value: str) -> int:
    return sum(one[name] == value for one in records)


def _latest(entry: dict[str, Any]) -> str:
    """How the newest entry of a log reads on the first screen."""
    changes = entry.get("changes") or []
    told = [f"{one['path']} {one['before']} → {one['after']}" for one in changes[:3]] or [
        "registered again, nothing changed"
    ]
    if entry["kind"] != "updated":
        told = [str(entry["kind"])]
    return " ".join([str(entry["projectName"]), str(entry["author"]), "· today", *told])


def _hostile(number: int, text: str) -> Document:
    return {
        **DOCUMENT,
        "configId": f"{number:016x}",
        **dict.fromkeys(("projectName", "deploymentConfig", "modelName", "instanceType", "awsRegion", "status"), text),
        "deploymentTarget": text,
        "baseImage": f"{text}:{text}",
        "notes": text,
        "parameters": {f"NAME_{number}": text, text: "value"},
    }
