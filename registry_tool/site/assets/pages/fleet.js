"use strict";
/* Any two of seven dimensions against each other. */
registry.routes.add("fleet", (_, state) => {
  const { search, dom: { h }, words: { plural, label }, charts } = registry;
  const { head, card, choice } = registry.pieces;
  const DIMENSIONS = ["model", "instance", "region", "config", "target", "tag", "owner"];
  const valid = (name, otherwise) => (DIMENSIONS.includes(name) ? name : otherwise);
  const down = valid(state.get("down"), "model");
  const across = valid(state.get("across"), down === "region" ? "model" : "region");
  const go = (next) => {
    window.location.hash = registry.routes.link("fleet", Object.entries({ down, across, ...next }));
  };
  const options = DIMENSIONS.map((name) => [name, label(name)]);
  const rows = search.present();
  return {
    title: "Fleet",
    nodes: [
      head("Fleet", `${plural(rows.length, "deployment", "deployments")}; a cell opens its records`, choice("Rows", options, down, (value) => go({ down: value })), h("span", { class: "quiet" }, "by"), choice("Columns", options, across, (value) => go({ across: value }))),
      card(`${label(down)} by ${label(across).toLowerCase()}`, null, charts.matrix(rows, down, across)),
    ],
  };
});
