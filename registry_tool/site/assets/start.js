"use strict";
/* The frame around the pages: the search box, the keys, dark and light, and the start. */
(() => {
  const { byId, h, visible } = registry.dom;
  const { routes } = registry;
  const GO = new Map([["o", ""], ["d", "deployments"], ["f", "fleet"], ["c", "changes"], ["u", "upgrades"], ["r", "removed"]]);
  const TWO_KEYS = 900;

  function remember(theme) {
    document.documentElement.dataset.theme = theme;
    try {
      window.localStorage.setItem("theme", theme);
    } catch {
      // a page from a file may not store anything
    }
  }

  function startTheme() {
    let theme;
    try {
      theme = window.localStorage.getItem("theme");
    } catch {
      theme = null;
    }
    document.documentElement.dataset.theme = theme ?? (window.matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light");
    byId("theme").addEventListener("click", () => remember(document.documentElement.dataset.theme === "dark" ? "light" : "dark"));
  }

  function startSearch() {
    const box = byId("query");
    box.addEventListener("input", () => routes.current?.typed?.(box.value.trim()));
    box.addEventListener("keydown", (event) => {
      if (event.key === "Enter" && !routes.current?.typed) window.location.hash = routes.link("deployments", [["q", box.value.trim()]]);
      if (event.key === "Escape") box.blur();
    });
  }

  function startKeys() {
    let wentAt = 0;
    const plain = new Map([
      ["/", () => byId("query").focus()],
      ["?", () => byId("help").showModal()],
      ["c", () => { if (registry.deployments.picked.size > 1) window.location.hash = registry.deployments.compareLink(); }],
    ]);
    window.addEventListener("keydown", (event) => {
      const { target, key } = event;
      const typing = /^(INPUT|SELECT|TEXTAREA)$/.test(target.tagName) && target.type !== "checkbox";
      if (event.ctrlKey || event.metaKey || event.altKey || typing || byId("help").open) return;
      const going = Date.now() - wentAt < TWO_KEYS && GO.has(key);
      wentAt = key === "g" ? Date.now() : 0;
      if (going) window.location.hash = routes.link(GO.get(key));
      else {
        const act = routes.current?.keys?.[key] ?? plain.get(key);
        if (!act) return;
        act();
      }
      if (key === "/") event.preventDefault();
    });
  }

  /** Of which commit and which time everything here is. */
  function asOf() {
    const { table } = registry.data;
    const { minute } = registry.words;
    const joined = [["CI results", table.testsAt], ["looks at what runs", table.looksAt]].filter(([, at]) => at !== null);
    return [`As of ${minute(table.at)}, commit `, h("code", {}, table.revision.slice(0, 12)), joined.map(([what, at]) => `; ${what} as of ${minute(at)}`).join(""), "."];
  }

  /** The link that skips to the content must not change the address, which says what is shown. */
  function startSkip() {
    document.querySelector(".skip").addEventListener("click", (event) => {
      event.preventDefault();
      byId("main").focus();
    });
  }

  async function start() {
    startTheme();
    byId("main").replaceChildren(h("p", { role: "status" }, "Reading the registry…"));
    try {
      await registry.data.open();
    } catch (error) {
      byId("main").replaceChildren(h("div", { class: "empty" }, h("h1", {}, "The data could not be read"), h("p", {}, error.message)));
      return;
    }
    byId("name").replaceChildren(visible(registry.data.table.name));
    byId("asof").replaceChildren(...asOf());
    startSkip();
    startSearch();
    startKeys();
    window.addEventListener("hashchange", routes.show);
    await routes.show();
    window.setTimeout(registry.search.prepare);
  }

  start();
})();
