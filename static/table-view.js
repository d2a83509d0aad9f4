// SPDX-License-Identifier: Apache-2.0
// The parameters of one series beside its template: what differs first, then what is equal.
import { element, keyed, setAttribute, setShape, setText, shape } from "./dom.js";
import { seriesTitle } from "./phrases.js";
import { needsAct, stateOf } from "./verdict.js";
import {
  PARAMETERS,
  clean,
  comparedNames,
  evidence,
  formatDifference,
  formatPair,
  formatValue,
  isAbsent,
  isoDate,
  notComparedReason,
  parameterOf,
  parameterRank,
  plural,
} from "./words.js";

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

function makeRow({ name }) {
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

function updateRow(node, row, content) {
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

function aboutText(series) {
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
  return function render(view) {
    const { series, following } = view;
    const all = series ? tableRows(series) : [];
    const quiet = all.filter((row) => !row.differs);
    const hide = view.onlyDifferences && quiet.length > 0;
    const rows = hide ? all.filter((row) => row.differs) : all;
    const selected = view.stations.find(({ name }) => name === view.station);
    setText(nodes.title, series ? seriesTitle(series) : "No series");
    setAttribute(nodes.panel, "data-state", series ? stateOf(series) : null);
    setText(nodes.about, series ? aboutText(series) : "");
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
    setAttribute(nodes.more, "hidden", !hide);
    setText(nodes.more, hide ? moreText(quiet) : "");
    setAttribute(nodes.panel, "data-acts", series ? String(needsAct(stateOf(series))) : null);
    keyed(
      nodes.body,
      rows,
      ({ name }) => name,
      makeRow,
      (node, row) => updateRow(node, row, series.content ?? {}),
    );
    if (series?.key !== shownKey) {
      shownKey = series?.key;
      nodes.scroll.scrollTop = 0;
    }
  };
}
