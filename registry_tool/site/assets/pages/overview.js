"use strict";
/* The first screen: what runs where, what changed this week, what failed, what is untested or stale, who owns it. */
registry.routes.add("", () => {
  const { data, search, words: { DAY, count, plural, minute, time, pill, isFailure, isStale, day, shown }, dom: { h }, charts } = registry;
  const { head, card, change } = registry.pieces;
  const { link } = registry.routes;
  const { table } = data;
  const STALE_DAYS = 90;
  const SHOWN = 6;
  const tested = table.testsAt !== null;
  const looked = table.looksAt !== null;
  const rows = search.present();

  if (!table.count) {
    return { title: "Overview", nodes: [head("What runs where", asOf()), h("div", { class: "empty" }, h("h2", {}, "No deployment is registered yet"), h("p", {}, "Run ./do/register in a project after its deployment works. This page shows it when the site is made again."))] };
  }

  const having = (column, accepts) => {
    const accepted = data.values(column).map(accepts);
    return rows.filter((row) => accepted[data.column(column)[row]]);
  };
  const tally = (column, among = rows) => {
    const numbers = new Uint32Array(data.values(column).length);
    for (const row of among) numbers[data.column(column)[row]]++;
    return [...numbers].map((number, at) => [data.values(column)[at], number]).filter(([, number]) => number).sort((a, b) => b[1] - a[1]);
  };
  const failed = having("status", (value) => value === "failed");
  const failing = having("test", isFailure);
  const wrong = having("live", (value) => table.wrongLooks.includes(value));
  const stale = rows.filter((row) => isStale(row, STALE_DAYS));
  const never = stale.filter((row) => !data.number("tested", row)).length;
  const changed = rows.filter((row) => data.number("changed", row) >= table.at - 7 * DAY);

  function asOf() {
    return [plural(rows.length, "deployment", "deployments"), `, as of ${minute(table.at)}, commit `, h("code", {}, table.revision.slice(0, 12)), tested ? `; CI results as of ${minute(table.testsAt)}` : "", looked ? `; what really runs as of ${minute(table.looksAt)}` : ""];
  }

  function tile(kind, number, title, about, target) {
    return h("a", { class: `card tile ${number ? kind : number === null ? "unknown" : ""}`, href: target }, h("span", { class: "quiet" }, title), h("b", {}, number === null ? "?" : count(number)), h("span", { class: "quiet small" }, about));
  }

  const failingValues = data.values("test").filter(isFailure).map((value) => ["test", value]);
  const tiles = [
    tile("", changed.length, "Changed this week", "registered or updated in 7 days", link("deployments", [["since", 7]])),
    tile("bad", failed.length, "Deployment failed", "registered with status failed", link("deployments", [["status", "failed"]])),
    tested
      ? tile("bad", failing.length, "CI test failed", "at their last test", link("deployments", failingValues))
      : tile("", null, "CI test failed", "CI results are not included", link("deployments")),
    tested
      ? tile("warn", stale.length, "Untested or stale", `${count(never)} never tested, ${count(stale.length - never)} not in ${STALE_DAYS} days`, link("deployments", [["stale", STALE_DAYS], ["sort", "tested"]]))
      : tile("", null, "Untested or stale", "CI results are not included", link("deployments")),
    looked ? tile("bad", wrong.length, "Not as registered", "at the last look at what runs", link("deployments", table.wrongLooks.map((value) => ["live", value]))) : null,
  ];

  const latest = table.latest.slice(0, 5).map((entry) => h("li", {},
    h("a", { class: "name", href: `#/record/${entry.id}` }, entry.project), h("span", { class: "quiet small" }, entry.author, " · ", time(entry.at)),
    entry.kind === "updated" ? (entry.changes.length ? entry.changes.map(change) : h("div", { class: "change quiet" }, "registered again, nothing changed")) : h("div", { class: "change" }, entry.kind === "removed" ? h("del", {}, "removed") : h("ins", {}, "registered"))));

  const worst = [...new Set([...failed, ...failing, ...wrong])].sort((a, b) => data.number("changed", b) - data.number("changed", a));
  /* Only what is wrong, each with what it is about. */
  const reasons = (row) => [["status", "deployment"], ["test", "test"], ["live", "live"]].map(([column, what]) => {
    const value = data.text(column, row);
    const wrongs = { status: value === "failed", test: tested && isFailure(value), live: looked && table.wrongLooks.includes(value) };
    return wrongs[column] ? [pill(value, `${what}: ${value}`), " "] : null;
  });
  const troubles = worst.slice(0, SHOWN).map((row) => h("li", {}, h("a", { class: "name", href: `#/record/${data.idOf(row)}` }, data.text("project", row)), h("span", {}, reasons(row)), h("span", { class: "quiet small whole" }, data.text("owner", row), " · changed ", time(data.number("changed", row)))));

  const owners = tally("owner");
  const others = owners.slice(SHOWN);
  const said = rows.filter((row) => data.number("hasOwner", row)).length;
  const images = tally("image").filter(([name]) => name);
  const commonest = images.length ? having("image", (value) => value === images[0][0]) : [];
  const health = tested ? tally("test") : [];
  const healthKind = (value) => ({ good: "good", bad: "bad", warn: "warn", idle: "idle" })[registry.words.stateOf(value)];

  return {
    title: "Overview",
    nodes: [
      head("What runs where", asOf()),
      h("div", { class: "tiles" }, tiles),
      h("div", { class: "columns" },
        h("div", { class: "wide" },
          card("Fleet: model by region", h("a", { href: link("fleet") }, "any two dimensions"), charts.matrix(rows, "model", "region", { most: 10 })),
          card("Needs attention", worst.length > SHOWN ? h("span", { class: "quiet small" }, `the latest ${SHOWN} of ${count(worst.length)}`) : null, troubles.length ? h("ul", { class: "list two" }, troubles) : h("p", { class: "quiet" }, tested ? "Nothing failed." : "No deployment is registered as failed.")),
          card("Activity of 26 weeks", h("a", { href: link("changes", [["from", day(table.at - 26 * 7 * DAY)], ["to", day(table.at)]]) }, "all of them"), charts.weeks(table.weeks),
            h("p", { class: "legend" }, h("span", {}, h("span", { class: "key fill" }), "updated"), h("span", {}, h("span", { class: "key light" }), "new")))),
        h("div", { class: "slim" },
          card("Latest changes", h("a", { href: link("changes") }, "between two dates"), h("ul", { class: "list" }, latest)),
          card("Who owns it", null,
            charts.ranking(owners.slice(0, SHOWN).map(([name, number]) => [name, number, link("deployments", [["owner", name]])])),
            others.length ? h("p", { class: "quiet small" }, `and ${plural(others.length, "other", "others")}, ${count(others.reduce((sum, [, number]) => sum + number, 0))} in all`) : null,
            said < rows.length ? h("p", { class: "quiet small" }, `${said ? count(rows.length - said) : "All"} without the label owner count for whoever changed them last.`) : null))),
      h("div", { class: "halves" },
        card("CI tests", null, tested
          ? [charts.bar(health.map(([value, number]) => [healthKind(value), number]), rows.length), h("ul", { class: "legend list plain" }, health.slice(0, 8).map(([value, number]) => h("li", {}, h("a", { href: link("deployments", [["test", value]]) }, pill(shown("test", value))), h("span", { class: "number quiet" }, count(number)))))]
          : h("p", { class: "quiet" }, "This site was made without the CI table. Make it with --ci to see how tests went.")),
        card(images.length ? "Image versions" : "Images", images.length ? h("a", { href: link("upgrades", [["image", images[0][0]]]) }, "by month") : null,
          images.length ? [h("p", { class: "quiet small" }, images[0][0]), charts.ranking(tally("tag", commonest).slice(0, 7).map(([name, number]) => [shown("tag", name), number, link("deployments", [["image", images[0][0]], ["tag", name]])]))] : h("p", { class: "quiet" }, "No record names an image."))),
    ],
  };
});
