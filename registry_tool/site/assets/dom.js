"use strict";
/* Elements. Everything that comes from data becomes a text node here; nothing is ever parsed as HTML. */
const registry = {};
registry.dom = (() => {
  const SVG = "http://www.w3.org/2000/svg";
  // Control, bidirectional, zero-width and blank characters, which a reader cannot see or which reorder what he sees.
  const INVISIBLE =
    /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\u2800\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff9-\ufffb]|\udb40[\udc00-\udfff]/g;
  const ATTRIBUTES = new Set(
    ("class href id type for role title value name placeholder scope datetime hidden open checked disabled tabindex lang " +
      "autocomplete spellcheck max min colspan download d x y x1 x2 y1 y2 width height rx viewBox preserveAspectRatio").split(" "),
  );

  /** `text` with what cannot be seen spelled out. */
  const visible = (text) =>
    String(text).replace(INVISIBLE, (found) => `⟨U+${found.codePointAt(0).toString(16).toUpperCase().padStart(4, "0")}⟩`);

  function fill(element, properties, children) {
    for (const [name, value] of Object.entries(properties ?? {})) {
      if (value === null || value === undefined || value === false) continue;
      if (typeof value === "function") {
        element.addEventListener(name, value);
        continue;
      }
      if (!ATTRIBUTES.has(name) && !/^(aria|data)-[a-z]+$/.test(name)) throw new Error(`attribute ${name}`);
      if (name === "href" && !/^(#|https:\/\/)/.test(value)) continue;
      element.setAttribute(name, value === true ? "" : /^(title|aria-label)$/.test(name) ? visible(value) : value);
    }
    append(element, children);
    return element;
  }

  function append(element, children) {
    for (const child of children.flat(Infinity)) {
      if (child === null || child === undefined || child === false) continue;
      element.append(child instanceof Node ? child : visible(child));
    }
  }

  /** An HTML element: `h("a", {href: "#/"}, "text", [more, elements])`. A property that is a function listens. */
  const h = (tag, properties, ...children) => fill(document.createElement(tag), properties, children);
  /** An SVG element. */
  const s = (tag, properties, ...children) => fill(document.createElementNS(SVG, tag), properties, children);
  const byId = (id) => document.getElementById(id);

  /** Show `text` in a text node, and touch the page only if that is news. */
  function setText(node, text) {
    const shown = visible(text);
    if (node.data !== shown) node.data = shown;
  }

  return { h, s, byId, visible, setText };
})();
