// SPDX-License-Identifier: Apache-2.0
// What is said of a station and its series: word, sentence, action, row, session.
import { needsAct, stateOf } from "./verdict.js";
import {
  changesSentence,
  clean,
  clockTime,
  conformsSentence,
  findingsSentence,
  notCheckedReason,
  parameterRank,
  plural,
  sortFindings,
} from "./words.js";

const WORDS = {
  "conforms": "Conforms",
  "deviates": "Deviates",
  "changed": "Changed",
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

function withNames(word, series) {
  const names = namesOf(series);
  return names ? `${word}: ${names}` : word;
}

/** The verdict in a row of the list. */
export function rowText(series, fate) {
  const state = stateOf(series);
  const parts = [];
  if (needsAct(state)) {
    const past = fate.repeatedBy || fate.ended;
    const word = state === "changed" ? "Changed" : past ? "Deviated" : "Deviates";
    parts.push(withNames(word, series));
    if (fate.repeatedBy) {
      parts.push(`repeated as ${label(fate.repeatedBy)}`);
    } else if (fate.ended) {
      parts.push("not repeated");
    }
  } else if (state === "conforms") {
    parts.push(fate.repeats ? `Conforms, repeats ${label(fate.repeats)}` : "Conforms");
  } else if (state === "warns") {
    parts.push(withNames("Check", series));
  } else if (state === "not-checked") {
    const reason = notCheckedReason(series.content);
    parts.push(reason ? `Not checked: ${reason}` : "Not checked");
  } else {
    parts.push(wordOf(state));
  }
  if (series.unreadable > 0) {
    parts.push(plural(series.unreadable, "file unreadable", "files unreadable"));
  }
  if (series.missed) {
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
  const since = `Connected, no image since ${clockTime(shown.last, zoneMinutes)}`;
  const last = {
    "conforms": ". The last series conforms",
    "no-template": ". The last series has no template",
  };
  return [{ text: since + (last[stateOf(shown)] ?? "") }];
}

/** The banner's sentence, in parts as of words.js. */
export function sentenceOf(judged, zoneMinutes) {
  const { state, shown, station } = judged;
  const content = shown?.content;
  switch (state) {
    case "waiting":
      return waitingSentence(judged, zoneMinutes);
    case "unreadable":
      return unreadableSentence(shown?.fault ?? station.unreadable);
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

/** What to do now, in one line; "" where nothing is. */
export function actionOf(judged) {
  const { state, shown, fates } = judged;
  if (needsAct(state)) {
    const open = fates.get(shown.key).open;
    const which = shown.number === null ? "this series" : `series ${clean(shown.number)}`;
    return open ? `Repeat ${which} before the subject leaves` : "";
  }
  return (
    {
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
  const parts = open.map((series) => [label(series), namesOf(series)].filter(Boolean).join(", "));
  const which = open.length === 1 ? "it" : "them";
  return {
    strong: `Still open: series ${parts.join("; ")}.`,
    text: ` Repeat ${which} before the subject leaves`,
  };
}

/** "12 series since 13:40: 9 conform, 2 deviate (7 repeated as 10), 1 without template" */
export function sessionText(judged, zoneMinutes) {
  const { session, fates } = judged;
  if (!session) {
    return "";
  }
  const count = {
    "conforms": 0,
    "warns": 0,
    "deviates": 0,
    "changed": 0,
    "no-template": 0,
    "not-checked": 0,
  };
  const repeated = [];
  for (const series of session.series) {
    count[stateOf(series)] = (count[stateOf(series)] ?? 0) + 1;
    const { repeatedBy } = fates.get(series.key);
    if (repeatedBy) {
      repeated.push(`${label(series)} repeated as ${label(repeatedBy)}`);
    }
  }
  const parts = [
    [count.conforms, plural(count.conforms, "conforms", "conform")],
    [count.deviates, plural(count.deviates, "deviates", "deviate")],
    [count.changed, `${count.changed} changed`],
    [count.warns, `${count.warns} to check`],
    [count["no-template"], `${count["no-template"]} without template`],
    [count["not-checked"], `${count["not-checked"]} not checked`],
  ]
    .filter(([number]) => number > 0)
    .map(([, text]) => text);
  if (repeated.length) {
    const at = count.deviates ? parts.findIndex((part) => part.includes("deviate")) : 0;
    parts[at < 0 ? 0 : at] += ` (${repeated.join(", ")})`;
  }
  const since = clockTime(session.started, zoneMinutes);
  return `${session.series.length} series since ${since}: ${parts.join(", ")}`;
}
