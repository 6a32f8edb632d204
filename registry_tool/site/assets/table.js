"use strict";
/* A table of any number of rows: about thirty row elements, whose texts are changed as the reader scrolls. */
registry.table = (() => {
  const { h, setText } = registry.dom;
  const ROW_HEIGHT = 52;
  const BEYOND = 6;
  const PRINTED = 1000;

  /**
   * A virtual table. `columns` are `{key, title, lines, kind}`; `lines(row)` gives the one or two texts of a cell, and
   * `kind(row)` the class of its first line. `isChosen(row)` and `choose(row)` are for the check box, `href(row)` for
   * the first cell's link.
   */
  function create({ columns, href, isChosen, choose, sort }) {
    let rows = new Uint32Array();
    let cursor = -1;
    let printing = false;
    const above = h("tr", { class: "space", "aria-hidden": "true" }, h("td", {}));
    const below = h("tr", { class: "space", "aria-hidden": "true" }, h("td", {}));
    const body = h("tbody", {}, above, below);
    const heads = columns.map((column) => h("th", { scope: "col", class: column.hide, "data-key": column.key }, h("button", { type: "button", click: () => sort(column) }, column.title)));
    const table = h("table", {}, h("thead", {}, h("tr", {}, h("th", { scope: "col", class: "check" }, h("span", { class: "unseen" }, "Choose")), heads)), body);
    const box = h("div", { class: "virtual card", tabindex: 0, role: "region", "aria-label": "Deployments" }, table);
    const pool = [];

    function line() {
      const check = h("input", { type: "checkbox", click: () => choose(element.row) });
      const cells = columns.map((column, at) => {
        const first = document.createTextNode("");
        const second = document.createTextNode("");
        const title = at === 0 ? h("a", { class: "first", href: "#/" }, first) : h("span", { class: "first" }, first);
        return { title, first, second, cell: h("td", { class: column.hide }, title, h("span", { class: "second" }, second)) };
      });
      const element = { row: -1, cells, check, tr: h("tr", {}, h("td", { class: "check" }, check), cells.map(({ cell }) => cell)) };
      return element;
    }

    function write(element, row, place) {
      element.row = row;
      element.tr.setAttribute("aria-rowindex", String(place + 2));
      element.tr.className = place === cursor ? "cursor" : "";
      columns.forEach((column, at) => {
        const { title, first, second } = element.cells[at];
        const [one, two] = column.lines(row);
        setText(first, one);
        setText(second, two ?? "");
        if (at === 0) title.setAttribute("href", href(row));
        else if (column.kind) title.className = `first ${column.kind(row)}`;
      });
      element.check.checked = isChosen(row);
      element.check.setAttribute("aria-label", `Choose ${registry.dom.visible(columns[0].lines(row)[0])}`);
    }

    function draw() {
      const first = printing ? 0 : Math.max(0, Math.floor(box.scrollTop / ROW_HEIGHT) - BEYOND);
      /* The box is never taller than the window; to ask for its own height would make the browser lay it out first. */
      const wanted = printing ? Math.min(rows.length, PRINTED) : Math.min(rows.length - first, Math.ceil(window.innerHeight / ROW_HEIGHT) + 2 * BEYOND);
      while (pool.length < wanted) {
        pool.push(line());
        below.before(pool.at(-1).tr);
      }
      pool.forEach((element, at) => {
        element.tr.hidden = at >= wanted;
        if (at < wanted) write(element, rows[first + at], first + at);
      });
      above.firstChild.style.height = `${first * ROW_HEIGHT}px`;
      below.firstChild.style.height = `${printing ? 0 : Math.max(0, rows.length - first - wanted) * ROW_HEIGHT}px`;
    }

    /** Show other rows, from the top. */
    function show(next, sorted) {
      rows = next;
      cursor = -1;
      box.scrollTop = 0;
      table.setAttribute("aria-rowcount", String(rows.length + 1));
      for (const head of heads) {
        const key = head.getAttribute("data-key");
        if (sorted.replace(/^-/, "") === key) head.setAttribute("aria-sort", sorted.startsWith("-") ? "descending" : "ascending");
        else head.removeAttribute("aria-sort");
      }
      draw();
    }

    /** Move the cursor by so many rows. */
    function move(by) {
      if (!rows.length) return;
      cursor = Math.max(0, Math.min(rows.length - 1, cursor + by));
      const top = cursor * ROW_HEIGHT;
      const seen = box.clientHeight - 2 * ROW_HEIGHT;
      if (top < box.scrollTop) box.scrollTop = top;
      else if (top > box.scrollTop + seen) box.scrollTop = top - seen;
      draw();
      pool.find((element) => !element.tr.hidden && element.tr.className)?.cells[0].title.focus({ preventScroll: true });
    }

    const chosen = () => (cursor >= 0 ? rows[cursor] : undefined);
    let asked = false;
    box.addEventListener("scroll", () => {
      if (asked) return;
      asked = true;
      window.requestAnimationFrame(() => {
        asked = false;
        if (box.isConnected) draw();
      });
    }, { passive: true });
    window.addEventListener("beforeprint", () => { printing = true; if (box.isConnected) draw(); });
    window.addEventListener("afterprint", () => { printing = false; if (box.isConnected) draw(); });
    window.addEventListener("resize", () => { if (box.isConnected) draw(); });
    return { box, show, draw, move, chosen };
  }

  return { create, PRINTED };
})();
