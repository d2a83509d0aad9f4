// SPDX-License-Identifier: Apache-2.0
// Verdicts for people who hear the page: when one changes, never for counts, the latest first.
import { seriesTitle, wordOf } from "./phrases.js";
import { needsAct } from "./verdict.js";
import { clean } from "./words.js";

const PAUSE = 3000; // ms between two messages, at least

function createAnnouncer(say, alert) {
  let waiting = null;
  let quietUntil = 0;

  function speak() {
    const { text, urgent } = waiting;
    waiting = null;
    quietUntil = Date.now() + PAUSE;
    (urgent ? alert : say).textContent = text;
    (urgent ? say : alert).textContent = "";
  }

  return function announce(text, urgent) {
    const idle = waiting === null;
    if (idle || urgent || !waiting.urgent) {
      waiting = { text, urgent };
    }
    if (idle) {
      setTimeout(speak, Math.max(0, quietUntil - Date.now()));
    }
  };
}

function spokenVerdict(judged) {
  const series = judged.shown ? `series ${seriesTitle(judged.shown)}` : "";
  return [clean(judged.name), wordOf(judged.state), series].filter(Boolean).join(", ");
}

export function createSpeechView(say, alert) {
  const announce = createAnnouncer(say, alert);
  let verdicts = new Map();
  return function render(view) {
    const next = new Map();
    for (const judged of view.stations) {
      const state = view.link.hatched
        ? "lost"
        : view.link.phase === "loading"
          ? "loading"
          : judged.state;
      const key = `${state} ${judged.shown?.key}`;
      next.set(judged.name, key);
      if (verdicts.get(judged.name) !== key && state !== "loading") {
        const text =
          state === "lost" ? "Not live. Do not rely on this screen" : spokenVerdict(judged);
        announce(text, needsAct(state) || state === "lost");
      }
    }
    verdicts = next;
  };
}
