"use strict";
/* The data: scripts that hold packed tables (columns.py says how), read when they are first needed. */
registry.data = (() => {
  const TYPES = { B: Uint8Array, H: Uint16Array, I: Uint32Array };
  const waiting = new Map();
  const policy = window.trustedTypes?.createPolicy("registry", {
    createScriptURL(url) {
      if (!/^data\/[a-z0-9/]+\.js$/.test(url)) throw new Error(`not a data file: ${url}`);
      return url;
    },
  });
  let table;
  let rows;

  /** What each data file calls with its content. */
  function take(name, text) {
    const entry = waiting.get(name);
    entry?.give(text);
    delete entry?.give; // it would hold on to the text
  }

  /** The bytes of a data file, from the page itself where it holds them, else from its script. */
  function load(name) {
    if (!waiting.has(name)) {
      const entry = {};
      entry.bytes = new Promise((give, fail) => Object.assign(entry, { give, fail })).then(inflate);
      waiting.set(name, entry);
      const inline = document.getElementById(`data/${name}`);
      if (inline) entry.give(inline.textContent);
      else loadScript(name, entry);
    }
    return waiting.get(name).bytes;
  }

  function loadScript(name, entry) {
    const script = document.createElement("script");
    const url = `data/${name}.js`;
    script.src = policy ? policy.createScriptURL(url) : url;
    script.addEventListener("load", () => script.remove());
    script.addEventListener("error", () => {
      waiting.delete(name);
      entry.fail(new Error(`${url} is missing. Copy the whole folder, not index.html alone.`));
    });
    document.head.append(script);
  }

  async function inflate(text) {
    if (!window.DecompressionStream) throw new Error("This browser is too old: it needs DecompressionStream (2023).");
    const bytes = Uint8Array.fromBase64 ? Uint8Array.fromBase64(text) : Uint8Array.from(atob(text), (c) => c.charCodeAt(0));
    return new Response(new Response(bytes).body.pipeThrough(new DecompressionStream("gzip"))).arrayBuffer();
  }

  const decode = (bytes) => JSON.parse(new TextDecoder().decode(bytes));

  function unpack(buffer) {
    const length = new DataView(buffer).getUint32(0, true);
    const head = decode(new Uint8Array(buffer, 4, length));
    const columns = new Map();
    for (const [name, kind, offset, count] of head.layout) columns.set(name, new TYPES[kind](buffer, 4 + length + offset, count));
    head.values = new Map(Object.entries(head.values));
    return { ...head, columns };
  }

  /** Read the table of records; everything else here needs it. */
  async function open() {
    table = unpack(await load("records"));
    return table;
  }

  const column = (name) => table.columns.get(name);
  const values = (name) => table.values.get(name);
  const has = (name) => table.values.has(name);
  /** The text of a column in a row. */
  const text = (name, row) => values(name)[column(name)[row]];
  const number = (name, row) => column(name)[row];

  /** The configId of a row. */
  function idOf(row) {
    const bytes = column("id").subarray(row * 8, row * 8 + 8);
    return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  }

  /** The row of a configId, undefined if there is none. Rows are in the order of their ids. */
  function rowOf(id) {
    if (!rows) {
      rows = new Map();
      for (let row = 0; row < table.count; row++) rows.set(idOf(row), row);
    }
    return rows.get(id);
  }

  /** A whole record with its history: `fields` are pairs of path and value, `history` is newest first. */
  async function record(id) {
    const shard = decode(await load(`r/${table.prefix ? id.slice(0, table.prefix) : "all"}`));
    return Object.hasOwn(shard, id) ? shard[id] : undefined;
  }

  let logTable;
  /** Every commit of every record, the oldest first. */
  async function log() {
    logTable ??= unpack(await load("log"));
    return logTable;
  }

  return { take, open, column, values, has, text, number, idOf, rowOf, record, log, get table() { return table; } };
})();
