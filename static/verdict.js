// SPDX-License-Identifier: Apache-2.0
// What the page makes of a station: which series the banner shows, what is open, and in which words.
import {
  changesSentence, clean, clockTime, conformsSentence, findingsSentence, notCheckedReason,
  parameterRank, plural, sortFindings,
} from "./words.js";

const RUNNING = 60000; // ms without an image until a series counts as ended
const WAITING = 600000; // … until the station counts as waiting
const SESSION = 1800000; // … until a session has ended
const FRESH_FAULT = 60000; // how long an unreadable file is the verdict of a series that conforms

const WORDS = {
  "conforms": "Conforms", "deviates": "Deviates", "changed": "Changed", "unreadable": "Unreadable",
  "no-template": "No template", "warns": "Check", "not-checked": "Not checked",
  "waiting": "Waiting", "loading": "Loading", "lost": "Not live",
};

/** Rank in the banner: higher goes first. */
const RANKS = {
  "deviates": 7, "changed": 7, "unreadable": 5, "warns": 4, "no-template": 3, "conforms": 2,
  "not-checked": 1, "waiting": 0, "loading": 0, "lost": 0,
};

export function wordOf(state) {
  return WORDS[state] ?? clean(state);
}

export function rankOf(state) {
  return RANKS[state] ?? 0;
}

export function needsAct(state) {
  return state === "deviates" || state === "changed";
}

/** The state of a series by itself, whatever came later. */
export function stateOf(series) {
  if (series.changes && Object.keys(series.changes).length > 0) {
    return "changed";
  }
  return series.status in WORDS ? series.status : "not-checked";
}

function sameName(a, b) {
  return a.name.trim().toLowerCase() === b.name.trim().toLowerCase();
}

/** Groups series, oldest first, into sessions: by study, else by half an hour of silence. */
function sessionsOf(ordered) {
  const sessions = [];
  const byStudy = new Map();
  for (const series of ordered) {
    const previous = sessions.at(-1);
    let session = series.study ? byStudy.get(series.study) : null;
    if (!session && !series.study && previous && series.started - previous.last < SESSION) {
      session = previous;
    }
    if (!session) {
      session = { series: [], last: 0, started: series.started };
      sessions.push(session);
      if (series.study) {
        byStudy.set(series.study, session);
      }
    }
    session.series.push(series);
    session.last = Math.max(session.last, series.last);
  }
  return sessions;
}

/** For each deviating series of a session, the later one of the same name that conforms. */
function repeatsOf(session) {
  const repeatedBy = new Map();
  const repeats = new Map();
  session.series.forEach((series, index) => {
    if (!needsAct(stateOf(series))) {
      return;
    }
    const later = session.series.slice(index + 1)
      .find((other) => sameName(series, other) && stateOf(other) === "conforms");
    if (later) {
      repeatedBy.set(series.key, later);
      repeats.set(later.key, series);
    }
  });
  return { repeatedBy, repeats };
}

function byStart(a, b) {
  return a.started - b.started || Number(a.number ?? 0) - Number(b.number ?? 0);
}

function label(series) {
  return series.number === null ? clean(series.name) : clean(series.number);
}

function pickShown(running, ordered, repeatedBy, now) {
  const rank = (series) => (repeatedBy.has(series.key) ? RANKS.conforms : rankOf(momentary(series, now)));
  let best = null;
  for (const series of running) {
    if (!best || rank(series) >= rank(best)) {
      best = series; // within a rank the latest first image: running is oldest first
    }
  }
  return best ?? ordered.at(-1) ?? null;
}

/** The state of a series with its last bad file, which shows for a while when all else conforms. */
function momentary(series, now) {
  const state = stateOf(series);
  const fresh = series.fault && now - series.fault.at < FRESH_FAULT;
  return state === "conforms" && fresh ? "unreadable" : state;
}

/**
 * Everything that the views need to know of a station at a moment:
 * state, shown, running (of shown), ordered (oldest first), sessions, session (the newest), open.
 */
export function judge(station, now) {
  const ordered = [...station.series.values()].sort(byStart);
  const sessions = sessionsOf(ordered);
  const session = sessions.at(-1) ?? null;
  const over = !session || now - session.last >= SESSION;
  const fates = new Map();
  let open = [];
  for (const one of sessions) {
    const { repeatedBy, repeats } = repeatsOf(one);
    const ended = one !== session || over;
    for (const series of one.series) {
      const act = needsAct(stateOf(series));
      const fate = {
        session: one,
        ended,
        running: now - series.last < RUNNING,
        repeatedBy: repeatedBy.get(series.key) ?? null,
        repeats: repeats.get(series.key) ?? null,
      };
      fate.open = act && !fate.repeatedBy && !ended;
      fates.set(series.key, fate);
    }
    open = one.series.filter((series) => fates.get(series.key).open);
  }
  // a new study ends the session before it, however lately that had an image
  const running = (session?.series ?? []).filter((series) => fates.get(series.key).running);
  const repeatedBy = new Map([...fates].filter(([, fate]) => fate.repeatedBy));
  const shown = pickShown(running, ordered, repeatedBy, now);
  const judged = { name: station.name, station, ordered, sessions, session, over, fates, open, shown };
  judged.running = running.length > 0;
  judged.state = stationState(judged, now);
  return judged;
}

function stationState({ shown, station }, now) {
  const fault = station.unreadable;
  const fresh = fault && fault.key === null && now - fault.at < FRESH_FAULT;
  if (!shown) {
    return fresh ? "unreadable" : "waiting";
  }
  if (fresh && now - shown.last >= RUNNING) {
    return "unreadable";
  }
  return now - shown.last >= WAITING ? "waiting" : momentary(shown, now);
}

/** The loudest of a station: an open series outranks what is being scanned. For tab, title, icon. */
export function loudestOf(judged) {
  return judged.open.length > 0 ? stateOf(judged.open.at(-1)) : judged.state;
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
  const what = fault.count > 1 ? `${fault.count} files could not be read` : "A file could not be read";
  return [{ strong: what }, { text: fault.text ? `: ${clean(fault.text)}` : "" }];
}

function waitingSentence({ shown, name }, zoneMinutes) {
  if (!shown) {
    return [{ text: name ? `No image from ${clean(name)} yet` : "Connected. No image has arrived yet" }];
  }
  const since = `Connected, no image since ${clockTime(shown.last, zoneMinutes)}`;
  const last = { "conforms": ". The last series conforms", "no-template": ". The last series has no template" };
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
  return {
    "unreadable": "Tell the administrator if it happens again",
    "no-template": "Check it against the printed protocol",
    "warns": "Compare with the printed protocol",
  }[state] ?? "";
}

/** "1 open: series 12." */
export function openText(open) {
  return `${open.length} open: series ${open.map(label).join(", ")}.`;
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
  const count = { conforms: 0, warns: 0, deviates: 0, changed: 0, "no-template": 0, "not-checked": 0 };
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
  ].filter(([number]) => number > 0).map(([, text]) => text);
  if (repeated.length) {
    const at = count.deviates ? parts.findIndex((part) => part.includes("deviate")) : 0;
    parts[at < 0 ? 0 : at] += ` (${repeated.join(", ")})`;
  }
  const since = clockTime(session.started, zoneMinutes);
  return `${session.series.length} series since ${since}: ${parts.join(", ")}`;
}
