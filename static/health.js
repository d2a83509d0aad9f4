// SPDX-License-Identifier: Apache-2.0
// What the daemon says of itself in /healthz, as far as the page tells people.
import { clean } from "./words.js";

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
