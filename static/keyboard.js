// SPDX-License-Identifier: Apache-2.0
// Single keys, and the help that lists them. Loaded behind the first verdict.
import { element, setAttribute } from "./dom.js";

const STORED = "mrqart-keys";

const KEYS = [
  ["↑ ↓ or k j", "series before or after, in the list"],
  ["Enter", "its table"],
  ["Esc", "back to what is being scanned"],
  ["d", "only differences, or all parameters"],
  ["1 … 9", "scanner, in the order of the tabs"],
  ["f", "full screen"],
  ["t", "light or dark"],
  ["?", "this help"],
];

function keysAreOn() {
  try {
    return localStorage.getItem(STORED) !== "off";
  } catch {
    return true;
  }
}

function storeKeys(on) {
  try {
    localStorage.setItem(STORED, on ? "on" : "off");
  } catch {
    // storage is forbidden: the choice lasts as long as the page
  }
}

function fillHelp(help, setOn, close) {
  const box = element("input", { type: "checkbox", id: "keys-on" });
  box.checked = keysAreOn();
  box.addEventListener("change", () => setOn(box.checked));
  const done = element("button", { type: "button", class: "link" }, "Close");
  done.addEventListener("click", close);
  help.append(
    element("header", { class: "panel-head" }, element("h2", {}, "Keys"), done),
    element(
      "dl",
      {},
      ...KEYS.flatMap(([key, what]) => [element("dt", {}, key), element("dd", {}, what)]),
    ),
    element("p", {}, element("label", { for: "keys-on" }, box, " Single keys work on this page")),
    element(
      "p",
      { class: "about" },
      "A solid shape needs something; an outlined one is settled. " +
        "The banner follows the scanner; choosing a series changes the table only.",
    ),
  );
}

function inField(target) {
  return target.closest?.("input, select, textarea, [contenteditable]") !== null;
}

/** page: {current(): view, help, helpButton, comparison, rows} */
export function listenToKeys(actions, page) {
  let on = keysAreOn();

  function toggleHelp(open = page.help.hidden) {
    if (page.help.childElementCount === 0) {
      fillHelp(
        page.help,
        (value) => {
          on = value;
          storeKeys(value);
        },
        () => toggleHelp(false),
      );
    }
    page.help.hidden = !open;
    setAttribute(page.helpButton, "aria-expanded", String(open));
    if (!open && page.help.contains(document.activeElement)) {
      page.helpButton.focus();
    }
  }

  function moveSelection(step) {
    const rows = [...page.rows.querySelectorAll("button[data-series]")];
    const at = rows.findIndex((row) => row.getAttribute("aria-current") === "true");
    const row = rows[Math.min(Math.max(at + step, 0), rows.length - 1)];
    if (row) {
      actions.selectSeries(row.dataset.series);
      row.focus({ preventScroll: true });
      row.scrollIntoView({ block: "nearest" });
    }
  }

  function escape() {
    if (!page.help.hidden) {
      toggleHelp(false);
    } else {
      actions.followScanner();
    }
  }

  function enterTable(event) {
    if (event.target.matches?.("button.row")) {
      actions.selectSeries(event.target.dataset.series);
      page.comparison.focus();
      return true;
    }
    return false;
  }

  function fullScreen() {
    const leaving = document.fullscreenElement;
    (leaving ? document.exitFullscreen() : document.documentElement.requestFullscreen?.())?.catch(
      () => {},
    ); // the browser may refuse; nothing depends on it
  }

  const singles = {
    "k": () => moveSelection(-1),
    "j": () => moveSelection(1),
    "d": actions.toggleDifferences,
    "f": fullScreen,
    "t": actions.toggleTheme,
    "?": () => toggleHelp(),
  };

  function digit(key) {
    const station = page.current().stations[Number(key) - 1];
    if (station?.name) {
      actions.selectStation(station.name);
    }
  }

  function single(key) {
    if (/^[1-9]$/.test(key)) {
      digit(key);
      return true;
    }
    singles[key]?.();
    return key in singles;
  }

  const inTable = (target) => page.comparison.contains(target);

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey || inField(event.target)) {
      return;
    }
    const { key } = event;
    let done = true;
    if (key === "Escape") {
      escape();
    } else if ((key === "ArrowUp" || key === "ArrowDown") && !inTable(event.target)) {
      moveSelection(key === "ArrowUp" ? -1 : 1);
    } else if (key === "Enter") {
      done = enterTable(event);
    } else {
      done = on && single(key);
    }
    if (done) {
      event.preventDefault();
    }
  });
  page.helpButton.addEventListener("click", () => toggleHelp());
}
