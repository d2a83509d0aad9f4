// SPDX-License-Identifier: Apache-2.0
// Which series the list shows: what is open, deviates or was not checked, and what has a text in
// its name. The banner and the strip know nothing of it: a filter hides no open deviation.
import { needsAct, stateOf } from "./model.js";
import { element, setAttribute } from "./view.js";
import { clean } from "./words.js";

/** kind → {text, keeps(series, fate)} */
const KINDS = {
  "open": { text: "Open", keeps: (series, fate) => fate.open },
  "deviates": { text: "Deviates", keeps: (series) => needsAct(stateOf(series)) },
  "not-checked": { text: "Not checked", keeps: (series) => stateOf(series) === "not-checked" },
};

/** A test for series, or null where the filter keeps all. */
export function makeFilter(kind, text) {
  const wanted = text.trim().toLowerCase();
  if (!kind && !wanted) {
    return null;
  }
  return (series, fate) => {
    const words = `${clean(series.number)} ${clean(series.name)}`.toLowerCase();
    return (!kind || KINDS[kind].keeps(series, fate)) && words.includes(wanted);
  };
}

export function create({ by, change }) {
  let kind = null;
  let keeps = null;
  const input = element("input", {
    "type": "search",
    "placeholder": "Number or name",
    "aria-label": "Number or name contains",
    "autocomplete": "off",
    "spellcheck": "false",
  });
  const update = () => {
    keeps = makeFilter(kind, input.value);
    change();
  };
  const buttons = Object.entries(KINDS).map(([name, { text }]) => {
    const button = element("button", { "type": "button", "data-filter": name }, text);
    button.addEventListener("click", () => {
      kind = kind === name ? null : name;
      buttons.forEach((one) =>
        setAttribute(one, "aria-pressed", String(one.dataset.filter === kind)),
      );
      update();
    });
    setAttribute(button, "aria-pressed", "false");
    return button;
  });
  const bar = element(
    "div",
    { "class": "filters", "data-role": "filters", "role": "search", "hidden": true },
    ...buttons,
    input,
  );
  input.addEventListener("input", update);
  by("list").before(bar);
  const show = (on) => {
    bar.hidden = !on;
    setAttribute(by("filter"), "aria-expanded", String(on));
    if (on) {
      buttons[0].focus();
    }
    change();
  };
  return {
    /** While the filter is not to be seen it keeps all. */
    keeps: () => (bar.hidden ? null : keeps),
    toggle: () => show(bar.hidden),
    close() {
      const on = !bar.hidden && bar.contains(document.activeElement);
      if (on) {
        show(false);
        by("filter").focus();
      }
      return on;
    },
  };
}
