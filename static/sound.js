// SPDX-License-Identifier: Apache-2.0
// Sound, for who wants it: a falling glide for a deviation, a steady tone for a stall, a low one
// when the page is not live, nothing for what conforms. Off until somebody turns it on.
import { needsAct, stateOf } from "./model.js";
import { setAttribute, setText } from "./view.js";

const STORED = "mrqart-sound";
const LENGTH = 0.6; // s
const ATTACK = 0.05; // s; no pulses: those are medical alarms
const PAUSE = 0.4; // s between two sounds
const LOUD = 0.4; // of full scale

/** By rank, highest first. from, to: Hz. at: s after it began to be true. */
export const TONES = {
  deviates: { rank: 3, from: 660, to: 440, at: [0, 15, 45] },
  stalled: { rank: 2, from: 440, to: 440, at: [0] },
  lost: { rank: 1, from: 220, to: 220, at: [0] },
};

/** Schedules one tone at a time of the context; returns {end, stop()}. */
export function schedule(context, { from, to }, time) {
  const oscillator = context.createOscillator();
  const gain = context.createGain();
  const end = time + LENGTH;
  oscillator.frequency.setValueAtTime(from, time);
  oscillator.frequency.linearRampToValueAtTime(to, end);
  gain.gain.setValueAtTime(0, time);
  gain.gain.linearRampToValueAtTime(LOUD, time + ATTACK);
  gain.gain.setValueAtTime(LOUD, end - ATTACK);
  gain.gain.linearRampToValueAtTime(0, end);
  oscillator.connect(gain).connect(context.destination);
  oscillator.start(time);
  oscillator.stop(end);
  const tone = { start: time, end, stop: () => release(context, tone, { oscillator, gain }) };
  return tone;
}

/** Ends a tone without a click, or before it has begun. */
function release(context, tone, { oscillator, gain }) {
  const now = context.currentTime;
  if (tone.end <= now) {
    return;
  }
  if (tone.start < now) {
    gain.gain.cancelScheduledValues(now);
    gain.gain.setTargetAtTime(0, now, ATTACK / 4);
    oscillator.stop(now + ATTACK);
  } else {
    oscillator.stop(now);
    gain.disconnect();
  }
  tone.end = now;
}

/**
 * What calls for a sound: a text that is the same as long as the reason is → kind of tone; null
 * while nothing is known. running: it is of now.
 */
export function reasons({ link, stations }) {
  if (link.hatched) {
    return new Map([["lost", { kind: "lost", running: true }]]);
  }
  if (link.phase === "loading") {
    return null;
  }
  const found = new Map();
  for (const judged of stations) {
    for (const series of judged.open.filter((one) => needsAct(stateOf(one)))) {
      const { running } = judged.fates.get(series.key);
      found.set(`deviates ${judged.name} ${series.key}`, { kind: "deviates", running });
    }
    if (judged.state === "stalled" && judged.shown) {
      const key = `stalled ${judged.name} ${judged.shown.key}`;
      found.set(key, { kind: "stalled", running: true });
    }
  }
  return found;
}

/** Turns what calls for sounds into tones of an audio context, each reason once. */
export class Player {
  constructor(context) {
    this.context = context;
    this.heard = new Map(); // reason → {kind, tones}
    this.first = true;
  }

  /** Makes what sounds follow the reasons; silent: they count as heard. */
  follow(found, silent) {
    for (const [key, { tones }] of this.heard) {
      if (!found.has(key)) {
        tones.forEach((tone) => tone.stop());
        if (!found.has("lost")) {
          this.heard.delete(key); // else nobody knows: it is not to sound again on reconnecting
        }
      }
    }
    for (const [key, { kind, running }] of found) {
      if (!this.heard.has(key)) {
        const old = this.first && !running; // it was there long before the page
        this.heard.set(key, { kind, tones: silent || old ? [] : this.play(kind) });
      }
    }
    this.first = false;
  }

  pending() {
    const now = this.context.currentTime;
    return [...this.heard.values()].flatMap(({ kind, tones }) =>
      tones.filter(({ end }) => end > now).map((tone) => ({ kind, tone })),
    );
  }

  /** A higher or equal rank stops what sounds or is due; a lower one waits for its end. */
  play(kind) {
    const { rank, at } = TONES[kind];
    let start = this.context.currentTime;
    for (const { kind: other, tone } of this.pending()) {
      if (TONES[other].rank <= rank) {
        tone.stop();
      } else if (tone.start <= start) {
        start = tone.end + PAUSE;
      }
    }
    return at.map((after) => schedule(this.context, TONES[kind], start + after));
  }

  silence() {
    this.pending().forEach(({ tone }) => tone.stop());
  }

  /** From silence to sound: what is true now sounds; if nothing is, a sample. */
  begin(found) {
    this.heard.clear();
    this.first = true;
    this.follow(found, false);
    if (this.pending().length === 0) {
      schedule(this.context, TONES.deviates, this.context.currentTime);
    }
  }
}

// ---- the button -------------------------------------------------------------------------------

function stored() {
  try {
    return localStorage.getItem(STORED) === "on";
  } catch {
    return false;
  }
}

function store(on) {
  try {
    localStorage.setItem(STORED, on ? "on" : "off");
  } catch {
    // storage is forbidden: the choice lasts as long as the page
  }
}

export function create({ by, look, change }) {
  let on = stored();
  let player = null;
  let audible = false; // the browser lets us
  const known = () => reasons(look()) ?? new Map();
  const listen = () => {
    const now = on && player.context.state === "running";
    if (now && !audible) {
      player.begin(known());
    }
    audible = now;
    change();
  };
  const open = () => {
    if (!player) {
      player = new Player(new AudioContext());
      player.context.onstatechange = listen;
    }
    player.context.resume(); // stays blocked until somebody presses
  };
  const renderButton = () => {
    const button = by("sound");
    const blocked = on && !audible;
    setText(by("sound-text"), blocked ? "Sound blocked: press" : on ? "Sound on" : "Sound off");
    setAttribute(button, "aria-pressed", String(on));
    setAttribute(button, "data-sound", blocked ? "blocked" : on ? "on" : "off");
    setAttribute(button.querySelector("use"), "href", audible ? "#i-sound-on" : "#i-sound-off");
  };
  if (on) {
    open();
  }
  return {
    /** On, or off and silent at once; when blocked, a press of any kind is what frees it. */
    toggle() {
      on = !on || !audible;
      store(on);
      if (on) {
        open();
        listen();
      } else {
        audible = false;
        player.silence();
      }
    },
    render(view) {
      const found = reasons(view);
      if (player && found) {
        player.follow(found, !audible);
      }
      renderButton();
    },
  };
}
