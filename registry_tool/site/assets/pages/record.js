"use strict";
/* One record: what runs, who set each field and when, its history, its test, and the same model elsewhere. */
registry.routes.add("record", async ([id], state) => {
  const { data, search, dom: { h }, words: { count, plural, time, age, minute, pill, testPill, livePill, isStale } } = registry;
  const { card, value, path: breakable, change, copy } = registry.pieces;
  const { link, empty } = registry.routes;
  const row = data.rowOf(id);
  const record = row === undefined ? undefined : await data.record(id);
  if (!record) return empty(`There is no record ${id}`, "It may be newer than this site. ", h("a", { href: "#/deployments" }, "All deployments"));

  const fields = new Map(record.fields);
  const origins = new Map();
  for (const step of record.history) for (const [path] of step.changes) if (!origins.has(path)) origins.set(path, step);
  const first = record.history.at(-1);
  /* An image's name, tag and digest change apart. */
  const origin = (path) => origins.get(path) ?? ["tag", "digest", "name"].map((part) => origins.get(`${path}.${part}`)).find(Boolean) ?? first;
  const APART = /^(parameters|icEnvironment|icList|labels|live|project)\b/;
  const HIDDEN = new Set(["configId", "projectName", "status", "notes", "registeredAt", "schemaVersion"]);

  const who = (path) => {
    const step = origin(path);
    return h("td", { class: "quiet small" }, step.author, " · ", time(step.at), " ", h("code", {}, step.revision));
  };
  const line = (name, content, path) => h("tr", {}, h("th", { scope: "row" }, breakable(name)), h("td", {}, value(content)), who(path));
  const block = (title, entries, strip) => entries.length
    ? card(title, h("span", { class: "quiet small" }, "value · who set it"), h("table", { class: "fields" }, h("tbody", {}, entries.map(([path, content]) => line(strip ? path.replace(strip, "") : path, content, path)))))
    : null;
  /* Components go by their names, adapters too; each has the rows of its own fields. */
  const components = (entries) => {
    const groups = new Map();
    for (const [path, content] of entries) {
      const [, kind, name, field] = /^icList\.?(adapters\.)?(\["(?:[^"\\]|\\.)*"\]|\[\d+\]|[^.[]+)\.?(.*)$/.exec(path) ?? [null, "", path, ""];
      const title = `${kind ? "Adapter" : "Component"} ${name.startsWith("[\"") ? JSON.parse(name)[0] : name}`;
      if (!groups.has(title)) groups.set(title, []);
      groups.get(title).push(line(field || "entry", content, path));
    }
    return groups.size ? card("Inference components and adapters", h("span", { class: "quiet small" }, "value · who set it"), [...groups].map(([title, lines]) => [h("h3", {}, title), h("table", { class: "fields" }, h("tbody", {}, lines))])) : null;
  };
  const within = (start) => record.fields.filter(([path]) => path.startsWith(start));

  const neighbours = () => {
    const filter = state.get("within");
    if (!filter) return null;
    const { rows } = search.select(new URLSearchParams(filter === "all" ? "" : filter));
    const at = rows.indexOf(row);
    if (at < 0) return null;
    const step = (place, name, key) => place >= 0 && place < rows.length
      ? h("a", { class: "button", href: link(`record/${data.idOf(rows[place])}`, [["within", filter]]), "data-step": key, "aria-keyshortcuts": key }, name)
      : h("span", { class: "button off" }, name);
    return h("span", { class: "steps" }, step(at - 1, "‹ Previous", "["), h("span", { class: "quiet small" }, `${count(at + 1)} of ${count(rows.length)}`), step(at + 1, "Next ›", "]"));
  };

  const elsewhere = [];
  for (let other = 0; other < data.table.count && elsewhere.length < 6; other++) {
    if (other !== row && !data.number("removed", other) && data.text("model", row) && data.column("model")[other] === data.column("model")[row]) elsewhere.push(other);
  }
  const history = record.history.map((step) => h("li", { class: step.kind },
    h("b", {}, step.kind), " ", time(step.at), h("div", { class: "quiet small" }, step.author, " ", h("code", {}, step.revision)),
    h("div", { class: "notes" }, value(step.notes)), step.changes.map(change),
    step.kind === "updated" && !step.changes.length ? h("div", { class: "quiet small" }, "nothing changed") : null));

  /* What really runs, by the last look: a value of an environment is never told. */
  const [reason, ...differences] = record.look ?? [""];
  const difference = ([path, registered, running, why]) => h("div", { class: "change" }, h("span", { class: "quiet" }, breakable(path)),
    registered === null ? null : h("span", {}, "registered ", h("del", {}, value(registered))),
    running === null ? null : h("span", {}, "runs ", h("ins", {}, value(running))),
    why ? h("span", {}, why) : null);

  const removed = data.number("removed", row);
  const picks = new Set([...registry.deployments.picked, id]);
  const title = fields.get("projectName") || id;
  return {
    title,
    keys: { "[": () => follow("["), "]": () => follow("]") },
    nodes: [
      h("div", { class: "head" },
        h("div", {}, h("p", { class: "crumb small" }, h("a", { href: link(removed ? "removed" : "deployments") }, removed ? "Removed" : "Deployments"), " / ", h("code", {}, id)),
          h("h1", {}, title), h("p", {}, pill(fields.get("status")), removed ? [" ", h("span", { class: "pill bad" }, "removed")] : null, " ", h("span", { class: "quiet" }, data.number("hasOwner", row) ? "owner " : "last changed by ", data.text("owner", row)), " ", h("span", {}, value(fields.get("notes"))))),
        h("div", { class: "tools" }, neighbours(), copy(`registry show ${id}`, "Copy command"), h("a", { class: "button", href: link("compare", [...picks].map((one) => ["id", one])) }, "Compare"))),
      h("div", { class: "columns" },
        h("div", { class: "wide" },
          block("What runs", record.fields.filter(([path]) => !APART.test(path) && !HIDDEN.has(path))),
          components(within("icList")),
          block("Parameters", within("parameters."), /^parameters\./),
          block("Environment of components", within("icEnvironment."), /^icEnvironment\./),
          block("Labels", within("labels."), /^labels\./),
          block("Names in the cloud", within("live."), /^live\./),
          block("Project", within("project."), /^project\./)),
        h("div", { class: "slim" },
          card("CI test", null, data.table.testsAt === null
            ? h("p", { class: "quiet" }, "This site was made without the CI table.")
            : h("p", {}, testPill(row), " ", data.number("tested", row) ? time(data.number("tested", row), data.table.testsAt) : h("span", { class: "quiet" }, "never tested"), data.number("tested", row) && isStale(row, 90) ? h("span", { class: "quiet" }, ", stale") : null)),
          data.table.looksAt === null ? null : card("What really runs", null,
            data.number("looked", row)
              ? [h("p", {}, livePill(row), " ", h("span", { class: "quiet" }, "at the last look, "), time(data.number("looked", row), data.table.looksAt)),
                 h("p", { class: "quiet small" }, `That look was at ${minute(data.number("looked", row))}.`),
                 reason ? h("p", {}, reason) : null, differences.map(difference)]
              : h("p", { class: "quiet" }, "Nobody has looked at this record: registry live status does.")),
          card("History", h("span", { class: "quiet small" }, plural(record.history.length, "commit", "commits")), h("ol", { class: "timeline" }, history)),
          card("Same model elsewhere", data.text("model", row) ? h("a", { href: link("deployments", [["model", data.text("model", row)]]) }, "all") : null,
            elsewhere.length ? h("ul", { class: "list" }, elsewhere.map((other) => h("li", {}, h("a", { class: "name", href: `#/record/${data.idOf(other)}` }, data.text("project", other)), pill(data.text("status", other)), h("span", { class: "quiet small" }, data.text("instance", other), " · ", data.text("region", other), " · ", age(data.number("changed", other)))))) : h("p", { class: "quiet" }, data.text("model", row) ? "Nowhere." : "This record names no model.")))),
    ],
  };

  function follow(key) {
    document.querySelector(`[data-step="${key}"]`)?.click();
  }
});
