"use strict";
/* Words and numbers: how fields are called, how times, counts and states read. */
registry.words = (() => {
  const { h } = registry.dom;
  const DAY = 86400;
  const LABELS = new Map(Object.entries({
    project: "Deployment", model: "Model", config: "Deployment config", instance: "Instance", region: "Region",
    target: "Target", status: "Status", image: "Image", tag: "Image tag", author: "Last changed by", owner: "Owner",
    test: "CI test", live: "Live", changed: "Changed", tested: "Tested", created: "First registered",
  }));
  const NOTHING = new Map([["test", "no item"], ["live", "never looked at"]]);
  const STATES = new Map([["success", "good"], ["passed", "good"], ["pass", "good"], ["partial", "warn"], ["running", "warn"], ["failed", "bad"],
    ["as-registered", "good"], ["differs", "bad"], ["gone", "bad"], ["not-found-here", "warn"], ["ambiguous", "warn"],
  ]);

  const label = (name) => LABELS.get(name) ?? name.replace(/^label\./, "");
  /** A value as it is shown; what is not there is named: "no model". */
  const shown = (name, value) => value || NOTHING.get(name) || `no ${label(name).toLowerCase()}`;
  const count = (number) => number.toLocaleString("en");
  const plural = (number, one, many) => `${count(number)} ${number === 1 ? one : many}`;
  const day = (seconds) => new Date(seconds * 1000).toISOString().slice(0, 10);
  const minute = (seconds) => `${new Date(seconds * 1000).toISOString().slice(0, 16).replace("T", " ")} UTC`;

  /** How long before the site's own time that was: the page may be read long after it was made. */
  function age(seconds, now = registry.data.table.at) {
    const days = (now - seconds) / DAY;
    if (days < 1) return "today";
    if (days < 2) return "yesterday";
    if (days < 14) return `${Math.floor(days)} days ago`;
    if (days < 60) return `${Math.floor(days / 7)} weeks ago`;
    if (days < 730) return `${Math.floor(days / 30.4)} months ago`;
    return `${Math.floor(days / 365)} years ago`;
  }

  const time = (seconds, now) => h("time", { datetime: new Date(seconds * 1000).toISOString(), title: minute(seconds) }, age(seconds, now));
  const isFailure = (status) => /^fail/.test(status);
  const stateOf = (status) => STATES.get(status) ?? (isFailure(status) ? "bad" : "idle");
  const pill = (status, text = status || "none") => h("span", { class: `pill ${stateOf(status)}` }, text);

  /** Whether a record was not tested in the `days` before the CI table was asked. */
  const isStale = (row, days) => registry.data.number("tested", row) < (registry.data.table.testsAt ?? registry.data.table.at) - days * DAY;

  /** What a test's state reads as; the CI table may not have been asked at all. */
  const testPill = (row) => (registry.data.table.testsAt === null ? h("span", { class: "quiet" }, "not included") : pill(shown("test", registry.data.text("test", row))));

  /** What the last look said; nobody may have looked, or the site may have been made without looks. */
  const livePill = (row) => (registry.data.table.looksAt === null ? h("span", { class: "quiet" }, "not included") : pill(shown("live", registry.data.text("live", row))));

  return { DAY, label, shown, count, plural, day, minute, age, time, pill, testPill, livePill, isStale, stateOf, isFailure };
})();
