// SPDX-License-Identifier: Apache-2.0
// What the page makes of a station: which series the banner shows, and what is open.

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
