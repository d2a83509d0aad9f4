// SPDX-License-Identifier: Apache-2.0
// What lies below the banners: strip, list and table of one scanner.
import { isAnswered, needsAct, stateOf } from "./model.js";
import { element, keyed, setAttribute, setShape, setText, setTexts, shape } from "./view.js";
import {
  PARAMETERS,
  alsoOpenText,
  clean,
  clockTime,
  comparedNames,
  delayText,
  duration,
  evidence,
  failedText,
  formatDifference,
  formatPair,
  formatValue,
  imagesText,
  isAbsent,
  isoDate,
  notComparedReason,
  openText,
  parameterOf,
  parameterRank,
  plural,
  rowText,
  seriesTitle,
  sessionText,
  stillOpenText,
} from "./words.js";

// ---- strip and list ---------------------------------------------------------------------------

export const STEP = 25; // rows made in one frame, where many come at once
const TRAIL = 64; // shapes in the trail: more than any screen has room for

function lookOf(fate, state) {
  return fate.open || (state === "stalled" && fate.running) ? "solid" : "outline";
}

function makeMark(series, actions) {
  const mark = element(
    "span",
    { "class": "mark-button", "data-series": series.key },
    shape(),
    element("span", { class: "mark-number" }),
  ); // for pointers; keyboards have the list
  mark.addEventListener("click", () => actions.selectSeries(series.key));
  return mark;
}

function updateMark(mark, series, judged, view) {
  const fate = judged.fates.get(series.key);
  const state = stateOf(series);
  const name = `${seriesTitle(series)}: ${rowText(series, fate)}`;
  setShape(mark.firstElementChild, state, lookOf(fate, state));
  setText(mark.lastElementChild, clean(series.number));
  setAttribute(mark, "role", view.bedside ? "img" : "button");
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

function wasAnswered(series) {
  return needsAct(stateOf(series)) && isAnswered(series);
}

/** The buttons that answer: for what is open, else for changing what was answered. */
function renderAnswers({ strip, acts }, judged, view) {
  const open = judged?.open.length > 0;
  const answered = judged && !judged.over && judged.session?.series.some(wasAnswered);
  const can = view.canAnswer && !view.link.hatched && Boolean(open || answered);
  const [repeat, keep] = acts.children;
  setAttribute(acts, "hidden", !can);
  setAttribute(strip, "data-acts", can ? (open ? "answer" : "change") : null);
  setAttribute(repeat, "hidden", !open);
  setText(keep, open ? "Keep…" : "Change answer");
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
  const reconnected = view.link.notice ? noticeText(view.link.notice, view) : "";
  if (view.bedside) {
    const count = judged?.shown ? imagesText(judged.shown) : "";
    const first = earlier.length ? stillOpenText(earlier).strong : count;
    setTexts(nodes.stripText, first, "", reconnected, noteText(view));
  } else if (earlier.length) {
    const text = stillOpenText(earlier);
    setTexts(nodes.stripText, text.strong, text.text, reconnected, noteText(view));
  } else {
    const text = open.length ? openText(open) : "";
    setTexts(nodes.stripText, text, session, reconnected, noteText(view));
  }
  setAttribute(nodes.stripText.children[1], "title", session || null);
  const marks = judged?.session?.series.slice(-TRAIL) ?? [];
  nodes.strip.style.setProperty("--marks", marks.length);
  renderAnswers(nodes, judged, view);
  keyed(
    nodes.trail,
    marks,
    ({ key }) => key,
    (series) => makeMark(series, view.actions),
    (node, series, index) => {
      place(node, `calc(${index + 1 - marks.length} * var(--step))`);
      updateMark(node, series, judged, view);
    },
  );
}

export function makeRow(item, actions) {
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

/** Where rows and marks have a place of their own: one that is translated there is no layout shift. */
function place(node, translate) {
  if (node.placed !== translate) {
    node.placed = translate; // the browser reads a style anew even when it is the same
    node.style.translate = translate;
  }
}

export function updateRow(node, item, judged, view) {
  const { series } = item;
  const button = node.firstElementChild;
  const fate = judged.fates.get(series.key);
  const state = stateOf(series);
  const text = rowText(series, fate);
  const current = view.series?.key === series.key;
  const tab = current || item.first;
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
    series.acknowledged?.reason,
    view.zone,
  ].join("\u0000");
  if (button.signature === signature) {
    return; // most rows are as they were: reading the document is what costs
  }
  button.signature = signature;
  const [mark, number, names, count, started] = button.children;
  setShape(mark, state, lookOf(fate, state));
  setAttribute(button, "data-number", series.number);
  setAttribute(button, "data-state", state);
  setAttribute(button, "data-open", String(fate.open));
  setAttribute(button, "data-running", String(fate.running));
  setAttribute(button, "aria-current", current ? "true" : null);
  setAttribute(button, "tabindex", tab ? "0" : "-1");
  setAttribute(
    button,
    "title",
    [seriesTitle(series), clean(series.project), text, clean(series.acknowledged?.reason)]
      .filter(Boolean)
      .join(" · "),
  );
  setText(number, clean(series.number));
  setText(names.firstElementChild, clean(series.name) || "without name");
  setText(names.lastElementChild, text);
  setText(count, String(series.count));
  setText(started, clockTime(series.started, view.zone));
}

/** Rows of series, newest first; the first is the list's tab stop if the current one is not there. */
export function rowItems(series, { series: current }) {
  const newest = [...series].reverse();
  const absent = !newest.includes(current);
  return newest.map((one, index) => ({ key: one.key, series: one, first: absent && index === 0 }));
}

/** The session's series, as far as the filter keeps them. */
function listed(judged, view) {
  const all = judged?.session?.series ?? [];
  return view.keeps
    ? all.filter((series) => view.keeps(series, judged.fates.get(series.key)))
    : all;
}

function renderListTitle({ listTitle }, judged, shown, view) {
  const all = judged?.session?.series ?? [];
  const title = judged?.over && judged.session ? "Last session" : "This session";
  const order = view.keeps && !view.earlier ? `${shown} of ${all.length} series` : "newest first";
  const about = judged?.name
    ? [clean(judged.name), clean(all.at(-1)?.project), order].filter(Boolean).join(", ")
    : "";
  const stale = view.link.hatched && view.link.since !== null;
  setTexts(
    listTitle,
    view.earlier ? "Earlier sessions" : title,
    stale ? `As of ${clockTime(view.link.since + view.offset, view.zone, true)}` : about,
  );
  setAttribute(listTitle.lastElementChild, "title", about || null);
}

export function createSeriesView(nodes, actions) {
  let shownStation;
  let shownFilter;
  let most = Infinity; // rows that are made by now
  let shownLength;
  return function render(view) {
    const judged = view.stations.find(({ name }) => name === view.station);
    renderStrip(nodes, judged, view);
    const all = rowItems(listed(judged, view), view);
    if (shownFilter !== view.keeps) {
      most = STEP; // a filter that is lifted brings many
    }
    const items = all.slice(0, most);
    if (items.length < all.length) {
      most += STEP;
      view.again();
    }
    const fresh = shownStation !== judged?.name || shownFilter !== view.keeps;
    shownStation = judged?.name;
    shownFilter = view.keeps;
    const known = nodes.rows.childElementCount > 0 && !fresh;
    const moves = all.length !== shownLength;
    const before = moves ? nodes.list.scrollHeight : 0;
    keyed(
      nodes.rows,
      items,
      ({ key }) => key,
      (item) => {
        const row = makeRow(item, actions);
        row.classList.toggle("fresh", known);
        return row;
      },
      (node, item, index) => {
        place(node, `0 calc(${index} * var(--row))`);
        updateRow(node, item, judged, view);
      },
    );
    if (moves) {
      shownLength = all.length;
      nodes.rows.style.height = `calc(${all.length} * var(--row))`;
      const grown = nodes.list.scrollHeight - before;
      if (nodes.list.scrollTop > 0) {
        nodes.list.scrollTop += grown;
      } else if (nodes.list.getBoundingClientRect().top < 0) {
        scrollBy(0, grown); // on a phone the page is what scrolls
      }
    }
    if (fresh) {
      nodes.list.scrollTop = 0;
    }
    renderListTitle(nodes, judged, all.length, view);
  };
}

// ---- the parameters of one series beside its template -----------------------------------------

/** The rows of a series, in the order in which they are shown. */
function tableRows(series) {
  const content = series.content ?? {};
  const { input = {}, template = {} } = content;
  const compared = new Set(comparedNames(content));
  const findings = new Map();
  (content.findings ?? []).forEach((finding) => {
    if (!findings.has(finding.parameter)) {
      findings.set(finding.parameter, finding);
    }
  });
  const others = [
    ...findings.keys(),
    ...Object.keys(series.changes ?? {}),
    ...Object.keys(series.collected ?? {}),
  ]
    .filter((name) => parameterRank(name) === PARAMETERS.length)
    .sort();
  const names = [...PARAMETERS.map(({ name }) => name), ...new Set(others)];
  const rows = names.map((name) => {
    const finding = findings.get(name);
    const change = series.changes?.[name];
    const collected = series.collected?.[name];
    const have = change?.to ?? finding?.have ?? (collected?.length > 1 ? collected : input[name]);
    const expect = finding ? (finding.expect ?? template[name]) : template[name];
    const state = finding ? (finding.severity === "warn" ? "warns" : "deviates") : "changed";
    return {
      name,
      finding,
      change,
      have,
      expect,
      state,
      differs: Boolean(finding || change),
      compared: compared.has(name) || Boolean(finding),
    };
  });
  const group = (row) => (row.differs ? 0 : row.compared ? 1 : 2);
  const shown = rows.filter(
    (row) =>
      row.differs ||
      row.compared ||
      !isAbsent(row.have) ||
      !isAbsent(row.expect) ||
      ["TA", "FoV", "Shims"].includes(row.name),
  );
  return shown
    .map((row, index) => ({ ...row, index }))
    .sort((a, b) => group(a) - group(b) || a.index - b.index);
}

function makeParameter({ name }) {
  const parameter = parameterOf(name);
  const cell = (column) => element("td", { "data-col": column }, element("bdi"));
  return element(
    "tr",
    { "data-parameter": name },
    element("th", { scope: "row", class: "short" }, shape(), element("span", {}, clean(name))),
    element("td", { class: "human" }, parameter.title),
    cell("current"),
    cell("reference"),
    cell("difference"),
  );
}

function whole(value) {
  return isAbsent(value)
    ? null
    : clean(Array.isArray(value) ? value.join(", ") : value).replace(/^\[(.*)\]$/, "$1");
}

function lastCell(row, content) {
  const parameter = parameterOf(row.name);
  if (row.finding && row.finding.message && !row.finding.checker?.startsWith("checker-template")) {
    return clean(row.finding.message);
  }
  if (row.change) {
    const { instance } = row.change;
    return isAbsent(instance) ? "changed" : `changed at image ${clean(instance)}`;
  }
  if (row.differs) {
    return formatDifference(parameter, row.have, row.expect);
  }
  const nothing = comparedNames(content).length === 0; // said once, in the header
  return row.compared || nothing ? "" : notComparedReason(row.name, content);
}

function updateParameter(node, row, content) {
  const parameter = parameterOf(row.name);
  const [head, , current, reference, difference] = node.children;
  setAttribute(node, "data-differs", String(row.differs));
  setAttribute(node, "data-compared", String(row.compared));
  setAttribute(node, "data-kind", parameter.kind === "words" ? "words" : null);
  setAttribute(node, "data-severity", row.differs ? row.state : null);
  setShape(head.firstElementChild, row.state, "solid");
  const [have, expect] =
    row.differs && !isAbsent(row.have) && !isAbsent(row.expect)
      ? formatPair(parameter, row.have, row.expect)
      : [formatValue(parameter, row.have), formatValue(parameter, row.expect)];
  const from =
    row.change && isAbsent(row.expect)
      ? `${formatValue(parameter, row.change.from)} before`
      : expect;
  setText(current.firstElementChild, have);
  setText(reference.firstElementChild, from);
  setText(difference.firstElementChild, lastCell(row, content));
  setAttribute(current, "title", whole(row.have));
  setAttribute(reference, "title", whole(row.expect));
}

function templateAbout(series) {
  const template = series.content?.template ?? {};
  const seen = evidence(template).replace(/[()]/g, "");
  if (seen) {
    return `template ${seen}${isAbsent(template.last) ? "" : `, last ${isoDate(template.last)}`}`;
  }
  if (!series.content) {
    return "";
  }
  return Object.keys(template).length ? "with a template" : "without template";
}

function aboutText(series) {
  return [failedText(series.content), templateAbout(series)].filter(Boolean).join("; ");
}

function moreText(rows) {
  const equal = rows.filter((row) => row.compared).length;
  const parts = [];
  if (equal) {
    parts.push(`${equal} as in the template`);
  }
  if (rows.length > equal) {
    parts.push(`${rows.length - equal} not compared`);
  }
  return `Show ${rows.length} more: ${parts.join(", ")}`;
}

export function createTableView(nodes) {
  let shownKey;
  let shownOrder;
  let generation = 0; // rows are made anew where they would move: a new row is no layout shift
  return function render(view) {
    const { series, following } = view;
    const all = series ? tableRows(series) : [];
    const quiet = all.filter((row) => !row.differs);
    const hide = view.onlyDifferences && quiet.length > 0;
    const rows = hide ? all.filter((row) => row.differs) : all;
    const selected = view.stations.find(({ name }) => name === view.station);
    const order = rows.map(({ name, differs }) => name + differs).join();
    if (series?.key !== shownKey || order !== shownOrder) {
      generation += 1;
    }
    if (series?.key !== shownKey) {
      nodes.scroll.scrollTop = 0;
    }
    [shownKey, shownOrder] = [series?.key, order];
    setTexts(
      nodes.title,
      series ? seriesTitle(series) : "No series",
      series ? aboutText(series) : "",
    );
    setAttribute(nodes.panel, "data-state", series ? stateOf(series) : null);
    const back = !following && selected?.shown;
    setAttribute(nodes.back, "hidden", !back);
    if (back) {
      const which =
        selected.shown.number === null
          ? "the current one"
          : `series ${clean(selected.shown.number)}`;
      setText(nodes.back, `Back to ${which}`);
    }
    setAttribute(nodes.only, "aria-pressed", String(view.onlyDifferences));
    setText(nodes.only, view.onlyDifferences ? "All parameters" : "Only differences");
    setText(nodes.delay, series ? delayText(series) : "");
    setAttribute(nodes.more, "hidden", !hide);
    setText(nodes.more, hide ? moreText(quiet) : "");
    setAttribute(nodes.panel, "data-acts", series ? String(needsAct(stateOf(series))) : null);
    keyed(
      nodes.body,
      rows,
      ({ name }) => `${generation} ${name}`,
      makeParameter,
      (node, row) => updateParameter(node, row, series.content ?? {}),
    );
  };
}
