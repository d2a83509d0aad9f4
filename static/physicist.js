// SPDX-License-Identifier: Apache-2.0
// For the physicist: a series and what differs in it as plain text for a message, and on paper.
// No name or ID of a subject is in it. Loaded when somebody first touches the page.
import { isAnswered, stateOf } from "./model.js";
import { element, setText } from "./view.js";
import {
  answerText,
  calendarDate,
  clean,
  clockTime,
  evidence,
  failedText,
  formatPair,
  isAbsent,
  isoDate,
  parameterOf,
  parameterRank,
  wordOf,
} from "./words.js";

const PRIVATE = new Set(["SubID", "PatientID", "Operator"]); // that they differ, not how
const TOLD = 3000; // ms that the button says so

function dateTime(at, zone) {
  return `${calendarDate(at, zone)} ${clockTime(at, zone, true)}`;
}

function nameOf(name) {
  const { title } = parameterOf(name);
  return clean(name) + (title ? ` (${title})` : "");
}

function findingLine({ parameter, have, expect, checker, message }) {
  if (PRIVATE.has(parameter)) {
    return `  ${nameOf(parameter)}: differs`;
  }
  const [is, due] = formatPair(parameterOf(parameter), have, expect);
  const said = message && !checker?.startsWith("checker-template") ? `: ${clean(message)}` : "";
  const by = said ? ` [${clean(checker)}${said}]` : "";
  const values = `have ${isAbsent(have) ? "nothing" : is}, expect ${isAbsent(expect) ? "nothing" : due}`;
  return `  ${nameOf(parameter)}: ${values}${by}`;
}

function changeLine([name, { from, to, instance }]) {
  if (PRIVATE.has(name)) {
    return `  ${nameOf(name)}: changed`;
  }
  const [is, was] = formatPair(parameterOf(name), to, from);
  const where = isAbsent(instance) ? "" : ` at image ${clean(instance)}`;
  return `  ${nameOf(name)}: from ${was} to ${is}${where}`;
}

function templateText({ template }) {
  const seen = evidence(template).replace(/[()]/g, "");
  const dates = [
    isAbsent(template?.first) ? "" : `first ${isoDate(template.first)}`,
    isAbsent(template?.last) ? "" : `last ${isoDate(template.last)}`,
  ];
  return [seen, ...dates].filter(Boolean).join(", ") || "none";
}

/** A series as plain text, one fact a line. */
export function reportOf(series, { station, zone, version }) {
  const content = series.content ?? {};
  const rank = ({ parameter }) => parameterRank(parameter);
  const findings = [...(content.findings ?? [])].sort((a, b) => rank(a) - rank(b));
  const changes = Object.entries(series.changes ?? {});
  const file = clean(content.input?.dcm_path).split("/").at(-1);
  const due = series.expected ? ` of ${series.expected}` : "";
  return [
    `Station: ${clean(station)}`,
    `Began: ${dateTime(series.started, zone)}`,
    `Series: ${[clean(series.number), clean(series.name)].filter(Boolean).join(" ")}`,
    `Project: ${clean(series.project)}`,
    `Status: ${wordOf(stateOf(series))}`,
    isAnswered(series) ? `Answer: ${answerText(series)}` : "",
    isAnswered(series) && series.acknowledged.reason
      ? `Reason: ${clean(series.acknowledged.reason)}`
      : "",
    `Images: ${series.count}${due}`,
    findings.length ? "Findings:" : "Findings: none",
    ...findings.map(findingLine),
    ...(changes.length ? ["Changed within the series:", ...changes.map(changeLine)] : []),
    failedText(content),
    `Template: ${templateText(content)}`,
    file ? `File: ${file}` : "",
    `MRQART ${clean(version)}`.trim(),
  ]
    .filter(Boolean)
    .map((line) => `${line}\n`)
    .join("");
}

/** Where the page comes over plain http from another host, browsers give it no clipboard. */
function copyTheOldWay(text) {
  const area = element("textarea", { "class": "unseen", "aria-hidden": "true" });
  const before = document.activeElement;
  area.value = text;
  document.body.append(area);
  area.select();
  const done = document.execCommand("copy");
  area.remove();
  before?.focus();
  return done;
}

async function toClipboard(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return copyTheOldWay(text);
  }
}

function loadPrintStyle() {
  const link = element("link", { rel: "stylesheet", href: "/static/print.css", media: "print" });
  document.head.append(link);
  return new Promise((resolve) => {
    link.onload = link.onerror = resolve;
  });
}

export function create({ by, look }) {
  const styled = loadPrintStyle();
  const footer = element("p", { "class": "printed", "data-role": "printed" });
  document.body.append(footer);
  addEventListener("beforeprint", () => {
    const { selected, now, zone, health } = look();
    const version = clean(health?.raw.version);
    setText(footer, `${clean(selected.name)} · printed ${dateTime(now, zone)} · MRQART ${version}`);
  });
  let timer = null;
  const tell = (text) => {
    setText(by("copy"), text);
    setText(document.getElementById("say"), text);
    clearTimeout(timer);
    timer = setTimeout(() => setText(by("copy"), "Copy for the physicist"), TOLD);
  };
  return {
    async copy() {
      const { series, selected, zone, health } = look();
      if (series) {
        const facts = { station: selected.name, zone, version: health?.raw.version };
        tell((await toClipboard(reportOf(series, facts))) ? "Copied" : "The browser forbids it");
      }
    },
    async print() {
      await styled;
      print();
    },
  };
}
