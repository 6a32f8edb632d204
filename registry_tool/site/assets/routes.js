"use strict";
/* Routes: everything that a reader sees is in the address, so that reload, Back and a link in a chat show the same. */
registry.routes = (() => {
  const { h, byId } = registry.dom;
  const pages = new Map();
  let current;
  let turn = 0;

  /** Add a page: `show(words, state)` answers `{title, nodes, update?, keys?}`; `update(state)` follows a change of state without a new page. */
  const add = (name, show) => pages.set(name, show);

  function parse() {
    const [path, query] = window.location.hash.replace(/^#\/?/, "").split("?");
    const words = path.split("/").map((word) => {
      try {
        return decodeURIComponent(word);
      } catch {
        return "";
      }
    });
    return { name: words[0], words: words.slice(1), state: new URLSearchParams(query ?? "") };
  }

  /** The address of a page; `state` is pairs of name and value. An empty value means something for a column only. */
  function link(path, state = []) {
    const said = [...state].filter(([name, value]) => value !== undefined && value !== null && (value !== "" || registry.data.has(name)));
    const query = String(new URLSearchParams(said));
    return `#/${path}${query ? `?${query}` : ""}`;
  }

  /** Change the state of the page that is shown, without a step in the history: for typing. */
  function replace(state) {
    const { name, words } = parse();
    window.history.replaceState(null, "", link([name, ...words].join("/"), state));
    current?.update?.(parse().state);
  }

  function empty(title, ...more) {
    return { title, nodes: [h("div", { class: "empty" }, h("h1", {}, title), h("p", {}, more))] };
  }

  async function show() {
    const mine = ++turn;
    const { name, words, state } = parse();
    const key = [name, ...words].join("/");
    byId("query").value = state.get("q") ?? "";
    if (current?.key === key && current.update) {
      current.update(state);
      return;
    }
    let page;
    try {
      page = pages.has(name) ? await pages.get(name)(words, state) : empty("There is no such page", h("a", { href: "#/" }, "Overview"));
    } catch (error) {
      page = empty("This page could not be shown", error.message);
    }
    if (mine !== turn) return;
    const first = current === undefined;
    current = { ...page, key };
    const main = byId("main");
    main.replaceChildren(...page.nodes.flat(Infinity).filter(Boolean));
    document.title = `${registry.dom.visible(page.title)} · ${registry.dom.visible(registry.data.table.name)}`;
    for (const one of document.querySelectorAll("nav a")) {
      const own = one.getAttribute("href") === `#/${name === "record" || name === "compare" ? "deployments" : name}`;
      if (own) {
        one.setAttribute("aria-current", "page");
        one.parentElement.scrollLeft = one.offsetLeft - one.parentElement.offsetLeft;
      }
      else one.removeAttribute("aria-current");
    }
    window.scrollTo(0, 0);
    page.shown?.(state);
    if (!first) focusHeading(main);
  }

  function focusHeading(main) {
    const heading = main.querySelector("h1");
    heading?.setAttribute("tabindex", "-1");
    heading?.focus({ preventScroll: true });
  }

  return { add, parse, link, replace, show, empty, get current() { return current; } };
})();
