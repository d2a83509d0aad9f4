// SPDX-License-Identifier: Apache-2.0
// The way to the daemon: one websocket, /state to fill what it cannot tell, and how live we are;
// and what the daemon says of itself in /healthz.
import { clean } from "./words.js";

const LATE = 7000; // ms without a message: the daemon sends one every 5 s at least
const LOST = 12000;
const CLOSED = 1000; // after a closed socket
const CLOCK_STEP = 2000; // ms that no message is late on its way
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
export class Connection {
  constructor({ environment, handlers, filtered }) {
    Object.assign(this, { environment, handlers, filtered });
    Object.assign(this, {
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
    });
  }

  heard() {
    this.heardAt = this.environment.now();
    this.handlers.heard();
  }

  open() {
    this.timer = null;
    this.nextTry = null;
    this.openedAt = this.environment.now();
    const socket = this.environment.open();
    this.socket = socket;
    socket.onmessage = (event) => this.socket === socket && this.receive(event.data);
    socket.onclose = () => this.socket === socket && this.closed();
    this.handlers.changed();
  }

  closed() {
    this.socket = null;
    this.held = null;
    this.fill += 1;
    this.brokenAt ??= this.environment.now();
    this.live = false;
    this.environment.setTimer(this.handlers.changed, CLOSED);
    if (!this.timer) {
      const delay = DELAYS[Math.min(this.attempt, DELAYS.length - 1)];
      const jittered = delay * (0.8 + 0.4 * this.environment.random());
      this.attempt += 1;
      this.nextTry = this.environment.now() + jittered;
      this.timer = this.environment.setTimer(() => this.open(), jittered);
    }
    this.handlers.changed();
  }

  /** Gives the socket up; the next try is at its time. */
  drop() {
    const socket = this.socket;
    if (socket) {
      this.closed();
      socket.onmessage = socket.onclose = null;
      socket.close();
    }
  }

  receive(data) {
    let message;
    try {
      message = JSON.parse(data);
    } catch {
      return;
    }
    if (message === null || typeof message !== "object") {
      return;
    }
    if (this.live && this.environment.now() - this.heardAt >= LOST) {
      this.restart(); // what comes after such a silence (a laptop slept) may be long past
      return;
    }
    this.heard();
    this.followClock(message);
    if (message.type === "hello") {
      this.setClock(message);
      this.greet(message);
    } else if (message.type === "alive") {
      this.setClock(message);
      this.checkAlive(message);
    } else if (typeof message.seq === "number") {
      this.take(message);
    }
    this.handlers.changed();
  }

  /** Gives up a connection that cannot be trusted, and makes another at once. */
  restart() {
    this.brokenAt ??= this.heardAt;
    this.drop();
    this.hurry();
  }

  /**
   * Of two messages the one that was less late on its way tells the daemon's time better; and this
   * computer's clock may be set while the page is open.
   */
  followClock({ time }) {
    const gain = Date.parse(time ?? "") - this.environment.now() - this.offset;
    if (gain > 0 || gain < -CLOCK_STEP) {
      this.offset += gain;
    }
  }

  setClock({ time }) {
    const sent = Date.parse(time ?? "");
    if (Number.isFinite(sent)) {
      this.offset = sent - this.environment.now();
      this.zoneTime = time;
    }
  }

  greet({ content }) {
    this.attempt = 0;
    this.hello = content ?? {};
    this.catchUp(this.epoch === null ? "start" : "reconnect");
  }

  checkAlive(message) {
    if (this.held || this.filtered) {
      return; // what we hold is not applied yet; of other stations we know nothing
    }
    if (message.epoch !== this.epoch || message.seq > this.seq) {
      this.catchUp("gap");
    }
  }

  take(message) {
    if (this.held) {
      this.held.push(message);
    } else {
      this.apply(message);
    }
  }

  /** Where a message stands in the sequence that we watch; null: in none. */
  position(message) {
    return this.filtered ? (message.station_seq ?? null) : message.seq;
  }

  apply(message) {
    if (message.seq <= this.seq) {
      return;
    }
    const at = this.position(message);
    const gap = at !== null && this.gapSeq !== null && at > this.gapSeq + 1;
    this.seq = message.seq;
    this.gapSeq = at ?? this.gapSeq;
    this.handlers.message(message);
    if (gap) {
      this.catchUp("gap");
    }
  }

  catchUp(reason) {
    this.held ??= [];
    this.fill += 1;
    this.failure = null;
    this.fetchState(this.fill, reason, 0);
  }

  fetchState(fill, reason, tries) {
    const current = () => fill === this.fill;
    const failed = () => {
      if (current()) {
        this.failure = "state";
        this.held = []; // the next answer knows of these, and there may be many before it comes
        this.environment.setTimer(
          () => current() && this.fetchState(fill, reason, tries + 1),
          DELAYS[Math.min(tries, DELAYS.length - 1)],
        );
        this.handlers.changed();
      }
    };
    this.environment.fetchState(FETCH).then((answer) => {
      if (!current()) {
        return;
      }
      if (this.hello.epoch && answer.epoch !== this.hello.epoch) {
        failed(); // another start of the daemon than the one that we are connected to
      } else {
        this.filled(answer, reason);
      }
    }, failed);
  }

  filled(answer, reason) {
    const afresh = this.epoch !== null && answer.epoch !== this.epoch;
    const held = this.held ?? [];
    const wasBroken = this.brokenAt;
    this.held = null;
    this.epoch = answer.epoch;
    this.seq = answer.seq;
    this.gapSeq = this.filtered ? null : answer.seq;
    this.failure = null;
    const came = this.handlers.state(answer.state, { afresh, missed: reason !== "start" });
    if (reason !== "start") {
      this.notice = {
        at: this.environment.now(),
        afresh,
        came,
        gap: reason === "gap",
        away: this.environment.now() - (wasBroken ?? this.environment.now()),
      };
    }
    this.live = true;
    this.everLive = true;
    this.brokenAt = null;
    this.heard();
    held.forEach((message) => (this.held ? this.held.push(message) : this.apply(message)));
    this.handlers.changed();
  }

  /** Called every second, and whenever the page wakes: sees what no event tells. */
  tick() {
    const now = this.environment.now();
    if (this.heardAt !== null && this.heardAt > now) {
      this.heardAt = this.openedAt = now; // the clock was set back
    }
    const silent = now - Math.max(this.heardAt ?? 0, this.openedAt);
    if (this.socket && silent >= LOST) {
      this.brokenAt ??= this.heardAt ?? this.born;
      this.drop();
    }
    if (this.notice && Math.abs(now - this.notice.at) >= NOTICE) {
      this.notice = null;
    }
  }

  /** Tries at once: the network is back, or someone looks at the page again. */
  hurry() {
    if (!this.socket && this.timer) {
      this.environment.clearTimer(this.timer);
      this.open();
    }
  }

  phase() {
    const time = this.environment.now();
    if (!this.everLive) {
      return time - this.born < LOADING && !this.failure ? "loading" : "lost";
    }
    if (this.live && !this.failure) {
      const silent = time - this.heardAt;
      return silent < LATE ? "live" : silent < LOST ? "late" : "lost";
    }
    if (this.held && !this.failure) {
      return this.hatched ? "catching-up" : "live";
    }
    const broken = time - (this.brokenAt ?? time);
    return this.failure || broken >= CLOSED ? "lost" : "live";
  }

  /** What the views need to know. */
  status() {
    const current = this.phase();
    this.hatched = current === "lost" || current === "catching-up";
    return {
      phase: current,
      hatched: this.hatched,
      nextTry: this.nextTry,
      failure: this.failure,
      since: this.heardAt,
      notice: this.notice,
      seq: this.seq,
      offset: this.offset,
      zoneTime: this.zoneTime,
      everLive: this.everLive,
    };
  }
}

// ---- what the daemon says of itself -----------------------------------------------------------

const WATCHED = new Set(["watched", "polled"]);
const TROUBLES = { waiting: "does not exist", gone: "the folder is gone" };

/** Every value found under a key, at any depth. */
export function collect(value, key, found = []) {
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
  return { folders, templates: firstNumber(health, "templates"), names, warnings, fault, raw: health };
}
