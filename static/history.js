// SPDX-License-Identifier: Apache-2.0
// Earlier sessions of a scanner, in place of the list: one line each, newest first, that opens to
// its series. Loaded when somebody asks for it.
import { stateOf } from "./model.js";
import { STEP, makeRow, rowItems, updateRow } from "./panels.js";
import { element, keyed, setAttribute, setText, shape } from "./view.js";
import { calendarDate, clean, clockTime, wordOf } from "./words.js";

const ORDER = [
  "deviates",
  "changed",
  "incomplete",
  "stalled",
  "warns",
  "no-template",
  "unreadable",
  "conforms",
  "not-checked",
];

/** How many series of each state, the loudest state first: [["deviates", 2], ["conforms", 9]]. */
export function countStates(series) {
  const counts = new Map();
  for (const one of series) {
    counts.set(stateOf(one), (counts.get(stateOf(one)) ?? 0) + 1);
  }
  return [...counts].sort(([a], [b]) => ORDER.indexOf(a) - ORDER.indexOf(b));
}

/** The sessions before this one, newest first, with the series that a filter keeps. */
export function earlierSessions({ sessions, session, fates }, keeps) {
  return sessions
    .filter((one) => one !== session)
    .reverse()
    .map((one) => ({
      key: one.series[0].key,
      session: one,
      series: keeps
        ? one.series.filter((series) => keeps(series, fates.get(series.key)))
        : one.series,
    }))
    .filter(({ series }) => series.length > 0);
}

/** A shape and a number for those who see, a number and a word for those who hear. */
function makeCount([state]) {
  const word = element("span", { class: "unseen" }, ` ${wordOf(state).toLowerCase()} `);
  return element("span", { class: "tally" }, shape(state, "outline"), element("b"), word);
}

function updateCount(node, [state, count]) {
  setText(node.children[1], String(count));
  setAttribute(node, "title", `${count} ${wordOf(state).toLowerCase()}`);
}

function makeSession({ key }, opened, change) {
  const head = element(
    "button",
    { type: "button", class: "session-head" },
    element("time"),
    element("bdi"),
    element("span", { class: "tallies" }),
  );
  head.addEventListener("click", () => {
    opened[opened.has(key) ? "delete" : "add"](key);
    change();
  });
  return element("li", { class: "session" }, head, element("ol", { class: "still" }));
}

function updateSession(node, item, { judged, view, opened, actions }) {
  const [head, list] = node.children;
  const [when, project, tallies] = head.children;
  const open = opened.has(item.key);
  const at = item.session.started;
  setText(when, `${calendarDate(at, view.zone)} ${clockTime(at, view.zone)}`);
  setText(project, clean(item.session.series.at(-1).project) || "no project");
  keyed(tallies, countStates(item.series), ([state]) => state, makeCount, updateCount);
  setAttribute(head, "aria-expanded", String(open));
  const rows = open ? rowItems(item.series, view) : [];
  const most = list.childElementCount + STEP;
  if (most < rows.length) {
    view.again();
  }
  keyed(
    list,
    rows.slice(0, most),
    ({ key }) => key,
    (row) => makeRow(row, actions),
    (row, one) => updateRow(row, one, judged, view),
  );
}

export function create({ by, actions, change }) {
  const opened = new Set(); // first series of each session that is open
  const list = element("ol");
  const none = element("p", { class: "about" });
  const box = element(
    "div",
    { "class": "rows", "data-role": "earlier-list", "hidden": true },
    list,
    none,
  );
  by("list").after(box);
  let entering = false; // the first line is to have the focus, once it is there
  const show = (on) => {
    box.hidden = !on;
    by("list").hidden = on;
    setAttribute(by("earlier"), "aria-expanded", String(on));
    setText(by("earlier"), on ? "This session" : "Earlier sessions");
    entering = on;
    change();
  };
  const render = (view) => {
    if (!box.hidden) {
      const judged = view.selected;
      const items = earlierSessions(judged, view.keeps);
      keyed(
        list,
        items,
        ({ key }) => `${judged.name} ${key}`,
        (item) => makeSession(item, opened, change),
        (node, item) => updateSession(node, item, { judged, view, opened, actions }),
      );
      if (entering) {
        entering = false;
        list.querySelector("button")?.focus({ preventScroll: true });
      }
      setAttribute(none, "hidden", items.length > 0);
      setText(
        none,
        view.keeps ? "No earlier series fits the filter" : "No earlier session is kept",
      );
    }
  };
  return {
    render,
    isShown: () => !box.hidden,
    toggle: () => show(box.hidden),
    close() {
      const on = !box.hidden;
      if (on) {
        show(false);
      }
      return on;
    },
  };
}
