// SPDX-License-Identifier: Apache-2.0
// The way to the daemon: one websocket, /state to fill what it cannot tell, and how live we are;
// and what the daemon says of itself in /healthz.
import { clean } from "./words.js";

const LATE = 7000; // ms without a message: the daemon sends one every 5 s at least
const LOST = 12000;
const CLOSED = 1000; // after a closed socket
const LOADING = 2000;
const FETCH = 5000; // time limit of /state
const DELAYS = [500, 1000, 2000, 4000, 5000];
const NOTICE = 60000; // how long the page tells of a reconnect

/**
 * environment: {open(): socket, fetchState(): Promise<{epoch, seq, state}>, now(): ms,
 *   setTimer(f, ms), clearTimer(id), random()}
 * handlers: {message(object), state(object, {afresh, missed}): count of new series, heard(),
 *   changed()}
 * filtered: only one station's events come, so that station_seq tells of gaps.
 */
export function createConnection({ environment, handlers, filtered }) {
  const link = {
    phase: "loading",
    socket: null,
    attempt: 0,
    timer: null,
    nextTry: null,
    born: environment.now(),
    heardAt: null,
    openedAt: 0,
    brokenAt: null,
    live: false,
    everLive: false,
    hatched: false,
    hello: {},
    epoch: null,
    seq: 0,
    gapSeq: null,
    held: null,
    fill: 0,
    failure: null,
    notice: null,
    offset: 0,
    zoneTime: null,
  };
  const { now } = environment;

  function heard() {
    link.heardAt = now();
    handlers.heard();
  }

  function open() {
    link.timer = null;
    link.nextTry = null;
    link.openedAt = now();
    const socket = environment.open();
    link.socket = socket;
    socket.onmessage = (event) => link.socket === socket && receive(event.data);
    socket.onclose = () => link.socket === socket && closed();
    handlers.changed();
  }

  function closed() {
    link.socket = null;
    link.held = null;
    link.fill += 1;
    link.brokenAt ??= now();
    link.live = false;
    environment.setTimer(handlers.changed, CLOSED);
    if (!link.timer) {
      const delay = DELAYS[Math.min(link.attempt, DELAYS.length - 1)];
      const jittered = delay * (0.8 + 0.4 * environment.random());
      link.attempt += 1;
      link.nextTry = now() + jittered;
      link.timer = environment.setTimer(open, jittered);
    }
    handlers.changed();
  }

  /** Gives the socket up; the next try is at its time. */
  function drop() {
    const socket = link.socket;
    if (socket) {
      closed();
      socket.onmessage = socket.onclose = null;
      socket.close();
    }
  }

  function receive(data) {
    let message;
    try {
      message = JSON.parse(data);
    } catch {
      return;
    }
    if (message === null || typeof message !== "object") {
      return;
    }
    heard();
    if (message.type === "hello") {
      setClock(message);
      greet(message);
    } else if (message.type === "alive") {
      setClock(message);
      checkAlive(message);
    } else if (typeof message.seq === "number") {
      take(message);
    }
    handlers.changed();
  }

  function setClock({ time }) {
    const sent = Date.parse(time ?? "");
    if (Number.isFinite(sent)) {
      link.offset = sent - now();
      link.zoneTime = time;
    }
  }

  function greet({ content }) {
    link.attempt = 0;
    link.hello = content ?? {};
    catchUp(link.epoch === null ? "start" : "reconnect");
  }

  function checkAlive(message) {
    if (link.held || filtered) {
      return; // what we hold is not applied yet; of other stations we know nothing
    }
    if (message.epoch !== link.epoch || message.seq > link.seq) {
      catchUp("gap");
    }
  }

  function take(message) {
    if (link.held) {
      link.held.push(message);
    } else {
      apply(message);
    }
  }

  /** Where a message stands in the sequence that we watch; null: in none. */
  function position(message) {
    return filtered ? (message.station_seq ?? null) : message.seq;
  }

  function apply(message) {
    if (message.seq <= link.seq) {
      return;
    }
    const at = position(message);
    const gap = at !== null && link.gapSeq !== null && at > link.gapSeq + 1;
    link.seq = message.seq;
    link.gapSeq = at ?? link.gapSeq;
    handlers.message(message);
    if (gap) {
      catchUp("gap");
    }
  }

  function catchUp(reason) {
    link.held ??= [];
    link.fill += 1;
    link.failure = null;
    fetchState(link.fill, reason, 0);
  }

  function fetchState(fill, reason, tries) {
    const current = () => fill === link.fill;
    const failed = () => {
      if (current()) {
        link.failure = "state";
        environment.setTimer(
          () => current() && fetchState(fill, reason, tries + 1),
          DELAYS[Math.min(tries, DELAYS.length - 1)],
        );
        handlers.changed();
      }
    };
    environment.fetchState(FETCH).then((answer) => {
      if (!current()) {
        return;
      }
      if (link.hello.epoch && answer.epoch !== link.hello.epoch) {
        failed(); // another start of the daemon than the one that we are connected to
      } else {
        filled(answer, reason);
      }
    }, failed);
  }

  function filled(answer, reason) {
    const afresh = link.epoch !== null && answer.epoch !== link.epoch;
    const held = link.held ?? [];
    const wasBroken = link.brokenAt;
    link.held = null;
    link.epoch = answer.epoch;
    link.seq = answer.seq;
    link.gapSeq = filtered ? null : answer.seq;
    link.failure = null;
    const came = handlers.state(answer.state, { afresh, missed: reason !== "start" });
    if (reason !== "start") {
      link.notice = {
        at: now(),
        afresh,
        came,
        gap: reason === "gap",
        away: now() - (wasBroken ?? now()),
      };
    }
    link.live = true;
    link.everLive = true;
    link.brokenAt = null;
    heard();
    held.forEach((message) => (link.held ? link.held.push(message) : apply(message)));
    handlers.changed();
  }

  /** Called every second, and whenever the page wakes: sees what no event tells. */
  function tick() {
    const silent = now() - Math.max(link.heardAt ?? 0, link.openedAt);
    if (link.socket && silent >= LOST) {
      link.brokenAt ??= link.heardAt ?? link.born;
      drop();
    }
    if (link.notice && now() - link.notice.at >= NOTICE) {
      link.notice = null;
    }
  }

  /** Tries at once: the network is back, or someone looks at the page again. */
  function hurry() {
    if (!link.socket && link.timer) {
      environment.clearTimer(link.timer);
      open();
    }
  }

  function phase() {
    const time = now();
    if (!link.everLive) {
      return time - link.born < LOADING && !link.failure ? "loading" : "lost";
    }
    if (link.live && !link.failure) {
      const silent = time - link.heardAt;
      return silent < LATE ? "live" : silent < LOST ? "late" : "lost";
    }
    if (link.held && !link.failure) {
      return link.hatched ? "catching-up" : "live";
    }
    const broken = time - (link.brokenAt ?? time);
    return link.failure || broken >= CLOSED ? "lost" : "live";
  }

  /** What the views need to know. */
  function status() {
    const current = phase();
    link.hatched = current === "lost" || current === "catching-up";
    return {
      phase: current,
      hatched: link.hatched,
      nextTry: link.nextTry,
      failure: link.failure,
      since: link.heardAt,
      notice: link.notice,
      seq: link.seq,
      offset: link.offset,
      zoneTime: link.zoneTime,
      everLive: link.everLive,
    };
  }

  return { start: open, tick, hurry, status };
}

// ---- what the daemon says of itself -----------------------------------------------------------

const WATCHED = new Set(["watched", "polled"]);
const TROUBLES = { waiting: "does not exist", gone: "the folder is gone" };

/** Every value found under a key, at any depth. */
function collect(value, key, found = []) {
  if (value !== null && typeof value === "object") {
    for (const [name, inner] of Object.entries(value)) {
      if (name === key) {
        found.push(inner);
      }
      collect(inner, key, found);
    }
  }
  return found;
}

function firstNumber(health, key) {
  return collect(health, key).find((value) => typeof value === "number") ?? null;
}

/** What the page uses of /healthz; fault: a sentence that outranks every verdict. */
export function readHealth(health, status) {
  const folders = collect(health, "folders")
    .flat()
    .filter((folder) => typeof folder?.name === "string")
    .map(({ name, state }) => ({
      name,
      state: TROUBLES[state] ?? clean(state),
      ok: WATCHED.has(state),
    }));
  const names = collect(health, "names")[0] ?? {};
  const warnings = (health.warnings ?? []).map(String);
  const gone = folders.filter(({ ok }) => !ok);
  const blind = gone.length > 0 && gone.length === folders.length;
  let fault = null;
  if (blind) {
    fault = `MRQART is running but not watching ${clean(gone[0].name)}: ${gone[0].state}`;
  } else if (status === 503) {
    fault = `MRQART is running but cannot work: ${clean(warnings[0] ?? "see its log")}`;
  }
  return { folders, templates: firstNumber(health, "templates"), names, warnings, fault };
}
