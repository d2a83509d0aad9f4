// SPDX-License-Identifier: Apache-2.0
// The bedside view keeps its screen on, where the browser lets a page do that.

let lock = null;
let wanted = false;

/** What the help says of it. */
export function awakeText() {
  return "wakeLock" in navigator
    ? "The bedside view keeps the screen on."
    : "This browser keeps no screen on for a page that comes without https: turn the screen " +
        "saver off.";
}

async function follow() {
  if (!wanted || document.hidden) {
    await lock?.release();
    lock = null;
  } else if (!lock) {
    lock = (await navigator.wakeLock?.request("screen").catch(() => null)) ?? null;
    lock?.addEventListener("release", () => (lock = null)); // the browser does so when hidden
  }
  document.documentElement.dataset.awake = String(Boolean(lock));
}

/** Keeps the screen on from now on, or no longer. */
export function keepAwake(on) {
  wanted = on;
  return follow();
}

document.addEventListener("visibilitychange", follow);
