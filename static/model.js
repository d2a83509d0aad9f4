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

function keyOf(series) {
  return series.uid || [series.study, series.number, series.name, series.started].join("|");
}

function stationOf(model, name) {
  let station = model.stations.get(name);
  if (!station) {
    station = { name, series: new Map(), bound: HISTORY, unreadable: null };
    model.stations.set(name, station);
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
  series.started = time(facts.started) ?? series.started ?? at;
  series.last = Math.max(time(facts.last) ?? at, series.last ?? 0);
  series.collected = facts.collected ?? series.collected ?? null;
  series.unreadable = Math.max(series.unreadable, facts.unreadable ?? 0);
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
    if (only && name !== only) {
      continue;
    }
    const station = stationOf(model, name);
    const history = (entry.history ?? []).filter((item) => item?.series);
    station.bound = Math.max(HISTORY, history.length + 1);
    const all = entry.series
      ? [...history, { series: entry.series, content: entry.content }]
      : history;
    for (const item of all) {
      const before = former.get(name)?.series.get(keyOf(item.series));
      const series = note(station, item.series, item.content ?? null, at);
      if (!before) {
        came += 1;
        series.missed = missed;
      } else if (before !== series) {
        series.missed = before.missed;
        series.unreadable = before.unreadable;
      }
    }
    trim(station);
  }
  return came;
}

function applyError(model, message, at) {
  const { file, message: text, count } = message.content ?? {};
  const fault = { file: String(file ?? ""), text: String(text ?? ""), count: count ?? 1, at };
  if (message.station === null || message.station === undefined) {
    model.lostFiles = fault;
    return;
  }
  const station = stationOf(model, message.station);
  const named = message.series ? station.series.get(keyOf(message.series)) : null;
  const series = named ?? newestOf(station, at);
  station.unreadable = { ...fault, key: series?.key ?? null };
  if (series) {
    series.unreadable = Math.max(series.unreadable, message.series?.unreadable ?? 1);
    series.fault = { ...fault, count: series.unreadable };
  }
}

function newestOf(station, at) {
  let newest = null;
  for (const series of station.series.values()) {
    if (at - series.last < 60000 && (!newest || series.last > newest.last)) {
      newest = series;
    }
  }
  return newest;
}

/** Takes one event of the daemon. */
export function applyMessage(model, message) {
  const at = time(message.time) ?? 0;
  if (message.type === "error") {
    applyError(model, message, at);
    return;
  }
  if (!["new", "update", "changed"].includes(message.type) || !message.series) {
    return;
  }
  const station = stationOf(model, String(message.station));
  const result = message.type === "update" ? null : message.content;
  const series = note(station, message.series, result, at);
  if (message.type === "changed") {
    const changes = result?.changes ?? message.changes ?? message.series.changes;
    series.changes = { ...series.changes, ...changes };
  }
  trim(station);
}

// ---- what the page makes of it ----------------------------------------------------------------

const RUNNING = 60000; // ms without an image until a series counts as ended
const WAITING = 600000; // … until the station counts as waiting
const SESSION = 1800000; // … until a session has ended
const FRESH_FAULT = 60000; // how long an unreadable file is the verdict of a series that conforms

/** Rank in the banner: higher goes first. */
const RANKS = {
  "deviates": 7,
  "changed": 7,
  "unreadable": 5,
  "warns": 4,
  "no-template": 3,
  "conforms": 2,
  "not-checked": 1,
  "waiting": 0,
  "loading": 0,
  "lost": 0,
};

function rankOf(state) {
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
  return series.status in RANKS ? series.status : "not-checked";
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
    const later = session.series
      .slice(index + 1)
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

function pickShown(running, ordered, repeatedBy, now) {
  const rank = (series) =>
    repeatedBy.has(series.key) ? RANKS.conforms : rankOf(momentary(series, now));
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
  const judged = {
    name: station.name,
    station,
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

/** The loudest of a station, for tab, title and icon: an open series outranks what runs. */
export function loudestOf(judged) {
  return judged.open.length > 0 ? stateOf(judged.open.at(-1)) : judged.state;
}
