"use strict";
/* What changed between two days, both included, in UTC. */
registry.routes.add("changes", async (_, state) => {
  const { data, dom: { h }, words: { DAY, count, plural, day, minute }, charts } = registry;
  const { head, card, change } = registry.pieces;
  const { link } = registry.routes;
  const AT_ONCE = 40;
  const KINDS = ["registered", "updated", "removed"];
  const to = state.get("to") || day(data.table.at);
  const from = state.get("from") || day(data.table.at - 7 * DAY);
  const [start, end] = [Date.parse(from) / 1000, Date.parse(to) / 1000 + DAY];
  const shown = Number(state.get("shown")) || AT_ONCE;
  const log = await data.log();
  const column = (name) => log.columns.get(name);
  const text = (name, at) => log.values.get(name)[column(name)[at]];
  const times = column("at");
  const found = [];
  for (let at = times.length - 1; at >= 0; at--) if (times[at] >= start && times[at] < end) found.push(at);
  const changesOf = (at) => Array.from({ length: column("changes.start")[at + 1] - column("changes.start")[at] }, (_unused, n) => {
    const place = column("changes.start")[at] + n;
    return [text("field", place), text("before", place), text("after", place)];
  });
  const numbers = KINDS.map((_kind, kind) => found.reduce((sum, at) => sum + (column("kind")[at] === kind ? 1 : 0), 0));
  const fields = new Map();
  for (const at of found) for (const [path] of changesOf(at)) fields.set(path, (fields.get(path) ?? 0) + 1);

  const picker = (name, value) => h("input", { type: "date", "aria-label": name === "from" ? "From" : "To", value, change: (event) => {
    window.location.hash = link("changes", Object.entries({ from, to, [name]: event.target.value }));
  } });
  const entry = (at) => {
    const row = column("row")[at];
    const kind = KINDS[column("kind")[at]];
    const changes = changesOf(at);
    return h("li", {}, h("a", { class: "name", href: `#/record/${data.idOf(row)}` }, data.text("project", row)), h("span", { class: "quiet small" }, text("author", at), " · ", minute(times[at]).slice(11)),
      kind === "updated" ? (changes.length ? changes.map(change) : h("div", { class: "change quiet" }, "registered again, nothing changed")) : h("div", { class: "change" }, kind === "removed" ? h("del", {}, kind) : h("ins", {}, kind)),
      h("span", { class: "quiet small whole" }, data.text("model", row) || data.text("config", row), " · ", data.text("region", row)));
  };
  const days = [];
  for (const at of found.slice(0, shown)) {
    const name = day(times[at]);
    if (days.at(-1)?.name !== name) days.push({ name, entries: [] });
    days.at(-1).entries.push(entry(at));
  }
  const ranked = [...fields].sort((a, b) => b[1] - a[1]).slice(0, 20).map(([name, number]) => [name, number]);
  return {
    title: "Changes",
    nodes: [
      head("What changed", `${plural(found.length, "change", "changes")}: ${count(numbers[0])} registered, ${count(numbers[1])} updated, ${count(numbers[2])} removed`, picker("from", from), h("span", { class: "quiet" }, "to"), picker("to", to)),
      found.length
        ? h("div", { class: "columns" },
            h("div", { class: "wide" }, card("Newest first", null, days.map(({ name, entries }) => [h("h3", {}, name), h("ul", { class: "list" }, entries)]),
              found.length > shown ? h("p", {}, h("a", { class: "button", href: link("changes", Object.entries({ from, to, shown: shown * 4 })) }, `Show more of ${count(found.length)}`)) : null)),
            h("div", { class: "slim" }, card("Fields that changed", null, ranked.length ? charts.ranking(ranked) : h("p", { class: "quiet" }, "None."))))
        : h("div", { class: "empty" }, h("h2", {}, "Nothing changed in these days"), h("p", {}, "Choose a longer span.")),
    ],
  };
});
