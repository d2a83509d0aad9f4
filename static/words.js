// SPDX-License-Identifier: Apache-2.0
// What the page says: parameters, values with their units, sentences, and the word, sentence and
// action of a station and its series. No DOM, no state.
import { faultOf, isAnswered, isLate, lastImage, needsAct, stateOf } from "./model.js";

// ---- parameters and values --------------------------------------------------------------------

/** The table's rows, in its order. kind words: quoted in a sentence. */
export const PARAMETERS = [
  { name: "TR", title: "Repetition time", unit: " ms", kind: "numbers", join: ", " },
  { name: "TE", title: "Echo time", unit: " ms", kind: "numbers", join: ", " },
  { name: "FA", title: "Flip angle", unit: "°", kind: "numbers", join: ", " },
  { name: "Matrix", title: "Acquisition matrix", unit: "", kind: "matrix" },
  { name: "PixelResol", title: "Pixel size", unit: " mm", kind: "numbers" },
  { name: "Phase", title: "Phase encoding sign", unit: "", kind: "sign" },
  { name: "PED_major", title: "Phase encoding axis", unit: "", kind: "code" },
  { name: "iPAT", title: "Parallel imaging", unit: "", kind: "code" },
  { name: "BWP", title: "Bandwidth", unit: " Hz/px", kind: "numbers" },
  { name: "BWPPE", title: "Bandwidth, phase", unit: " Hz/px", kind: "numbers" },
  { name: "SequenceType", title: "Sequence", unit: "", kind: "words" },
  { name: "SequenceFile", title: "Sequence file", unit: "", kind: "words" },
  { name: "Comments", title: "Comments", unit: "", kind: "words" },
  { name: "TA", title: "Acquisition time", unit: "", kind: "words" },
  { name: "FoV", title: "Field of view", unit: "", kind: "words" },
  { name: "Shims", title: "Shim currents", unit: "", kind: "words" },
];

const ABSENT_LIVE = new Set(["FoV", "TA", "BWPPE"]); // what a scanner does not send live
const LOOKED_UP = new Set(["Project", "SequenceName"]); // a template is found by these
const byName = new Map(
  PARAMETERS.map((parameter, index) => [parameter.name, { index, parameter }]),
);

export function parameterOf(name) {
  return byName.get(name)?.parameter ?? { name, title: "", unit: "", kind: "words" };
}

/** For sorting in the table's order; what is not in it comes last. */
export function parameterRank(name) {
  return byName.get(name)?.index ?? PARAMETERS.length;
}

// C0 and C1 controls, line and paragraph separators, and what turns the direction of text round
const CONTROLS = /[\u0000-\u001f\u007f-\u009f\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;

/** A name or value from a file, fit to be shown. */
export function clean(text) {
  return String(text ?? "").replace(CONTROLS, "\ufffd");
}

export function isAbsent(value) {
  return value === null || value === undefined || value === "" || value === "null";
}

/** The numbers of a typed value or of a database string ("[94, 0, 0, 88]"); null: no numbers. */
function numbersOf(value) {
  const list = Array.isArray(value)
    ? value
    : String(value)
        .replace(/^\s*[[(]|[\])]\s*$/g, "")
        .split(/[,\\]/);
  const numbers = list.map((item) => (String(item).trim() === "" ? NaN : Number(item)));
  return numbers.length > 0 && numbers.every(Number.isFinite) ? numbers : null;
}

const MOST_DIGITS = 17; // tell any two numbers apart

/** As in the file while short, else rounded to digits, but never before the decimal point. */
export function formatNumber(number, digits = 4) {
  const whole = String(number);
  const significant = whole.replace(/e.*$/, "").replace(/^-?0*\.?0*|\./g, "").length;
  if (significant <= Math.max(5, digits) || whole.includes("e")) {
    return whole.replace("-", "−");
  }
  const before = Math.trunc(Math.abs(number)).toString().length;
  const rounded = Math.abs(number) < 1 ? digits : Math.max(digits, before);
  return String(Number(number.toPrecision(Math.min(rounded, MOST_DIGITS)))).replace("-", "−");
}

function withoutUnit(parameter, value, digits) {
  const numbers = /numbers|matrix|sign/.test(parameter.kind) ? numbersOf(value) : null;
  if (!numbers) {
    return clean(Array.isArray(value) ? value.join(", ") : value);
  }
  if (parameter.kind === "sign") {
    return ["negative (0)", "positive (1)"][numbers[0]] ?? String(numbers[0]);
  }
  const present = numbers.filter((number) => number !== 0);
  const short = parameter.kind === "matrix" && present.length === 2 && digits < MOST_DIGITS;
  const shown = short ? present : numbers;
  return shown.map((number) => formatNumber(number, digits)).join(parameter.join ?? " × ");
}

/** A value with its unit, as in the table. */
export function formatValue(parameter, value, digits = 4) {
  if (isAbsent(value)) {
    return "–";
  }
  const text = withoutUnit(parameter, value, digits);
  return numbersOf(value) ? text + parameter.unit : text;
}

function same(a, b) {
  const [left, right] = [numbersOf(a), numbersOf(b)];
  return left && right ? left.join() === right.join() : clean(a) === clean(b);
}

/** Two values with as many digits as it takes to tell them apart. */
export function formatPair(parameter, have, expect) {
  let digits = 4;
  const pair = () => [formatValue(parameter, have, digits), formatValue(parameter, expect, digits)];
  let texts = pair();
  while (texts[0] === texts[1] && digits < MOST_DIGITS && !same(have, expect)) {
    digits += 1;
    texts = pair();
  }
  return texts;
}

/** "+700 ms", or "" where a difference says nothing. */
export function formatDifference(parameter, have, expect) {
  if (parameter.kind !== "numbers" || isAbsent(have) || isAbsent(expect)) {
    return "";
  }
  const [a, b] = [numbersOf(have), numbersOf(expect)];
  if (!a || !b || a.length !== b.length) {
    return "";
  }
  const steps = new Set(a.map((number, index) => Number((number - b[index]).toPrecision(4))));
  const [step] = steps;
  if (steps.size !== 1 || step === 0) {
    return "";
  }
  return (step > 0 ? "+" : "") + formatNumber(step) + parameter.unit;
}

const LONG = 36; // characters of a text that a sentence has room for; the table has all of it

function shortened(text) {
  return text.length > LONG ? `${text.slice(0, LONG / 2)}…${text.slice(-LONG / 2)}` : text;
}

/** One value inside a sentence: text in quotes. */
function spoken(parameter, text, value) {
  const isText = parameter.kind === "words" || (parameter.kind === "numbers" && !numbersOf(value));
  return isText ? `“${shortened(text)}”` : text;
}

/** What a template accepts: several values with "or". */
function accepted(parameter, text, value) {
  return parameter.join && numbersOf(value)?.length > 1
    ? text.replace(/, ([^,]*)$/, " or $1")
    : spoken(parameter, text, value);
}

/** "(seen 412 times)", "(seen twice only)"; "" where nobody counted. */
export function evidence(template) {
  const seen = Number(template?.n ?? template?.count ?? NaN);
  if (!Number.isFinite(seen)) {
    return "";
  }
  return seen === 1
    ? "(seen once only)"
    : seen === 2
      ? "(seen twice only)"
      : `(seen ${seen} times)`;
}

/** Checkers that failed on the image shown, whose verdict is therefore missing; "" for none. */
export function failedText(content) {
  const names = (content?.failed ?? []).map(clean);
  return names.length ? `${names.join(", ")} failed: no verdict of ${names.length > 1 ? "them" : "it"}` : "";
}

function isTemplateFinding(finding) {
  return !finding.checker || finding.checker.startsWith("checker-template") || !finding.message;
}

function sortFindings(findings) {
  return [...(findings ?? [])].sort(
    (a, b) => parameterRank(a.parameter) - parameterRank(b.parameter),
  );
}

function oneFinding(finding, template) {
  const parameter = parameterOf(finding.parameter);
  const name = clean(finding.parameter);
  if (!isTemplateFinding(finding)) {
    return [{ strong: clean(finding.message) }, { text: ` (${clean(finding.checker)})` }];
  }
  const [have, expect] = formatPair(parameter, finding.have, finding.expect);
  const seen = evidence(template);
  const tail = seen ? [{ text: " " }, { text: seen, minor: true }] : [];
  if (isAbsent(finding.have)) {
    return [
      { strong: `${name} is not in the header` },
      { text: `, template ${accepted(parameter, expect, finding.expect)}` },
      ...tail,
    ];
  }
  if (parameter.kind === "sign" && `${have}${expect}`.includes("positive")) {
    return [
      { strong: `Phase encoding is reversed: ${have}` },
      { text: `, template ${expect}` },
      ...tail,
    ];
  }
  return [
    { strong: `${name} is ${spoken(parameter, have, finding.have)}` },
    {
      text: isAbsent(finding.expect)
        ? ""
        : `, template ${accepted(parameter, expect, finding.expect)}`,
    },
    ...tail,
  ];
}

/** The sentence for findings: parts {strong} or {text}; minor ones go where it is tight. */
export function findingsSentence(findings, template) {
  const sorted = sortFindings(findings);
  if (sorted.length === 0) {
    return [];
  }
  if (sorted.length === 1) {
    return oneFinding(sorted[0], template);
  }
  const parts = [{ strong: `${sorted.length} parameters differ:` }];
  sorted.slice(0, 2).forEach((finding, index) => {
    if (!isTemplateFinding(finding)) {
      parts.push({ text: index ? ", " : " " }, ...oneFinding(finding));
      return;
    }
    const parameter = parameterOf(finding.parameter);
    const [have, expect] = formatPair(parameter, finding.have, finding.expect).map(shortened);
    const value = isAbsent(finding.have) ? "absent" : have;
    parts.push({ text: index ? ", " : " " }, { strong: `${clean(finding.parameter)} ${value}` });
    parts.push({ text: isAbsent(finding.expect) ? "" : ` (${index ? "" : "template "}${expect})` });
  });
  if (sorted.length > 2) {
    parts.push({ text: ` and ${sorted.length - 2} more` });
  }
  return parts;
}

/** "from 1300 to 2000 ms"; "" for texts too long to be compared by ear. */
function fromTo(name, change) {
  const parameter = parameterOf(name);
  const [to, from] = formatPair(parameter, change.to, change.from);
  if (parameter.kind === "words" && to.length + from.length > LONG) {
    return "";
  }
  const before =
    parameter.unit && from.endsWith(parameter.unit) && to.endsWith(parameter.unit)
      ? from.slice(0, -parameter.unit.length)
      : from;
  const quote = (text, value) => (isAbsent(value) ? "absent" : spoken(parameter, text, value));
  return `from ${quote(before, change.from)} to ${quote(to, change.to)}`;
}

/** "TR went from 1300 to 2000 ms at image 46" */
export function changesSentence(changes) {
  const names = Object.keys(changes).sort((a, b) => parameterRank(a) - parameterRank(b));
  const instance = changes[names[0]].instance;
  const where = isAbsent(instance) ? "" : ` at image ${clean(instance)}`;
  if (names.length === 1) {
    const how = fromTo(names[0], changes[names[0]]);
    return [{ strong: `${clean(names[0])} ${how ? `went ${how}` : "changed"}` }, { text: where }];
  }
  const parts = [{ strong: `${names.length} parameters changed:` }];
  names.slice(0, 2).forEach((name, index) => {
    parts.push({ text: index ? ", " : " " });
    parts.push({ strong: `${clean(name)} ${fromTo(name, changes[name])}`.trim() });
  });
  parts.push({ text: (names.length > 2 ? ` and ${names.length - 2} more` : "") + where });
  return parts;
}

/** What was compared, without what the template was looked up by. */
export function comparedNames(content) {
  const { compared, input, template } = content ?? {};
  const names = Array.isArray(compared)
    ? compared
    : PARAMETERS.map(({ name }) => name).filter(
        (name) => !isAbsent(input?.[name]) && !isAbsent(template?.[name]),
      );
  return names.filter((name) => !LOOKED_UP.has(name));
}

export function conformsSentence(content) {
  const count = comparedNames(content).length;
  const seen = evidence(content?.template);
  const what = count === 1 ? "The one parameter compared is" : `All ${count} parameters`;
  return [
    { text: count ? `${what} as in the template` : "As in the template" },
    ...(seen ? [{ text: " " }, { text: seen, minor: true }] : []),
  ];
}

/** Why images are not compared, in the daemon's words. */
function notCheckedReason(content) {
  return clean(content?.reason ?? "");
}

/** Why a parameter of the table was not compared. */
export function notComparedReason(name, content) {
  if (isAbsent(content?.input?.[name])) {
    return ABSENT_LIVE.has(name) ? "not sent live" : "not in the header";
  }
  const hasTemplate = Object.keys(content?.template ?? {}).length > 0;
  return hasTemplate && isAbsent(content.template[name]) ? "not in the template" : "not compared";
}

export function plural(count, one, many) {
  return `${count} ${count === 1 ? one : many}`;
}

/** "42 s", "6 min", "3 h" */
export function duration(ms) {
  const seconds = Math.max(0, Math.round(ms / 1000));
  if (seconds < 120) {
    return `${seconds} s`;
  }
  const minutes = Math.floor(seconds / 60);
  const hours = Math.floor(minutes / 60);
  return minutes < 120 ? `${minutes} min` : hours < 48 ? `${hours} h` : `${Math.floor(hours / 24)} days`;
}

/** How late a verdict was on this screen; "" where nobody knows when the image was written. */
export function delayText({ shown, judged }) {
  const ms = shown - judged;
  if (judged === null || !Number.isFinite(ms) || ms < -1000) {
    return ""; // the clocks of the two hosts differ
  }
  const seconds = `${(ms / 1000).toFixed(ms < 95 ? 2 : 1)} s`;
  const delay = ms < 10 ? "less than 0.01 s" : ms < 9950 ? seconds : duration(ms);
  return `Verdict shown ${delay} after the image was written`;
}

/** Clock of the daemon's own time zone: hours and minutes, with seconds if asked. */
export function clockTime(ms, zoneMinutes, seconds = false) {
  const local = new Date(ms + zoneMinutes * 60000);
  const end = seconds ? 19 : 16;
  return Number.isFinite(local.getTime()) ? local.toISOString().slice(11, end) : "–";
}

/** ISO date of the daemon's own time zone. */
export function calendarDate(ms, zoneMinutes) {
  const local = new Date(ms + zoneMinutes * 60000);
  return Number.isFinite(local.getTime()) ? local.toISOString().slice(0, 10) : "–";
}

/** "20260914" of a file becomes 2026-09-14. */
export function isoDate(text) {
  return clean(text).replace(/^(\d{4})(\d\d)(\d\d)$/, "$1-$2-$3");
}

// ---- what is said of a station and its series -------------------------------------------------

const WORDS = {
  "conforms": "Conforms",
  "deviates": "Deviates",
  "changed": "Changed",
  "incomplete": "Incomplete",
  "stalled": "Stalled",
  "silent": "Silent",
  "unreadable": "Unreadable",
  "no-template": "No template",
  "warns": "Check",
  "not-checked": "Not checked",
  "waiting": "Waiting",
  "loading": "Loading",
  "lost": "Not live",
};

export function wordOf(state) {
  return WORDS[state] ?? clean(state);
}

/** The name of a series as the console shows it: "12 RewardedAnti2". */
export function seriesTitle(series) {
  return (
    [series.number ?? "", series.name].map(clean).filter(Boolean).join(" ") || "Series without name"
  );
}

function label(series) {
  return series.number === null ? clean(series.name) : clean(series.number);
}

function namesOf(series) {
  const names = series.changes
    ? Object.keys(series.changes)
    : sortFindings(series.content?.findings).map((finding) => finding.parameter);
  const unique = [...new Set(names)].sort((a, b) => parameterRank(a) - parameterRank(b));
  return unique.map(clean).join(", ");
}

/** "46 of 420 images" */
export function imagesText({ count, expected }) {
  return expected >= count ? `${count} of ${expected} images` : plural(count, "image", "images");
}

const ANSWERS = {
  repeat: "To be repeated",
  unwell: "Kept: subject unwell",
  agreed: "Kept: physicist agreed",
  other: "Kept: another reason",
};

/** What somebody answered to a deviation. Never in their own words: visitors see some screens. */
export function answerText({ acknowledged }) {
  return ANSWERS[acknowledged.answer] ?? "Kept";
}

function withNames(word, series) {
  const names = namesOf(series);
  return names ? `${word}: ${names}` : word;
}

/** "Series 12", or its name where it has no number. */
function named(series) {
  return series.number === null ? clean(series.name) : `Series ${clean(series.number)}`;
}

/** The verdict in a row of the list. */
export function rowText(series, fate) {
  const state = stateOf(series);
  const parts = [];
  if (needsAct(state)) {
    const past = fate.repeatedBy || fate.ended;
    const word = state === "deviates" && past ? "Deviated" : wordOf(state);
    parts.push(state === "incomplete" ? `${word}: ${imagesText(series)}` : withNames(word, series));
    if (series.incomplete && state !== "incomplete") {
      parts.push(`incomplete, ${imagesText(series)}`);
    }
    if (fate.repeatedBy) {
      parts.push(`repeated as ${label(fate.repeatedBy)}`);
    } else if (isAnswered(series)) {
      const answer = answerText(series);
      parts.push(answer[0].toLowerCase() + answer.slice(1));
    } else if (fate.ended) {
      parts.push("not repeated");
    }
  } else if (state === "stalled") {
    parts.push(`Stalled after ${imagesText(series)}`);
  } else if (state === "conforms") {
    parts.push("Conforms");
  } else if (state === "warns") {
    parts.push(withNames("Check", series));
  } else if (state === "not-checked") {
    const reason = notCheckedReason(series.content);
    parts.push(reason ? `Not checked: ${reason}` : "Not checked");
  } else {
    parts.push(wordOf(state));
  }
  if (fate.repeats) {
    parts[0] += `, repeats ${label(fate.repeats)}`;
  }
  if (series.unreadable > 0) {
    parts.push(plural(series.unreadable, "file unreadable", "files unreadable"));
  }
  if (isLate(series)) {
    parts.push(`read ${duration(series.last - series.written)} late`);
  } else if (series.missed) {
    parts.push("while not live");
  }
  return parts.join("; ");
}

function unreadableSentence(fault) {
  const what =
    fault.count > 1 ? `${fault.count} files could not be read` : "A file could not be read";
  return [{ strong: what }, { text: fault.text ? `: ${clean(fault.text)}` : "" }];
}

function waitingSentence({ shown, name }, zoneMinutes) {
  if (!shown) {
    return [
      { text: name ? `No image from ${clean(name)} yet` : "Connected. No image has arrived yet" },
    ];
  }
  const since = `Connected, no image since ${clockTime(lastImage(shown), zoneMinutes)}`;
  const last = {
    "conforms": ". The last series conforms",
    "no-template": ". The last series has no template",
  };
  return [{ text: since + (last[stateOf(shown)] ?? "") }];
}

function stalledSentence({ shown, now }) {
  const gap = Number.isFinite(shown.gap) ? formatNumber(Number(shown.gap.toPrecision(2))) : null;
  return [
    { strong: `No image for ${duration(now - shown.last)}` },
    { text: gap === null ? "" : ` (one every ${gap} s until then)` },
  ];
}

function silentSentence({ shown, now }, zoneMinutes) {
  const last = lastImage(shown);
  const ended = shown.phase === "ended" ? "ended " : "";
  return [
    { strong: `No image for ${duration(now - last)}.` },
    { text: ` Last: ${named(shown).toLowerCase()}, ${ended}${clockTime(last, zoneMinutes)}` },
  ];
}

/** The banner's sentence, in parts as of words.js. */
export function sentenceOf(judged, zoneMinutes) {
  const { state, shown } = judged;
  const content = shown?.content;
  switch (state) {
    case "waiting":
      return waitingSentence(judged, zoneMinutes);
    case "incomplete":
      return [{ strong: `${named(shown)} ended after ${imagesText(shown)}` }];
    case "stalled":
      return stalledSentence(judged);
    case "silent":
      return silentSentence(judged, zoneMinutes);
    case "unreadable":
      return unreadableSentence(faultOf(judged));
    case "changed":
      return changesSentence(shown.changes);
    case "conforms":
      return conformsSentence(content);
    case "no-template":
      return [{ text: "Nothing to compare with: first time in this project" }];
    case "not-checked": {
      const reason = notCheckedReason(content);
      return [{ text: reason ? `Not compared: ${reason}` : "These images are not compared" }];
    }
    default: {
      const parts = findingsSentence(content?.findings, content?.template);
      return parts.length ? parts : [{ text: wordOf(state) }];
    }
  }
}

/** What to do now, or what was answered, in one line; "" where nothing is. */
export function actionOf(judged, zoneMinutes) {
  const { state, shown, fates } = judged;
  if (needsAct(state)) {
    if (isAnswered(shown)) {
      const when = clockTime(Date.parse(shown.acknowledged.time), zoneMinutes);
      return `${answerText(shown)}, ${when}`;
    }
    const open = fates.get(shown.key).open;
    const which = shown.number === null ? "this series" : `series ${clean(shown.number)}`;
    return open ? `Repeat ${which} before the subject leaves` : "";
  }
  return (
    {
      "stalled": "Look at the scanner: stopped or lagging?",
      "silent": "Is the scanner still sending?",
      "unreadable": "Tell the administrator if it happens again",
      "no-template": "Check it against the printed protocol",
      "warns": "Compare with the printed protocol",
    }[state] ?? ""
  );
}

/** "1 open: series 12." */
export function openText(open) {
  return `${open.length} open: series ${open.map(label).join(", ")}.`;
}

/** For the strip of another scanner: "Also open at MRC45012: series 12". */
export function alsoOpenText(station, open) {
  return `Also open at ${clean(station)}: series ${open.map(label).join(", ")}`;
}

/** "Still open: series 12, TR." and what to do about it. */
export function stillOpenText(open) {
  const what = (series) =>
    stateOf(series) === "incomplete" ? imagesText(series) : namesOf(series);
  const parts = open.map((series) => [label(series), what(series)].filter(Boolean).join(", "));
  const which = open.length === 1 ? "it" : "them";
  return {
    strong: `Still open: series ${parts.join("; ")}.`,
    text: ` Repeat ${which} before the subject leaves`,
  };
}

/** What is counted of a session, in this order. */
const COUNTED = [
  ["conforms", "conforms", "conform"],
  ["deviates", "deviates", "deviate"],
  ["changed", "changed", "changed"],
  ["incomplete", "incomplete", "incomplete"],
  ["stalled", "stalled", "stalled"],
  ["warns", "to check", "to check"],
  ["no-template", "without template", "without template"],
  ["not-checked", "not checked", "not checked"],
];

/** How a deviation was dealt with: "7 repeated as 10"; "" where it was not. */
function settledText(series, { repeatedBy }) {
  if (repeatedBy) {
    return `${label(series)} repeated as ${label(repeatedBy)}`;
  }
  if (!needsAct(stateOf(series)) || !isAnswered(series)) {
    return "";
  }
  return `${label(series)} ${series.acknowledged.answer === "repeat" ? "to be repeated" : "kept"}`;
}

/** "12 series since 13:40: 9 conform, 2 deviate (7 repeated as 10), 1 without template" */
export function sessionText(judged, zoneMinutes) {
  const { session, fates } = judged;
  if (!session) {
    return "";
  }
  const parts = COUNTED.map(([state, one, many]) => {
    const counted = session.series.filter((series) => stateOf(series) === state);
    const fate = counted.map((series) => settledText(series, fates.get(series.key)));
    const settled = fate.filter(Boolean).join(", ");
    return counted.length
      ? plural(counted.length, one, many) + (settled ? ` (${settled})` : "")
      : "";
  }).filter(Boolean);
  const since = clockTime(session.started, zoneMinutes);
  return `${session.series.length} series since ${since}: ${parts.join(", ")}`;
}
