"use strict";
/* Facets: the values of each field with their numbers, to tick. Ticks in one facet add up, facets narrow each other. */
registry.facets = (() => {
  const { data, search, words, dom: { h } } = registry;
  const SHOWN_VALUES = 8;
  const OPEN = new Set(["status", "test", "live", "owner", "region", "instance"]);

  /** One facet: its commonest values, and a button for the rest. `fits` says whether other numbers need no other values. */
  function facet(name, state, counts, toggle) {
    const chosen = new Set(state.getAll(name));
    const values = data.values(name);
    const order = [...values.keys()].sort((a, b) => counts[b] - counts[a] || a - b);
    const offered = order.filter((at) => counts[at] || chosen.has(values[at]));
    const first = offered.filter((at, place) => place < SHOWN_VALUES || chosen.has(values[at]));
    const numbers = [];
    const option = (at) => {
      const number = h("span", { class: "number quiet" }, words.count(counts[at]));
      numbers.push([at, number]);
      return h("label", {}, h("input", { type: "checkbox", checked: chosen.has(values[at]), change: () => toggle(name, values[at]), "data-value": values[at] }), h("span", { title: values[at] }, words.shown(name, values[at])), number);
    };
    const list = h("div", {}, first.map(option));
    const rest = offered.filter((at) => !first.includes(at));
    if (rest.length) {
      const more = h("button", { class: "link", type: "button", click: () => { more.remove(); list.append(...rest.map(option)); } }, `${words.count(rest.length)} more`);
      list.append(more);
    }
    const known = new Set(offered);
    return {
      node: h("details", { open: OPEN.has(name) || chosen.size > 0, "data-facet": name }, h("summary", {}, words.label(name)), list),
      fits: (now) => order.every((at) => !now[at] || known.has(at)),
      write: (now) => numbers.forEach(([at, number]) => number.replaceChildren(words.count(now[at]))),
    };
  }

  /** The facets of a list; `toggle(name, value)` is told of a tick. `write(state, counts)` shows a state and its numbers. */
  function create(toggle) {
    const side = h("aside", { class: "card facets", "aria-label": "Filters" });
    let shown = new Map();
    let ticks;

    /* While a reader types, the numbers alone change: to build the facets again takes longer than a frame. */
    function write(state, counts) {
      const now = search.facets().map((name) => state.getAll(name).join("|")).join("&");
      if (ticks === now && [...shown].every(([name, one]) => one.fits(counts.get(name)))) {
        for (const [name, one] of shown) one.write(counts.get(name));
        return;
      }
      ticks = now;
      shown = new Map([...counts].filter(([name]) => data.values(name).some(Boolean)).map(([name, numbers]) => [name, facet(name, state, numbers, toggle)]));
      const active = side.contains(document.activeElement) ? document.activeElement : undefined;
      const [name, value] = [active?.closest("details")?.dataset.facet, active?.dataset.value];
      side.replaceChildren(...[...shown.values()].map((one) => one.node));
      if (value !== undefined) [...side.querySelectorAll("input")].find((one) => one.dataset.value === value && one.closest("details").dataset.facet === name)?.focus({ preventScroll: true });
    }

    return { side, write };
  }

  return { create };
})();
