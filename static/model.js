// SPDX-License-Identifier: Apache-2.0
// What is known: stations and their series, in one plain object that messages change.

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
