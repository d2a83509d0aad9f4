// SPDX-License-Identifier: Apache-2.0
// Verdicts for people who hear the page: at most one message in three seconds, the latest.

const PAUSE = 3000;

export function createAnnouncer(say, alert) {
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
