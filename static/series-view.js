// SPDX-License-Identifier: Apache-2.0
// The series of one scanner: the strip with its trail, and the list, newest first.
import { element, keyed, setAttribute, setShape, setText, shape } from "./dom.js";
import {
  alsoOpenText,
  openText,
  rowText,
  seriesTitle,
  sessionText,
  stillOpenText,
} from "./phrases.js";
import { needsAct, stateOf } from "./verdict.js";
import { calendarDate, clean, clockTime, duration, plural } from "./words.js";

function lookOf(fate) {
  return fate.open ? "solid" : "outline";
}

function makeMark(series, actions) {
  const mark = element(
    "span",
    { "role": "button", "class": "mark-button", "data-series": series.key },
    shape(),
  ); // for pointers; keyboards have the list
  mark.addEventListener("click", () => actions.selectSeries(series.key));
  return mark;
}

function updateMark(mark, series, judged, view) {
  const fate = judged.fates.get(series.key);
  const state = stateOf(series);
  const name = `${seriesTitle(series)}: ${rowText(series, fate)}`;
  setShape(mark.firstElementChild, state, lookOf(fate));
  setAttribute(mark, "data-state", state);
  setAttribute(mark, "aria-label", name);
  setAttribute(mark, "title", name);
  setAttribute(mark, "aria-current", view.series?.key === series.key ? "true" : null);
}

function noticeText({ at, afresh, came, gap, away }, view) {
  const time = clockTime(at + view.offset, view.zone, true);
  const meanwhile = came ? `; ${came} series came meanwhile` : "; nothing was missed";
  if (afresh) {
    return `MRQART was restarted; connected again ${time}${came ? meanwhile : ""}`;
  }
  return gap
    ? `Caught up ${time} after lost messages${came ? meanwhile : ""}`
    : `Reconnected ${time} after ${duration(away)}${meanwhile}`;
}

/** The open series that the banner does not show: the ones that would be forgotten. */
function earlierOpen(judged) {
  return judged.open.filter(
    (series) => series !== judged.shown || judged.state === "waiting" || !needsAct(judged.state),
  );
}

function noteText(view) {
  const others = view.stations.filter(({ name }) => name !== view.station);
  const forgotten = others.filter((judged) => earlierOpen(judged).length > 0);
  if (forgotten.length > 0) {
    return forgotten.map((judged) => alsoOpenText(judged.name, earlierOpen(judged))).join("; ");
  }
  if (view.lostFile) {
    const { file, text, count } = view.lostFile;
    const many = plural(count, "file", "files");
    return (
      `${many} of an unknown scanner could not be read: ${clean(file.split("/").at(-1))}` +
      (text ? ` (${clean(text)})` : "")
    );
  }
  if (view.noTemplates) {
    return "There are no templates at all: mrqart db import FOLDER";
  }
  return view.warning ? clean(view.warning) : "";
}

function renderStrip(nodes, judged, view) {
  const open = judged?.open ?? [];
  const earlier = judged ? earlierOpen(judged) : [];
  setAttribute(
    nodes.strip,
    "data-open",
    earlier.length ? "earlier" : open.length ? "current" : "none",
  );
  const session = judged ? sessionText(judged, view.zone) : "";
  if (earlier.length) {
    const text = stillOpenText(earlier);
    setText(nodes.openText, text.strong);
    setText(nodes.sessionText, text.text);
  } else {
    setText(nodes.openText, open.length ? openText(open) : "");
    setText(nodes.sessionText, session);
  }
  setAttribute(nodes.sessionText, "title", session || null);
  setText(nodes.reconnected, view.link.notice ? noticeText(view.link.notice, view) : "");
  setText(nodes.note, noteText(view));
  keyed(
    nodes.trail,
    judged?.session?.series ?? [],
    ({ key }) => key,
    (series) => makeMark(series, view.actions),
    (node, series) => updateMark(node, series, judged, view),
  );
}

function makeRow(item, actions) {
  if (item.heading) {
    return element("li", { class: "rows-heading" });
  }
  const button = element(
    "button",
    { "type": "button", "class": "row", "data-series": item.series.key },
    shape(),
    element("span", { class: "number" }),
    element(
      "span",
      { class: "names" },
      element("bdi", { class: "name" }),
      element("span", { class: "verdict" }),
    ),
    element("span", { "data-role": "count" }),
    element("time", { "data-role": "started" }),
  );
  button.addEventListener("click", () => actions.selectSeries(item.series.key));
  return element("li", { class: "rows-item" }, button);
}

function updateRow(node, item, judged, view) {
  if (item.heading) {
    setText(node, item.heading);
    return;
  }
  const { series } = item;
  const button = node.firstElementChild;
  const fate = judged.fates.get(series.key);
  const state = stateOf(series);
  const text = rowText(series, fate);
  const current = view.series?.key === series.key;
  const tab = current || (!view.series && item.first);
  const signature = [
    state,
    text,
    fate.open,
    fate.running,
    series.count,
    current,
    tab,
    series.name,
    series.number,
    series.project,
    view.zone,
  ].join("\u0000");
  if (button.signature === signature) {
    return; // most rows are as they were: reading the document is what costs
  }
  button.signature = signature;
  const [mark, number, names, count, started] = button.children;
  setShape(mark, state, lookOf(fate));
  setAttribute(button, "data-number", series.number);
  setAttribute(button, "data-state", state);
  setAttribute(button, "data-open", String(fate.open));
  setAttribute(button, "data-running", String(fate.running));
  setAttribute(button, "aria-current", current ? "true" : null);
  setAttribute(button, "tabindex", tab ? "0" : "-1");
  setAttribute(
    button,
    "title",
    [seriesTitle(series), clean(series.project), text].filter(Boolean).join(" · "),
  );
  setText(number, clean(series.number));
  setText(names.firstElementChild, clean(series.name) || "without name");
  setText(names.lastElementChild, text);
  setText(count, String(series.count));
  setText(started, clockTime(series.started, view.zone));
}

/** Rows newest first, with a heading above each earlier session. */
function rowItems(judged, view) {
  const items = [];
  [...judged.sessions].reverse().forEach((session, index) => {
    if (index > 0) {
      const date = calendarDate(session.started, view.zone);
      const project = clean(session.series.at(-1).project);
      const heading = [`Earlier, ${date} ${clockTime(session.started, view.zone)}`, project]
        .filter(Boolean)
        .join(" · ");
      items.push({ key: `heading ${session.series[0].key}`, heading });
    }
    [...session.series].reverse().forEach((series) => {
      items.push({ key: series.key, series, first: items.length === 0 });
    });
  });
  return items;
}

export function createSeriesView(nodes, actions) {
  let shownStation;
  return function render(view) {
    const judged = view.stations.find(({ name }) => name === view.station);
    renderStrip(nodes, judged, view);
    const items = judged ? rowItems(judged, view) : [];
    const fresh = shownStation !== judged?.name;
    shownStation = judged?.name;
    const known = nodes.rows.childElementCount > 0 && !fresh;
    keyed(
      nodes.rows,
      items,
      ({ key }) => key,
      (item) => {
        const row = makeRow(item, actions);
        row.classList.toggle("fresh", known);
        return row;
      },
      (node, item) => updateRow(node, item, judged, view),
    );
    if (fresh) {
      nodes.rows.scrollTop = 0;
    }
    const about =
      judged && judged.name
        ? [clean(judged.name), clean(judged.session?.series.at(-1)?.project), "newest first"]
        : [];
    setText(nodes.listTitle, judged?.over && judged.session ? "Last session" : "This session");
    setText(
      nodes.listAbout,
      view.link.hatched && view.link.since !== null
        ? `As of ${clockTime(view.link.since + view.offset, view.zone, true)}`
        : about.filter(Boolean).join(", "),
    );
    setAttribute(nodes.listAbout, "title", about.filter(Boolean).join(", ") || null);
  };
}
