// SPDX-License-Identifier: Apache-2.0
// The modules that load on first use, without a browser: what they say and what they choose.
import assert from "node:assert/strict";
import test from "node:test";
import { Scanner, time } from "./scanner.mjs";
import { answerable, post, targetOf } from "../../../static/answer.js";
import { makeFilter } from "../../../static/filter.js";
import { meanings } from "../../../static/help.js";
import { countStates, earlierSessions } from "../../../static/history.js";
import { reportOf } from "../../../static/physicist.js";
import { checksOf } from "../../../static/setup.js";

const acknowledged = (answer, reason = "") => ({ answer, reason, time: time(60) });
const numbers = (list) => list.map(({ number }) => number);

// ---- answers ------------------------------------------------------------------------------------

test("one key answers the selected series, else the banner's, else the newest that is open", () => {
  const scanner = new Scanner();
  scanner.send("new", 1, "deviates", 0);
  scanner.send("new", 2, "deviates", 1);
  scanner.send("new", 3, "conforms", 70);
  const selected = scanner.judge(71);
  assert.equal(targetOf({ selected, series: scanner.series(1) }).number, 1);
  assert.equal(targetOf({ selected, series: scanner.series(3) }).number, 2);
  assert.deepEqual(numbers(answerable(selected)), [2, 1]);
});

test("what is answered can be changed until the session ends", () => {
  const scanner = new Scanner();
  scanner.send("new", 1, "deviates", 0, { acknowledged: acknowledged("agreed") });
  const selected = scanner.judge(1);
  assert.equal(targetOf({ selected, series: scanner.series(1) }), undefined);
  assert.deepEqual(numbers(answerable(selected)), [1]);
  assert.deepEqual(answerable(scanner.judge(7200)), []);
});

async function posting(answer, check) {
  const former = globalThis.fetch;
  const sent = [];
  globalThis.fetch = async (address, { method, headers, body }) => {
    sent.push({ address, method, type: headers["Content-Type"], body: JSON.parse(body) });
    return answer();
  };
  try {
    check(await post("A", { key: "key-1" }, "agreed", "why"), sent);
  } finally {
    globalThis.fetch = former;
  }
}

test("an answer is posted with the daemon's own key of the series", () =>
  posting(
    () => new Response("{}"),
    (refusal, [sent]) => {
      assert.equal(refusal, "");
      assert.deepEqual(sent, {
        address: "/acknowledge",
        method: "POST",
        type: "application/json",
        body: { station: "A", series: "key-1", answer: "agreed", reason: "why" },
      });
    },
  ));

test("a refusal is told in the daemon's words, without what could turn them", () =>
  posting(
    () => Response.json({ error: "Answers are turned off\u202e" }, { status: 403 }),
    (refusal) => assert.equal(refusal, "Not taken: Answers are turned off\ufffd"),
  ));

test("a refusal without words, and no answer at all", async () => {
  await posting(
    () => new Response("<html>", { status: 502 }),
    (refusal) => assert.equal(refusal, "Not taken: MRQART answered 502"),
  );
  await posting(
    () => Promise.reject(new TypeError("network")),
    (refusal) => assert.equal(refusal, "Not sent: MRQART does not answer"),
  );
});

// ---- filter and earlier sessions ----------------------------------------------------------------

test("a filter keeps what is open, deviates, was not checked, or has a text in its name", () => {
  const scanner = new Scanner();
  scanner.send("new", 1, "deviates", 0, { name: "rest" });
  scanner.send("new", 2, "conforms", 1, { name: "REST" });
  scanner.send("new", 3, "deviates", 2);
  scanner.send("new", 4, "not-checked", 3);
  const { ordered, fates } = scanner.judge(4);
  const kept = (kind, text) => {
    const keeps = makeFilter(kind, text);
    return numbers(ordered.filter((series) => keeps(series, fates.get(series.key))));
  };
  assert.equal(makeFilter(null, " "), null);
  assert.deepEqual(kept("open", ""), [3]);
  assert.deepEqual(kept("deviates", ""), [1, 3]);
  assert.deepEqual(kept("not-checked", ""), [4]);
  assert.deepEqual(kept(null, "rest"), [1, 2]);
  assert.deepEqual(kept("deviates", "Rest"), [1]);
});

test("earlier sessions are newest first, without this one, with what the filter keeps", () => {
  const scanner = new Scanner();
  scanner.send("new", 1, "deviates", 0, { study: "a" });
  scanner.send("new", 2, "conforms", 100, { study: "b" });
  scanner.send("new", 3, "conforms", 200, { study: "b" });
  scanner.send("new", 4, "conforms", 300, { study: "c" });
  const judged = scanner.judge(301);
  const told = (keeps) => earlierSessions(judged, keeps).map(({ series }) => numbers(series));
  assert.deepEqual(told(null), [[2, 3], [1]]);
  assert.deepEqual(told(makeFilter("deviates", "")), [[1]]);
  assert.deepEqual(countStates(judged.ordered), [
    ["deviates", 1],
    ["conforms", 3],
  ]);
});

// ---- help ---------------------------------------------------------------------------------------

const ABOUT = {
  TR: {
    name: "Repetition time",
    meaning: "Time between two excitations",
    why: "Contrast changes",
    vendors: {
      "SIEMENS": { called: "TR", where: "Routine card" },
      "GE MEDICAL SYSTEMS": { called: "TR" },
    },
  },
  Own: { name: "A site's own" },
};

test("a parameter is named as on the console of the scanner at hand, else as on all", () => {
  const of = (maker, name) => meanings(ABOUT, maker).find((one) => one.name === name);
  assert.equal(of("Siemens Healthineers", "TR").consoles, "SIEMENS: TR, Routine card");
  assert.equal(of("GE MEDICAL SYSTEMS", "TR").consoles, "GE MEDICAL SYSTEMS: TR");
  assert.equal(of(undefined, "TR").consoles, "SIEMENS: TR, Routine card · GE MEDICAL SYSTEMS: TR");
  assert.equal(of("", "Own").title, "A site's own");
  assert.equal(of("", "FA").title, "Flip angle", "known without the file");
  assert.equal(meanings(null, "")[0].name, "TR");
});

// ---- for the physicist --------------------------------------------------------------------------

test("the report of a deviation, without path and without the subject", () => {
  const scanner = new Scanner("AWP167046");
  scanner.send("new", 12, "deviates", 0, {
    name: "RewardedAnti2",
    count: 46,
    expected: 420,
    acknowledged: acknowledged("other", "phantom"),
  });
  const facts = { station: "AWP167046", zone: 60, version: "0.1.0" };
  assert.equal(
    reportOf(scanner.series(12), facts),
    `Station: AWP167046
Began: 2026-11-24 15:00:00
Series: 12 RewardedAnti2
Project: Brain^wpc-8620
Status: Deviates
Answer: Kept: another reason
Reason: phantom
Images: 46 of 420
Findings:
  TR (Repetition time): have 2000 ms, expect 1300 ms
Template: seen 412 times, first 2023-01-02, last 2026-09-14
File: 001_000012_000001.dcm
MRQART 0.1.0
`,
  );
});

test("the report of a change, of a site's checker and of nothing", () => {
  const scanner = new Scanner();
  const finding = { checker: "checker-limit", parameter: "FA", have: "120", message: "FA > 90" };
  scanner.send("changed", 1, "deviates", 0, {
    content: { findings: [finding], changes: { TE: { from: 30, to: 33, instance: 46 } } },
  });
  scanner.send("new", 2, "no-template", 1);
  const lines = (number) => reportOf(scanner.series(number), { station: "A", zone: 0 }).split("\n");
  assert.ok(
    lines(1).includes("  FA (Flip angle): have 120°, expect nothing [checker-limit: FA > 90]"),
  );
  assert.ok(lines(1).includes("  TE (Echo time): from 30 ms to 33 ms at image 46"));
  assert.ok(lines(2).includes("Findings: none"));
  assert.ok(lines(2).includes("Template: none"));
});

test("the report never has a subject's name or ID, even where they are what differs", () => {
  const scanner = new Scanner();
  const findings = ["SubID", "PatientID"].map((parameter) => ({
    checker: "checker-own",
    parameter,
    have: "Doe^Jane",
    expect: "Roe^Joe",
    message: "Doe^Jane is not Roe^Joe",
  }));
  scanner.send("changed", 1, "deviates", 0, {
    content: { findings, changes: { SubID: { from: "Roe^Joe", to: "Doe^Jane", instance: 2 } } },
  });
  const report = reportOf(scanner.series(1), { station: "A", zone: 0 });
  assert.doesNotMatch(report, /doe|roe/i);
  assert.match(report, / {2}SubID: differs\n {2}PatientID: differs\n/);
});

// ---- set-up -------------------------------------------------------------------------------------

function setupView(more = {}, fault = null) {
  const raw = {
    instances: {
      "source-inotify": {
        share: "\\\\mrqart\\stream",
        folders: [{ name: "/data", state: "watched", since: "2026-11-24T09:30:00Z" }],
      },
    },
  };
  return {
    link: { hatched: false, phase: "live" },
    now: Date.parse("2026-11-24T14:00:00Z"),
    zone: 60,
    lostFile: fault,
    health: {
      folders: [{ name: "/data", state: "watched", ok: true }],
      names: { wanted: ["MR.*"], refused: 2, examples: ["a.txt"] },
      templates: 212,
      raw,
      ...more,
    },
  };
}

test("the set-up tells what is watched since when, the share, and what was refused and why", () => {
  const file = { file: "/data/MR.1", text: "the file ends after 5 bytes", count: 1 };
  const checks = checksOf(setupView({}, file));
  assert.deepEqual(
    checks.map(({ key, ok, text }) => [key, ok, text]),
    [
      ["page", true, "This page hears MRQART"],
      ["folder /data", true, "Watching /data since 10:30"],
      ["share \\\\mrqart\\stream", null, "Connect \\\\mrqart\\stream"],
      ["templates", true, "Templates: 212"],
      ["image", false, "First image: none yet"],
    ],
  );
  assert.match(checks.at(-1).hint, /2 names refused so far, such as a\.txt\./);
  assert.match(
    checks.at(-1).hint,
    /1 file could not be read: MR\.1: the file ends after 5 bytes\./,
  );
});

test("the set-up names the remedy for what is missing", () => {
  const gone = { name: "/x", state: "the folder is gone", ok: false };
  const checks = checksOf(setupView({ folders: [gone], templates: 0 }));
  assert.equal(checks[1].text, "/x: the folder is gone");
  assert.equal(checks[1].hint, "Make it, or change paths in /etc/mrqart.conf");
  assert.equal(checks.find(({ key }) => key === "templates").hint, "mrqart db import FOLDER");
  assert.equal(checksOf(setupView({ folders: [] }))[1].text, "No folder is watched");
});
