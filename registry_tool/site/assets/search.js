"use strict";
/* Which records are meant: words, facets and order. Distinct values are searched, not rows; rows only look them up. */
registry.search = (() => {
  const { data, words: { DAY, isStale } } = registry;
  const COLUMNS = ["project", "model", "config", "instance", "region", "target", "status", "image", "tag", "author", "owner", "test", "live"];
  const FACETS = ["status", "test", "live", "owner", "region", "instance", "target", "config", "model", "author", "tag", "image"];
  /* The record's own names and everyday words for the columns. */
  const ALIASES = new Map(Object.entries({
    projectname: "project", deployment: "project", modelname: "model", deploymentconfig: "config", instancetype: "instance",
    awsregion: "region", deploymenttarget: "target", baseimage: "image", tests: "test", ci: "test", by: "author", livematch: "live",
  }));
  const REMEMBERED = 12;
  const lowered = new Map();
  const matches = new Map();
  const scratch = new Map();
  let everything;
  const orders = new Map();

  const facets = () => [...FACETS, ...data.table.labels.map((name) => `label.${name}`)];

  /** The words of a query: quotes hold words together, a minus in front negates, NAME: in front means a field. */
  function parse(query) {
    const found = query.match(/-?(?:[^\s":]+:)?"[^"]*"?|\S+/g) ?? [];
    return found.map((word) => {
      const negated = word.length > 1 && word.startsWith("-");
      const bare = (negated ? word.slice(1) : word).replaceAll('"', "").toLowerCase();
      return { negated, bare };
    }).filter(({ bare }) => bare);
  }

  function lowerValues(name) {
    if (!lowered.has(name)) lowered.set(name, data.values(name).map((value) => value.toLowerCase()));
    return lowered.get(name);
  }

  /** For each value of a column whether it is accepted, until the next question about this column; undefined if none is. */
  function among(name, accepts) {
    const values = lowerValues(name);
    if (!scratch.has(name)) scratch.set(name, new Uint8Array(values.length));
    const accepted = scratch.get(name);
    let found = 0;
    for (let at = 0; at < values.length; at++) {
      accepted[at] = accepts(values[at]) ? 1 : 0;
      found |= accepted[at];
    }
    return found ? accepted : undefined;
  }

  /** Mark those of the `possible` rows whose text in a column is accepted. */
  function markColumn(name, accepts, possible, rows) {
    const accepted = among(name, accepts);
    if (!accepted) return;
    const column = data.column(name);
    for (let row = 0; row < rows.length; row++) rows[row] |= accepted[column[row]] & possible[row];
  }

  function markWords(accepts, possible, rows) {
    const accepted = among("words", accepts);
    if (!accepted) return;
    const starts = data.column("words.start");
    const column = data.column("words");
    for (let row = 0; row < rows.length; row++) {
      if (!possible[row] || rows[row]) continue;
      for (let at = starts[row]; at < starts[row + 1] && !rows[row]; at++) rows[row] = accepted[column[at]];
    }
  }

  /** The rows that may hold a word: those that hold what was typed of it before, as far as that is remembered. */
  function candidates(word) {
    let [longest, possible] = ["", undefined];
    for (const [known, rows] of matches) if (known.length > longest.length && !known.includes(":") && word.includes(known)) [longest, possible] = [known, rows];
    everything ??= new Uint8Array(data.table.count).fill(1);
    return possible ?? everything;
  }

  /** Which rows one word finds: in its field, else in every field and in the configId. */
  function find(word) {
    const rows = new Uint8Array(data.table.count);
    const [, prefix, rest] = /^([^:]+):(.+)$/.exec(word) ?? [];
    const name = prefix && (ALIASES.get(prefix) ?? prefix);
    const column = name && [name, `label.${name}`].find((one) => COLUMNS.includes(one) || (one !== name && data.has(one)));
    if (column) {
      markColumn(column, (value) => value.includes(rest), candidates(""), rows);
      return rows;
    }
    if (name) {
      markWords((value) => {
        const at = value.indexOf("=");
        const path = value.slice(0, at);
        return (path === name || path.endsWith(`.${name}`)) && value.slice(at + 1).includes(rest);
      }, candidates(""), rows);
      if (rows.includes(1)) return rows;
    }
    const possible = candidates(word);
    const anywhere = (value) => value.includes(word);
    for (const one of COLUMNS) markColumn(one, anywhere, possible, rows);
    markWords(anywhere, possible, rows);
    if (/^[0-9a-f]{4,16}$/.test(word)) markIds(word, rows);
    return rows;
  }

  /** Read all texts once, so that the first letter that is typed finds them ready. */
  function prepare() {
    for (const name of [...COLUMNS, "words"]) lowerValues(name);
    find("\u0000");
  }

  function markIds(start, rows) {
    for (let row = 0; row < rows.length; row++) if (!rows[row] && data.idOf(row).startsWith(start)) rows[row] = 1;
  }

  function remembered(cache, key, make) {
    if (!cache.has(key)) {
      if (cache.size >= REMEMBERED) cache.delete(cache.keys().next().value);
      cache.set(key, make());
    }
    return cache.get(key);
  }

  /** All rows in the order of a column, "-" in front meaning the largest first; rows that are equal keep their order. */
  function order(key) {
    return remembered(orders, key, () => {
      const descending = key.startsWith("-");
      const column = data.column(descending ? key.slice(1) : key) ?? data.column("changed");
      const keys = new Float64Array(column.length);
      const many = 2 ** 21;
      for (let row = 0; row < keys.length; row++) keys[row] = (descending ? 4294967295 - column[row] : column[row]) * many + row;
      keys.sort();
      const rows = new Uint32Array(keys.length);
      for (let at = 0; at < rows.length; at++) rows[at] = keys[at] % many;
      return rows;
    });
  }

  /** The rules of a state: of words, of facets (any of a facet's values), of ages in days. Each says which rows it passes. */
  function rules(state) {
    const passes = [];
    const shown = new Uint8Array(data.table.count);
    const removed = data.column("removed");
    const wanted = state.get("removed") === "1" ? 1 : 0;
    for (let row = 0; row < shown.length; row++) shown[row] = removed[row] === wanted ? 1 : 0;
    for (const { negated, bare } of parse(state.get("q") ?? "")) {
      const rows = remembered(matches, bare, () => find(bare));
      for (let row = 0; row < shown.length; row++) shown[row] &= negated ? 1 - rows[row] : rows[row];
    }
    for (const facet of facets()) {
      const chosen = new Set(state.getAll(facet));
      if (!chosen.size || !data.has(facet)) continue;
      const accepted = Uint8Array.from(data.values(facet), (value) => (chosen.has(value) ? 1 : 0));
      passes.push({ facet, column: data.column(facet), accepted });
    }
    const now = data.table.at;
    if (Number(state.get("since")) > 0) narrow(shown, (row) => data.number("changed", row) >= now - state.get("since") * DAY);
    if (Number(state.get("stale")) > 0) narrow(shown, (row) => isStale(row, Number(state.get("stale"))));
    return { shown, passes };
  }

  function narrow(shown, passes) {
    for (let row = 0; row < shown.length; row++) if (shown[row] && !passes(row)) shown[row] = 0;
  }

  /**
   * The rows that a state means, in its order, and `counts()`: for each facet, how many rows each of its values has. A
   * facet does not narrow itself. The counts are dear, and not needed at every letter that is typed.
   */
  function select(state) {
    const { shown, passes } = rules(state);
    const missed = new Uint8Array(shown.length);
    for (const { column, accepted } of passes) {
      for (let row = 0; row < shown.length; row++) missed[row] += 1 - accepted[column[row]];
    }
    let total = 0;
    for (let row = 0; row < shown.length; row++) if (shown[row] && !missed[row]) total++;
    const rows = new Uint32Array(total);
    const ordered = order(state.get("sort") || "-changed");
    let at = 0;
    for (let place = 0; place < ordered.length; place++) if (shown[ordered[place]] && !missed[ordered[place]]) rows[at++] = ordered[place];
    return { rows, counts: () => count(rows, shown, missed, passes) };
  }

  function count(rows, shown, missed, passes) {
    const counts = new Map();
    for (const facet of facets()) {
      if (!data.has(facet)) continue;
      const numbers = new Uint32Array(data.values(facet).length);
      const column = data.column(facet);
      for (let at = 0; at < rows.length; at++) numbers[column[rows[at]]]++;
      const own = passes.find((one) => one.facet === facet);
      if (own) for (let row = 0; row < shown.length; row++) if (shown[row] && missed[row] === 1 && !own.accepted[column[row]]) numbers[column[row]]++;
      counts.set(facet, numbers);
    }
    return counts;
  }

  /** The present records, in no particular order. */
  const present = () => select(new URLSearchParams()).rows;

  return { COLUMNS, facets, select, present, prepare };
})();
