// SPDX-License-Identifier: Apache-2.0
// Stations and their series: what is known, in one plain object that messages change, and what the
// page makes of it: which series the banner shows, and what is open.

const HISTORY = 100; // series kept per station, unless /state brings more

export function createModel() {
  return { stations: new Map(), known: [], lostFiles: null };
}

/** The zone of an ISO 8601 time, in minutes east; null where it says none. */
export function zoneOf(time) {
  const match = /(?:Z|([+-])(\d\d):?(\d\d))$/.exec(time ?? "");
  if (!match) {
    return null;
  }
  return match[1] ? Number(match[1] + "1") * (Number(match[2]) * 60 + Number(match[3])) : 0;
}

/** A series' key of the daemon; a UID is none, for several may be of one series, one of several. */
function keyOf(series) {
  return series.key ?? [series.study, series.number, series.name, series.started].join("|");
}

/** A station's name with its capitals (ASCII, Latin 1) made small, as the daemon compares them. */
function folded(name) {
  return name.replace(/[A-Z\u00c0-\u00d6\u00d8-\u00de]/g, (letter) => letter.toLowerCase());
}

export function sameStation(a, b) {
  return folded(a ?? "") === folded(b ?? "");
}

/** The station called name, in any case of its letters; undefined: there is none. */
function findStation(stations, name) {
  return (
    stations.get(name) ?? [...stations.values()].find((station) => sameStation(station.name, name))
  );
}

/** The same, made where it is missing; name is how it is spelt from now on. */
function stationOf(model, name) {
  let station = findStation(model.stations, name);
  if (!station) {
    station = { name, series: new Map(), bound: HISTORY, unreadable: null, silent: null, idle: false };
  }
  if (!model.stations.has(name)) {
    model.stations.delete(station.name);
    model.stations.set(name, station);
    station.name = name;
  }
  return station;
}

function time(text) {
  const ms = Date.parse(text ?? "");
  return Number.isFinite(ms) ? ms : null;
}

/** Takes what a message says of a series; a count never falls, a status never improves. */
function note(station, facts, content, at) {
  const key = keyOf(facts);
  let series = station.series.get(key);
  if (!series) {
    series = { key, count: 0, content: null, changes: null, unreadable: 0, missed: false };
    station.series.set(key, series);
  }
  series.number = facts.number ?? series.number ?? null;
  series.name = facts.name ?? series.name ?? "";
  series.project = facts.project ?? series.project ?? "";
  series.study = facts.study ?? series.study ?? null;
  series.status = facts.status ?? content?.status ?? series.status ?? "not-checked";
  series.count = Math.max(series.count, facts.count ?? 0);
  series.expected = facts.expected ?? series.expected ?? null;
  series.last = Math.max(time(facts.last) ?? at, series.last ?? 0);
  series.written = time(facts.written) ?? series.written ?? null;
  series.started = Math.min(
    time(facts.started) ?? series.started ?? at,
    series.written ?? Infinity,
  );
  for (const name of ["phase", "gap", "incomplete", "repeats", "acknowledged"]) {
    series[name] = facts[name] === undefined ? (series[name] ?? null) : facts[name];
  }
  series.collected = facts.collected ?? series.collected ?? null;
  series.unreadable = facts.unreadable ?? series.unreadable; // less when a file is whole at last
  series.changes = changesOf(facts.changes) ?? series.changes;
  series.content = content ?? series.content;
  return series;
}

function changesOf(changes) {
  return changes && Object.keys(changes).length > 0 ? changes : null;
}

/** The oldest series leave when there are more than the daemon keeps. */
function trim(station) {
  while (station.series.size > station.bound) {
    let oldest = null;
    for (const series of station.series.values()) {
      if (!oldest || series.started < oldest.started) {
        oldest = series;
      }
    }
    station.series.delete(oldest.key);
  }
}

/**
 * Takes the answer of /state. afresh: the daemon was restarted, what it does not know is gone.
 * Returns how many series were new; they are marked as missed if missed is set.
 */
export function applyState(model, state, { afresh, missed, only, at }) {
  let came = 0;
  const former = model.stations;
  model.known = Object.keys(state);
  if (afresh) {
    model.stations = new Map();
  }
  for (const [name, entry] of Object.entries(state)) {
    if (only && !sameStation(name, only)) {
      continue;
    }
    const station = stationOf(model, name);
    station.silent = time(entry.silent);
    const history = (entry.history ?? []).filter((item) => item?.series);
    station.bound = Math.max(HISTORY, history.length + 1);
    const all = entry.series
      ? [...history, { series: entry.series, content: entry.content }]
      : history;
    for (const item of all) {
      const before = findStation(former, name)?.series.get(keyOf(item.series));
      const series = note(station, item.series, item.content ?? null, at);
      if (!before) {
        came += 1;
        series.missed = missed;
      } else if (before !== series) {
        const { unreadable, shown, judged } = before;
        Object.assign(series, { missed: before.missed, unreadable, shown, judged });
      }
      series.shown ??= at;
      series.judged ??= series.written;
    }
    trim(station);
  }
  return came;
}

/** A bad file is of the series that the daemon names, and else of none. */
function applyError(model, message, at) {
  const { file, message: text, count } = message.content ?? {};
  const fault = { file: String(file ?? ""), text: String(text ?? ""), count: count ?? 1, at };
  if (message.station === null || message.station === undefined) {
    model.lostFiles = fault;
    return;
  }
  const station = stationOf(model, message.station);
  station.silent = null;
  const series = message.series ? station.series.get(keyOf(message.series)) : null;
  station.unreadable = { ...fault, key: series?.key ?? null };
  if (series) {
    series.unreadable = message.series.unreadable ?? series.unreadable + 1;
    series.fault = { ...fault, count: series.unreadable };
  }
}

const IMAGES = new Set(["new", "update", "changed", "resumed"]);

/** What else an event says of its series, should its series object not say it. */
const IMPLIED = {
  stalled: () => ({ phase: "stalled" }),
  resumed: () => ({ phase: "running" }),
  ended: ({ content }) => ({ phase: "ended", incomplete: content?.incomplete }),
  acknowledged: ({ content, time: when }) => ({
    acknowledged: content?.answer ? { ...content, time: when } : null,
  }),
};

/** Takes one event of the daemon. shown: when it reached this page, on the daemon's clock. */
export function applyMessage(model, message, shown = null) {
  const at = time(message.time) ?? 0;
  const { type } = message;
  if (type === "error") {
    applyError(model, message, at);
    return;
  }
  const known = IMAGES.has(type) || type in IMPLIED || type === "silent";
  if (!known || (!message.series && type !== "silent")) {
    return;
  }
  const station = stationOf(model, String(message.station));
  if (IMAGES.has(type)) {
    station.silent = null;
    station.idle = false;
  } else if (type === "silent") {
    station.silent = time(message.content?.since);
    station.idle = station.silent === null; // the session has ended in silence
  }
  if (message.series) {
    applyFacts(station, message, at, shown);
    trim(station);
  }
}

function applyFacts(station, message, at, shown) {
  const verdict = message.type === "new" || message.type === "changed" ? message.content : null;
  const facts = { ...IMPLIED[message.type]?.(message), ...message.series };
  // only an image is news of when a series had its last one
  const series = note(station, facts, verdict, IMAGES.has(message.type) ? at : 0);
  if (verdict) {
    series.shown = shown ?? at;
    series.judged = series.written;
  }
  if (message.type === "changed") {
    const changes = verdict?.changes ?? message.changes ?? message.series.changes;
    series.changes = { ...series.changes, ...changes };
  }
}

// ---- what the page makes of it ----------------------------------------------------------------

const RUNNING = 60000; // ms without an image until a series counts as ended, if nobody tells
const LATE = 60000; // ms from the writing of an image to its check: a series is caught up, not live
const WAITING = 600000; // … until the station counts as waiting
const SESSION = 1800000; // … until a session has ended
const FRESH_FAULT = 60000; // how long an unreadable file is the verdict of a series that conforms

/** Rank in the banner: higher goes first. */
const RANKS = {
  "deviates": 7,
  "changed": 7,
  "incomplete": 7,
  "stalled": 6,
  "unreadable": 5,
  "warns": 4,
  "no-template": 3,
  "conforms": 2,
  "not-checked": 1,
  "silent": 0,
  "waiting": 0,
  "loading": 0,
  "lost": 0,
};

const ANSWERED = 4.5; // above all that needs no act, below all that does

function rankOf(state) {
  return RANKS[state] ?? 0;
}

/** States that stay open until somebody has dealt with them. */
export function needsAct(state) {
  return rankOf(state) === RANKS.deviates;
}

/** States that call at once: read out, and first in the title. */
export function isUrgent(state) {
  return needsAct(state) || state === "stalled" || state === "lost";
}

/** The state of a series by itself, whatever came later. */
export function stateOf(series) {
  if (series.changes && Object.keys(series.changes).length > 0) {
    return "changed";
  }
  if (series.status === "deviates") {
    return "deviates";
  }
  if (series.incomplete) {
    return "incomplete";
  }
  if (series.phase === "stalled") {
    return "stalled";
  }
  return series.status in RANKS ? series.status : "not-checked";
}

export function isAnswered(series) {
  return Boolean(series.acknowledged?.answer);
}

/** Its newest image was checked long after it was written: what is seen here is the past. */
export function isLate(series) {
  return series.written !== null && series.last - series.written >= LATE;
}

/** When the scanner last made an image of a series, as far as anybody knows. */
export function lastImage(series) {
  return isLate(series) ? series.written : series.last;
}

function isRunning(series, now) {
  if (series.phase) {
    return series.phase !== "ended" && !isLate(series);
  }
  return now - lastImage(series) < RUNNING;
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
    session.last = Math.max(session.last, lastImage(series));
  }
  return sessions;
}

/**
 * For each series of a session that needs an act, the later one that conforms and is its repeat:
 * the daemon says so, or it has the same name.
 */
function repeatsOf(session) {
  const repeatedBy = new Map();
  const repeats = new Map();
  const byKey = new Map(session.series.map((series) => [series.key, series]));
  const told = (series) => (series.repeats ? byKey.get(series.repeats.key) : null);
  session.series.forEach((series, index) => {
    const earlier = told(series);
    if (earlier) {
      repeats.set(series.key, earlier);
    }
    if (!needsAct(stateOf(series))) {
      return;
    }
    const later = session.series
      .slice(index + 1)
      .find(
        (other) =>
          (told(other) === series || sameName(series, other)) && stateOf(other) === "conforms",
      );
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

function pickShown(running, ordered, repeatedBy, now) {
  const rank = (series) => {
    const own = rankOf(momentary(series, now));
    if (repeatedBy.has(series.key)) {
      return RANKS.conforms;
    }
    return isAnswered(series) ? Math.min(own, ANSWERED) : own;
  };
  let best = null;
  for (const series of running) {
    if (!best || rank(series) >= rank(best)) {
      best = series; // within a rank the latest first image: running is oldest first
    }
  }
  return best ?? ordered.at(-1) ?? null;
}

function isFresh(fault, now) {
  return Boolean(fault) && now - fault.at < FRESH_FAULT;
}

/** The state of a series with its last bad file, which shows for a while when all else conforms. */
function momentary(series, now) {
  const state = stateOf(series);
  return state === "conforms" && isFresh(series.fault, now) ? "unreadable" : state;
}

/** The bad file that a station's state "unreadable" is about: its shown series', or nobody's. */
export function faultOf({ shown, station, now }) {
  return isFresh(shown?.fault, now) ? shown.fault : station.unreadable;
}

/** Whether a station's newest session has ended: the daemon tells, as long as it knows. */
function isOver({ silent, idle }, session, now) {
  return idle || (silent === null && now - session.last >= SESSION); // silent: of an open session
}

/**
 * Everything that the views need to know of a station at a moment:
 * state, shown, running (of shown), ordered (oldest first), sessions, session (the newest), open.
 */
export function judge(station, now) {
  const ordered = [...station.series.values()].sort(byStart);
  const sessions = sessionsOf(ordered);
  const session = sessions.at(-1) ?? null;
  const over = !session || isOver(station, session, now);
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
        running: !ended && isRunning(series, now),
        repeatedBy: repeatedBy.get(series.key) ?? null,
        repeats: repeats.get(series.key) ?? null,
      };
      fate.open = act && !fate.repeatedBy && !ended && !isAnswered(series);
      fates.set(series.key, fate);
    }
    open = one.series.filter((series) => fates.get(series.key).open);
  }
  // a new study ends the session before it, however lately that had an image
  const running = (session?.series ?? []).filter((series) => fates.get(series.key).running);
  const repeatedBy = new Map([...fates].filter(([, fate]) => fate.repeatedBy));
  const shown = pickShown(running, ordered, repeatedBy, now);
  const judged = {
    name: station.name,
    station,
    now,
    ordered,
    sessions,
    session,
    over,
    fates,
    open,
    shown,
  };
  judged.running = running.length > 0;
  judged.state = stationState(judged, now);
  return judged;
}

function stationState({ shown, station, fates, over }, now) {
  const fresh = station.unreadable?.key === null && isFresh(station.unreadable, now);
  if (!shown) {
    return fresh ? "unreadable" : "waiting";
  }
  const age = now - lastImage(shown);
  if (fresh && age >= RUNNING) {
    return "unreadable";
  }
  const { open, running } = fates.get(shown.key);
  const own = momentary(shown, now);
  const state = own === "conforms" && fresh ? "unreadable" : own; // nobody's may be its own
  if (station.silent !== null) {
    return open || state === "stalled" ? state : "silent"; // until the session ends: never calm
  }
  return over || (age >= WAITING && !running) ? "waiting" : state;
}

/** The loudest of a station, for tab, title and icon: an open series outranks what runs. */
export function loudestOf(judged) {
  return judged.open.length > 0 ? stateOf(judged.open.at(-1)) : judged.state;
}
