"use strict";
/* Which tags of an image ran, month by month: who lags behind. */
registry.routes.add("upgrades", async (_, state) => {
  const { data, search, dom: { h, s }, words: { count, day, shown }, charts } = registry;
  const { head, card, choice } = registry.pieces;
  const { link } = registry.routes;
  const MONTHS = 18;
  const TAGS = 7;
  const FIELD = /^baseImage(\.tag)?$/;
  const numbers = new Map();
  for (const row of search.present()) numbers.set(data.text("image", row), (numbers.get(data.text("image", row)) ?? 0) + 1);
  numbers.delete("");
  const images = [...numbers].sort((a, b) => b[1] - a[1]);
  if (!images.length) return { title: "Upgrades", nodes: [head("Upgrades", "No record names an image.")] };
  const image = numbers.has(state.get("image")) ? state.get("image") : images[0][0];

  const log = await data.log();
  const column = (name) => log.columns.get(name);
  const text = (name, at) => log.values.get(name)[column(name)[at]];
  const starts = column("changes.start");
  const tagOf = (path, value) => (path === "baseImage" ? (value.match(/:([^:/@]+)(@.*)?$/)?.[1] ?? "") : value);
  /* A tag change of a commit, as pair of before and after. */
  const tagChange = (at) => {
    for (let place = starts[at]; place < starts[at + 1]; place++) {
      const path = text("field", place);
      if (FIELD.test(path)) return [tagOf(path, text("before", place)), tagOf(path, text("after", place))];
    }
    return undefined;
  };
  const times = column("at");
  const rowsOf = column("row");
  const first = new Map();
  const changes = new Map();
  for (let at = 0; at < times.length; at++) {
    const change = column("kind")[at] === 1 ? tagChange(at) : undefined;
    if (!change) continue;
    changes.set(at, change);
    if (!first.has(rowsOf[at])) first.set(rowsOf[at], change[0]);
  }
  const now = new Date(data.table.at * 1000);
  const ends = Array.from({ length: MONTHS }, (_unused, month) => Date.UTC(now.getUTCFullYear(), now.getUTCMonth() - (MONTHS - 1 - month) + 1, 1) / 1000);
  const running = new Map();
  const snapshots = [];
  const take = () => {
    const tally = new Map();
    for (const tag of running.values()) tally.set(tag, (tally.get(tag) ?? 0) + 1);
    snapshots.push([day(ends[snapshots.length] - 86400).slice(0, 7), tally]);
  };
  for (let at = 0; at < times.length; at++) {
    while (snapshots.length < MONTHS && times[at] >= ends[snapshots.length]) take();
    const row = rowsOf[at];
    if (data.text("image", row) !== image) continue;
    const kind = column("kind")[at];
    if (kind === 2) running.delete(row);
    else if (changes.has(at)) running.set(row, changes.get(at)[1]);
    else if (!running.has(row)) running.set(row, first.get(row) ?? data.text("tag", row));
  }
  while (snapshots.length < MONTHS) take();

  while (snapshots.length > 1 && !snapshots[0][1].size) snapshots.shift();

  const newest = snapshots.at(-1)[1];
  const everything = [...new Set(snapshots.flatMap(([, tally]) => [...tally.keys()]))].sort((a, b) => a.localeCompare(b, "en", { numeric: true }));
  const tags = everything.slice(-TAGS);
  const key = (at) => s("svg", { class: "key", viewBox: "0 0 10 10", "aria-hidden": "true" }, s("rect", { class: charts.shade(at, tags.length), width: 10, height: 10, rx: 3 }));
  return {
    title: "Upgrades",
    nodes: [
      head("Upgrades", everything.length > tags.length ? `Share of the newest ${tags.length} of ${everything.length} tags, month by month` : "Share of each image tag, month by month", choice("Image", images.map(([name, number]) => [name, `${name} (${count(number)})`]), image, (name) => { window.location.hash = link("upgrades", [["image", name]]); })),
      card(image, null, charts.shares(tags, snapshots, `Share of each tag of ${image} by month; the table below has the numbers`),
        h("ul", { class: "legend" }, tags.map((tag, at) => h("li", {}, key(at), h("a", { href: link("deployments", [["image", image], ["tag", tag]]) }, shown("tag", tag)), ` ${count(newest.get(tag) ?? 0)} now`)))),
      card("The same in numbers", null, h("div", { class: "scroll", tabindex: 0, role: "region", "aria-label": "Numbers by month" }, h("table", { class: "numbers" },
        h("thead", {}, h("tr", {}, h("th", { scope: "col" }, "End of month"), tags.map((tag) => h("th", { scope: "col", class: "number" }, shown("tag", tag))))),
        h("tbody", {}, snapshots.map(([month, tally]) => h("tr", {}, h("th", { scope: "row" }, month), tags.map((tag) => h("td", { class: "number" }, tally.get(tag) ? count(tally.get(tag)) : "·")))))))),
    ],
  };
});
