"use strict";
/* Words and numbers: how fields are called, how times, counts and states read. */
registry.words = (() => {
  const { h } = registry.dom;
  const DAY = 86400;
  const LABELS = new Map(Object.entries({
    project: "Deployment", model: "Model", config: "Deployment config", instance: "Instance", region: "Region",
    target: "Target", status: "Status", image: "Image", tag: "Image tag", author: "Last changed by", owner: "Owner",
    test: "CI test", changed: "Changed", tested: "Tested", created: "First registered",
  }));
  const STATES = new Map([["success", "good"], ["passed", "good"], ["pass", "good"], ["partial", "warn"], ["running", "warn"], ["failed", "bad"]]);

  const label = (name) => LABELS.get(name) ?? name.replace(/^label\./, "");
  const count = (number) => number.toLocaleString("en");
  const plural = (number, one, many) => `${count(number)} ${number === 1 ? one : many}`;
  const day = (seconds) => new Date(seconds * 1000).toISOString().slice(0, 10);
  const minute = (seconds) => `${new Date(seconds * 1000).toISOString().slice(0, 16).replace("T", " ")} UTC`;

  /** How long before the site's own time that was: the page may be read long after it was made. */
  function age(seconds) {
    const days = (registry.data.table.at - seconds) / DAY;
    if (days < 1) return "today";
    if (days < 2) return "yesterday";
    if (days < 14) return `${Math.floor(days)} days ago`;
    if (days < 60) return `${Math.floor(days / 7)} weeks ago`;
    if (days < 730) return `${Math.floor(days / 30.4)} months ago`;
    return `${Math.floor(days / 365)} years ago`;
  }

  const time = (seconds) => h("time", { datetime: new Date(seconds * 1000).toISOString(), title: minute(seconds) }, age(seconds));
  const isFailure = (status) => /^fail/.test(status);
  const stateOf = (status) => STATES.get(status) ?? (isFailure(status) ? "bad" : "idle");
  const pill = (status) => h("span", { class: `pill ${stateOf(status)}` }, status || "none");

  /** What a test's state reads as; the CI table may not have been asked at all. */
  const testPill = (row) => (registry.data.table.testsAt === null ? h("span", { class: "quiet" }, "not included") : pill(registry.data.text("test", row) || "no item"));

  return { DAY, label, count, plural, day, minute, age, time, pill, testPill, stateOf, isFailure };
})();
