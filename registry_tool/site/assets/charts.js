"use strict";
/* Charts: SVG with classes, so that they print and follow dark mode; each says in words what it shows. */
registry.charts = (() => {
  const { h, s } = registry.dom;
  const { count, day, label, shown } = registry.words;
  const { data } = registry;
  const narrow = () => window.innerWidth <= 760;

  /** A bar of `parts`, pairs of class and number, out of `total`. */
  function bar(parts, total) {
    let x = 0;
    const pieces = parts.map(([kind, number]) => {
      const width = total ? (number / total) * 100 : 0;
      const piece = s("rect", { class: kind, x: x.toFixed(2), width: width.toFixed(2), height: 8 });
      x += width;
      return piece;
    });
    return s("svg", { class: "bar", viewBox: "0 0 100 8", preserveAspectRatio: "none", "aria-hidden": "true" }, s("rect", { class: "track", width: 100, height: 8 }), pieces);
  }

  /** Rows of a name, a bar and a number, the largest first. `entries` are triples of name, number and link. */
  function ranking(entries) {
    const most = Math.max(1, ...entries.map(([, number]) => number));
    return h("div", { class: "ranking" }, entries.map(([name, number, link]) => [
      link ? h("a", { href: link, title: name }, name) : h("span", { title: name }, name),
      bar([["fill", number]], most),
      h("span", { class: "number quiet" }, count(number)),
    ]));
  }

  /** Registrations by week. */
  function weeks(list) {
    const width = narrow() ? 330 : 720;
    const height = 110;
    const most = Math.max(1, ...list.map(([, fresh, again]) => fresh + again));
    const step = width / list.length;
    const scale = (number) => (number / most) * (height - 14);
    const bars = list.map(([at, fresh, again], week) => {
      const [upper, lower] = [scale(fresh), scale(again)];
      return s("g", {},
        s("title", {}, `week of ${day(at)}: ${fresh} new, ${again} updated`),
        s("rect", { class: "fill", x: week * step + 2, y: height - lower, width: step - 4, height: lower, rx: 2 }),
        s("rect", { class: "fill light", x: week * step + 2, y: height - lower - upper - (upper ? 1 : 0), width: step - 4, height: upper, rx: 2 }),
        week % (narrow() ? 9 : 5) === 0 && list.length - week > 2 ? s("text", { x: week * step + 2, y: height + 14 }, day(at).slice(5)) : null);
    });
    return s("svg", { class: "chart", viewBox: `0 0 ${width} ${height + 18}`, role: "img", "aria-label": `Registrations in each of the last ${list.length} weeks; at most ${most} in one week` },
      s("line", { class: "axis", x1: 0, x2: width, y1: height, y2: height }), s("text", { x: 0, y: 10 }, count(most)), bars);
  }

  /** How many records each pair of two columns' values has; a cell opens its records. */
  function matrix(rows, down, across, { most = Infinity } = {}) {
    const [rowColumn, columnColumn] = [data.column(down), data.column(across)];
    const width = data.values(across).length;
    const cells = new Map();
    const [rowTotals, columnTotals] = [new Map(), new Map()];
    const add = (map, key) => map.set(key, (map.get(key) ?? 0) + 1);
    for (const row of rows) {
      add(cells, rowColumn[row] * width + columnColumn[row]);
      add(rowTotals, rowColumn[row]);
      add(columnTotals, columnColumn[row]);
    }
    const descending = (totals) => [...totals].sort((a, b) => b[1] - a[1] || a[0] - b[0]);
    const columns = descending(columnTotals);
    const lines = descending(rowTotals).slice(0, most);
    const highest = Math.max(1, ...cells.values());
    const link = (line, column) => registry.routes.link("deployments", [[down, data.values(down)[line]], [across, data.values(across)[column]]]);
    const cell = (line, column) => {
      const number = cells.get(line * width + column) ?? 0;
      if (!number) return h("td", {}, h("span", { "aria-label": "0" }, "·"));
      const words = `${number}: ${shown(down, data.values(down)[line])}, ${shown(across, data.values(across)[column])}`;
      return h("td", { class: `heat${Math.min(4, 1 + Math.floor((number / highest) * 3.99))}` }, h("a", { href: link(line, column), "aria-label": words }, count(number)));
    };
    return h("div", { class: "matrix", tabindex: 0, role: "region", "aria-label": `${label(down)} by ${label(across)}` },
      h("table", {},
        h("thead", {}, h("tr", {}, h("th", { scope: "col" }, label(down)), columns.map(([column]) => h("th", { scope: "col" }, shown(across, data.values(across)[column]))), h("th", { scope: "col", class: "number" }, "All"))),
        h("tbody", {}, lines.map(([line, total]) => h("tr", {},
          h("th", { scope: "row", title: data.values(down)[line] }, h("a", { href: registry.routes.link("deployments", [[down, data.values(down)[line]]]) }, shown(down, data.values(down)[line]))),
          columns.map(([column]) => cell(line, column)),
          h("td", { class: "number quiet" }, count(total)))))),
      lines.length < rowTotals.size ? h("p", { class: "quiet" }, `${count(rowTotals.size - lines.length)} more in `, h("a", { href: registry.routes.link("fleet", []) }, "Fleet")) : null);
  }

  /** The class of the shade of one of `many` things: the last is the darkest, and neighbours are as far apart as can be. */
  const shade = (at, many) => `shade${many < 2 ? 6 : Math.round((at * 6) / (many - 1))}`;

  /** The share of each of `names` in each of `snapshots` (pairs of month and Map of name to number). */
  function shares(names, snapshots, title) {
    const width = narrow() ? 330 : 1000;
    const height = narrow() ? 180 : 240;
    const step = width / snapshots.length;
    const stacks = snapshots.map(([month, numbers], at) => {
      const total = names.reduce((sum, name) => sum + (numbers.get(name) ?? 0), 0);
      let y = height;
      const pieces = names.map((name, place) => {
        const number = numbers.get(name) ?? 0;
        if (!number) return null;
        const tall = (number / total) * height;
        y -= tall;
        return s("rect", { class: shade(place, names.length), x: at * step + 1.5, y, width: step - 3, height: Math.max(0, tall - 1), rx: 2 }, s("title", {}, `${month}: ${shown("tag", name)}, ${number} of ${total}`));
      });
      return [pieces, at % (narrow() ? 5 : 2) === 0 ? s("text", { x: at * step + 2, y: height + 14 }, month) : null];
    });
    return s("svg", { class: "chart", viewBox: `0 0 ${width} ${height + 18}`, role: "img", "aria-label": title }, stacks);
  }

  return { bar, ranking, weeks, matrix, shade, shares };
})();
