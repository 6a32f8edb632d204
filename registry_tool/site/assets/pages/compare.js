"use strict";
/* Records side by side: only the differences unless asked for all; on a phone the values of a field stand below each other. */
registry.routes.add("compare", async (_, state) => {
  const { data, dom: { h }, words: { plural } } = registry;
  const { head, value, path: breakable } = registry.pieces;
  const { link, empty } = registry.routes;
  const MOST = 6;
  const asked = state.getAll("id").filter((id) => data.rowOf(id) !== undefined);
  const ids = asked.slice(0, MOST);
  if (ids.length < 2) return empty("Choose two or more deployments", "Tick them in the list (key x), then Compare (key c). ", h("a", { href: "#/deployments" }, "All deployments"));

  const records = (await Promise.all(ids.map(data.record))).map((record) => new Map(record.fields));
  const paths = [...new Set(records.flatMap((fields) => [...fields.keys()]))].filter((path) => path !== "configId");
  const differs = (path) => new Set(records.map((fields) => JSON.stringify(fields.get(path)))).size > 1;
  const different = paths.filter(differs);
  const all = state.get("all") === "1";
  const name = (at) => data.text("project", data.rowOf(ids[at])) || ids[at];
  const line = (path) => h("tr", { class: differs(path) ? "" : "same" }, h("th", { scope: "row" }, breakable(path)),
    records.map((fields, at) => h("td", { class: at && differs(path) && fields.get(path) !== records[0].get(path) ? "differs" : "" }, h("span", { class: "onlysmall small quiet" }, name(at)), value(fields.get(path)))));
  const base = [...ids.map((id) => ["id", id]), ...(all ? [] : [["all", "1"]])];
  return {
    title: "Compare",
    nodes: [
      head(`Compare ${ids.length}`, [`${plural(different.length, "field differs", "fields differ")}, ${plural(paths.length - different.length, "is the same", "are the same")}`, asked.length > MOST ? `; the first ${MOST} of ${asked.length} are shown` : ""],
        h("a", { class: "button", href: link("compare", base) }, all ? "Only differences" : "All fields")),
      different.length || all
        ? h("div", { class: "card scroll", tabindex: 0, role: "region", "aria-label": "Comparison" }, h("table", { class: "compare" }, h("thead", {}, h("tr", {}, h("th", { scope: "col" }, "Field"), ids.map((id, at) => h("th", { scope: "col" }, h("a", { href: `#/record/${id}` }, name(at)))))), h("tbody", {}, (all ? paths : different).map(line))))
        : h("div", { class: "empty" }, h("h2", {}, "They are the same in every field")),
    ],
  };
});
