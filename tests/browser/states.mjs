// SPDX-License-Identifier: Apache-2.0
// How the fake daemon is brought into each state of the banner, and what people then see.
import { noTemplate, result, session } from "./fake.mjs";

export const STATION = "AWP167046";
export const banner = `article[data-station="${STATION}"]`;

/** The session of the pictures with one more series, whose last image came lastAgo ms ago. */
export function current(fake, content, { lastAgo = 0, ...facts } = {}) {
  session(fake, STATION, { open: false });
  const series = { number: 12, name: "RewardedAnti2", count: 46, expected: 420, ...facts };
  return fake.add(STATION, series, content, { ago: 20000 + lastAgo, lastAgo });
}

export function newest(fake) {
  return fake.stations[STATION].history[0].series;
}

/** Cuts the websocket; none is let in again. */
export function cut(fake) {
  fake.refuse = true;
  fake.clients.forEach(({ socket }) => socket.destroy());
  fake.clients.clear();
}

function change(fake) {
  const series = newest(fake);
  series.changes = { TE: { from: 30, to: 33, instance: 47 } };
  fake.event("changed", STATION, series, { ...result(), changes: series.changes });
}

function fault(fake) {
  const content = { file: "/a.dcm", message: "the file ends after 4096 bytes", count: 1 };
  fake.event("error", STATION, { ...newest(fake), unreadable: 1 }, content);
}

const REPEAT = "Repeat series 12 before the subject leaves";

/** name → prepare(fake), then(fake) once the page is open; state if it is not the name. */
export const STATES = {
  "conforms": {
    prepare: (fake) => current(fake, result()),
    shows: ["Conforms", "plain", "All 13 parameters as in the template (seen 412 times)", ""],
  },
  "deviates": {
    prepare: (fake) => session(fake, STATION),
    shows: ["Deviates", "fill", "TR is 2000 ms, template 1300 ms (seen 412 times)", REPEAT],
  },
  "changed": {
    prepare: (fake) => current(fake, result()),
    then: change,
    shows: ["Changed", "fill", "TE went from 30 to 33 ms at image 47", REPEAT],
  },
  "incomplete": {
    prepare: (fake) => current(fake, result()),
    then: (fake) => fake.end(STATION, newest(fake), "next-series"),
    shows: ["Incomplete", "fill", "Series 12 ended after 46 of 420 images", REPEAT],
  },
  "stalled": {
    prepare: (fake) => current(fake, result(), { lastAgo: 24000 }),
    then: (fake) => fake.stall(STATION, newest(fake)),
    shows: [
      "Stalled",
      "fill",
      /^No image for \d+ s \(one every 1\.3 s until then\)$/,
      "Look at the scanner: stopped or lagging?",
    ],
  },
  "unreadable": {
    prepare: (fake) => current(fake, result()),
    then: fault,
    shows: [
      "Unreadable",
      "tint",
      "A file could not be read: the file ends after 4096 bytes",
      "Tell the administrator if it happens again",
    ],
  },
  "no-template": {
    prepare: (fake) => current(fake, noTemplate()),
    shows: [
      "No template",
      "tint",
      "Nothing to compare with: first time in this project",
      "Check it against the printed protocol",
    ],
  },
  "warns": {
    prepare: (fake) => current(fake, result({ BWP: 2055 }, { status: "warns", n: 2 })),
    shows: [
      "Check",
      "tint",
      "BWP is 2055 Hz/px, template 2045 Hz/px (seen twice only)",
      "Compare with the printed protocol",
    ],
  },
  "silent": {
    prepare: (fake) =>
      current(fake, result(), { lastAgo: 370000, count: 420, phase: "ended" }),
    then: (fake) => fake.silence(STATION, newest(fake)),
    shows: [
      "Silent",
      "tint",
      /^No image for 6 min\. Last: series 12, ended \d\d:\d\d$/,
      "Is the scanner still sending?",
    ],
  },
  "not-checked": {
    prepare: (fake) =>
      current(fake, { ...noTemplate(), status: "not-checked", reason: "derived image (MOCO)" }),
    shows: ["Not checked", "plain", "Not compared: derived image (MOCO)", ""],
  },
  "waiting": {
    prepare: (fake) => current(fake, result(), { lastAgo: 1900000, phase: "ended" }),
    shows: [
      "Waiting",
      "plain",
      /^Connected, no image since \d\d:\d\d\. The last series conforms$/,
      "",
    ],
  },
  "lost": {
    prepare: (fake) => session(fake, STATION),
    then: cut,
    shows: ["Not live", "hatch", /^No connection to MRQART for \d+ s$/, "Do not rely on this screen"],
  },
  "answered": {
    state: "deviates",
    prepare: (fake) => session(fake, STATION),
    then: (fake) => fake.acknowledge(STATION, newest(fake), "agreed"),
    shows: [
      "Deviates",
      "tint",
      "TR is 2000 ms, template 1300 ms (seen 412 times)",
      /^Kept: physicist agreed, \d\d:\d\d$/,
    ],
  },
  "still-open": {
    state: "conforms",
    prepare(fake) {
      session(fake, STATION).phase = "ended";
      fake.add(STATION, { number: 13, name: "dwi_AP", count: 17, expected: 64 }, result());
    },
    shows: ["Conforms", "plain", "All 13 parameters as in the template (seen 412 times)", ""],
  },
  "read-late": {
    state: "conforms",
    prepare: (fake) =>
      current(fake, result(), { written: fake.time(Date.now() - 200000) }),
    shows: ["Conforms", "plain", "All 13 parameters as in the template (seen 412 times)", ""],
  },
};
