"use strict";
/* Pieces that several pages show: cards, heads of pages, changes of fields, long values. */
registry.pieces = (() => {
  const { h } = registry.dom;
  const { plural } = registry.words;
  const LONG = 400;

  const head = (title, about, ...tools) => h("div", { class: "head" }, h("div", {}, h("h1", {}, title), h("p", { class: "quiet", role: "status" }, about)), h("div", { class: "tools" }, tools));
  const card = (title, more, ...children) => h("section", { class: "card" }, h("div", { class: "cardhead" }, h("h2", {}, title), more), children);

  /** A value that may be long: its beginning, and a button that shows the rest. */
  function value(content) {
    if (content === null || content === undefined || content === "") return h("span", { class: "quiet" }, "not set");
    const text = String(content);
    if (text.length <= LONG) return h("span", { class: "value" }, text);
    const shown = h("span", { class: "value" }, `${text.slice(0, LONG)}…`);
    const more = h("button", { class: "link", type: "button", click: () => { shown.replaceChildren(registry.dom.visible(text)); more.remove(); } }, `show all ${plural(text.length, "character", "characters")}`);
    return [shown, " ", more];
  }

  /** A path that may break over lines where its parts meet. */
  const path = (text) => text.split(/(?<=[._])/).map((part, at) => (at ? [h("wbr"), part] : part));

  /** One field's change, as triple of path, before and after. */
  const change = ([name, before, after]) => h("div", { class: "change" },
    h("span", { class: "quiet" }, path(name)),
    before === null || before === "" ? null : [h("del", {}, value(before)), h("span", { "aria-label": "became" }, "→")],
    after === null || after === "" ? h("span", { class: "quiet" }, "taken out") : h("ins", {}, value(after)));

  /** A button that copies `text`. */
  function copy(text, name) {
    const button = h("button", { class: "button", type: "button", title: text, click: async () => {
      try {
        await navigator.clipboard.writeText(text);
        button.replaceChildren("Copied");
      } catch {
        button.replaceChildren(registry.dom.visible(text));
      }
    } }, name);
    return button;
  }

  function choice(name, options, chosen, choose) {
    const select = h("select", { "aria-label": name, change: () => choose(select.value) }, options.map(([key, text]) => h("option", { value: key }, text)));
    select.value = chosen;
    return select;
  }

  return { head, card, value, path, change, copy, choice };
})();
