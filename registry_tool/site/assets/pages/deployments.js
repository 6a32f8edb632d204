"use strict";
/* The list: facets, a table of any length, and the choice of records to compare. */
registry.deployments = (() => {
  const { data, search, dom: { h }, words } = registry;
  const { head } = registry.pieces;
  const routes = registry.routes;
  const TYPING_PAUSE = 80;
  const picked = new Set();

  const columns = () => [
    { key: "project", title: "Deployment", lines: (row) => [data.text("project", row) || data.idOf(row), data.text("config", row)] },
    { key: "model", title: "Model", hide: "beyondmedium", lines: (row) => [words.shown("model", data.text("model", row)), data.text("owner", row)] },
    { key: "tag", title: "Image", hide: data.table.testsAt !== null && data.table.looksAt !== null ? "beyondhuge" : "beyondlarge", lines: (row) => [words.shown("tag", data.text("tag", row)), data.text("image", row)] },
    { key: "instance", title: "Instance", hide: "beyondsmall", lines: (row) => [words.shown("instance", data.text("instance", row)), data.text("region", row)] },
    { key: "status", title: "Status", lines: (row) => [data.text("status", row), ""], kind: (row) => `pill ${words.stateOf(data.text("status", row))}` },
    ...(data.table.testsAt === null ? [] : [{ key: "test", title: "CI test", hide: "beyondmedium", lines: (row) => [data.text("test", row) || "no item", data.number("tested", row) ? words.age(data.number("tested", row), data.table.testsAt) : "never"], kind: (row) => `pill ${words.stateOf(data.text("test", row))}` }]),
    ...(data.table.looksAt === null ? [] : [{ key: "live", title: "Live", hide: "beyondlarge", lines: (row) => [data.text("live", row) || "never", data.number("looked", row) ? words.age(data.number("looked", row), data.table.looksAt) : ""], kind: (row) => `pill ${words.stateOf(data.text("live", row))}` }]),
    { key: "changed", title: "Changed", hide: "beyondsmall", lines: (row) => [words.age(data.number("changed", row)), data.text("author", row)] },
  ];

  function show(removed) {
    return () => {
      const title = removed ? "Removed" : "Deployments";
      const about = h("span", {});
      const cut = h("span", { class: "onlyprint" }, `, the first ${words.count(registry.table.PRINTED)} printed`);
      const chips = h("div", { class: "chips" });
      const nothing = h("div", { class: "empty", hidden: true }, h("h2", {}, "Nothing matches"), h("p", {}, h("a", { href: `#/${removed ? "removed" : "deployments"}` }, "Clear all filters")));
      let state = new URLSearchParams();
      let timer;

      const place = removed ? "removed" : "deployments";
      const go = (next) => {
        window.location.hash = routes.link(place, next);
      };
      const full = () => {
        const whole = new URLSearchParams(state);
        if (removed) whole.set("removed", "1");
        return whole;
      };
      const toggle = (name, value) => {
        const chosen = new Set(state.getAll(name));
        if (!chosen.delete(value)) chosen.add(value);
        const next = new URLSearchParams(state);
        next.delete(name);
        for (const one of chosen) next.append(name, one);
        go(next);
      };
      const facets = registry.facets.create(toggle);
      const grid = registry.table.create({
        columns: columns(),
        href: (row) => routes.link(`record/${data.idOf(row)}`, [["within", String(full()) || "all"]]),
        isChosen: (row) => picked.has(data.idOf(row)),
        choose: (row) => pick(data.idOf(row)),
        sort: ({ key }) => {
          const now = state.get("sort") || "-changed";
          const next = new URLSearchParams(state);
          next.set("sort", now === key ? `-${key}` : now === `-${key}` ? key : key === "changed" ? "-changed" : key);
          go(next);
        },
      });

      function writeChips() {
        const chip = (text, drop) => h("button", { class: "chip", type: "button", click: drop }, text, h("span", { "aria-hidden": "true" }, " ×"), h("span", { class: "unseen" }, " remove filter"));
        const without = (name, value) => () => {
          const left = state.getAll(name).filter((one) => one !== value);
          const next = new URLSearchParams(state);
          next.delete(name);
          for (const one of left) next.append(name, one);
          go(next);
        };
        const chosen = search.facets().flatMap((name) => state.getAll(name).map((value) => chip(`${words.label(name)}: ${words.shown(name, value)}`, without(name, value))));
        if (state.get("since")) chosen.push(chip(`changed in ${state.get("since")} days`, without("since", state.get("since"))));
        if (state.get("stale")) chosen.push(chip(`no test in ${state.get("stale")} days`, without("stale", state.get("stale"))));
        chips.replaceChildren(...chosen);
      }

      function update(next) {
        state = next;
        const { rows, counts } = search.select(full());
        about.replaceChildren(`${words.count(rows.length)} of ${words.plural(total(), "record", "records")}`);
        cut.hidden = rows.length <= registry.table.PRINTED;
        grid.show(rows, state.get("sort") || "-changed");
        grid.box.hidden = !rows.length;
        nothing.hidden = rows.length > 0;
        writeChips();
        for (const view of views) {
          if (means(view.getAttribute("href").split("?")[1]) === means(state)) view.setAttribute("aria-current", "true");
          else view.removeAttribute("aria-current");
        }
        window.clearTimeout(timer);
        if (!facets.side.firstChild) facets.write(state, counts());
        else timer = window.setTimeout(() => facets.write(state, counts()), TYPING_PAUSE);
        bar();
      }

      /** A state, so that two that mean the same are equal. */
      function means(query) {
        const sorted = new URLSearchParams(query);
        sorted.sort();
        return String(sorted);
      }

      function total() {
        const gone = data.column("removed").reduce((sum, one) => sum + one, 0);
        return removed ? gone : data.table.count - gone;
      }

      const filters = h("button", { class: "button onlysmall", type: "button", "aria-expanded": "false", click: () => filters.setAttribute("aria-expanded", String(facets.side.classList.toggle("open"))) }, "Filters");
      const views = removed ? [] : data.table.views.map(([name, query]) => h("a", { class: "view", href: `#/deployments?${query}` }, name));
      const named = views.length ? h("nav", { class: "views", "aria-label": "Named views" }, views) : null;
      return {
        title,
        nodes: [head(title, [about, cut], chips, filters), named, h("div", { class: "withside" }, facets.side, h("div", {}, grid.box, nothing))],
        update,
        shown: update,
        keys: {
          j: () => grid.move(1),
          k: () => grid.move(-1),
          x: () => { if (grid.chosen() !== undefined) { pick(data.idOf(grid.chosen())); grid.draw(); } },
          Enter: () => { if (grid.chosen() !== undefined && document.activeElement.tagName !== "A") window.location.hash = `#/record/${data.idOf(grid.chosen())}`; },
        },
        typed: (query) => {
          const next = new URLSearchParams(state);
          if (query) next.set("q", query);
          else next.delete("q");
          routes.replace(next);
        },
      };
    };
  }

  function pick(id) {
    if (!picked.delete(id)) picked.add(id);
    bar();
  }

  /** The bar of what is chosen. */
  function bar() {
    const box = registry.dom.byId("chosen");
    box.hidden = !picked.size;
    box.replaceChildren(h("span", {}, `${words.count(picked.size)} chosen`), h("a", { class: "button", href: compareLink() }, "Compare"), h("button", { class: "button", type: "button", click: () => { picked.clear(); bar(); registry.routes.current?.update?.(routes.parse().state); } }, "Clear"));
  }

  const compareLink = () => routes.link("compare", [...picked].map((id) => ["id", id]));

  routes.add("deployments", show(false));
  routes.add("removed", show(true));
  return { picked, compareLink };
})();
