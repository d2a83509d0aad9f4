// SPDX-License-Identifier: Apache-2.0
// From messages to what a banner says: model and verdict, without a browser.
import assert from "node:assert/strict";
import test from "node:test";
import { applyMessage, applyState, createModel, judge, loudestOf } from "../../static/model.js";
import * as phrases from "../../static/words.js";

const START = Date.parse("2026-11-24T14:00:00Z");
const time = (seconds) => new Date(START + seconds * 1000).toISOString();
const say = (parts) => parts.map((part) => part.strong ?? part.text).join("");

function content(status, ...parameters) {
  const findings = parameters.map((parameter) => ({
    checker: "checker-template",
    parameter,
    have: "2000",
    expect: "1300",
    severity: "fail",
  }));
  return { status, findings, compared: ["TR", "TE"], input: {}, template: { n: 412 } };
}

/** A station fed by messages. */
class Scanner {
  constructor() {
    this.model = createModel();
    this.seq = 0;
  }

  send(type, number, status, second, more = {}) {
    const result = content(status, ...(status === "deviates" ? ["TR"] : []));
    applyMessage(this.model, {
      station: "A",
      type,
      seq: ++this.seq,
      time: time(second),
      content: type === "update" ? 1 : { ...result, ...more.content },
      series: {
        uid: "1.2",
        key: `key-${number}`,
        study: "1",
        number,
        name: `s${number}`,
        project: "P",
        status,
        count: 1,
        expected: null,
        started: time(more.started ?? second),
        last: time(second),
        ...more.series,
      },
    });
  }

  judge(second) {
    return judge(this.model.stations.get("A"), START + second * 1000);
  }

  row(number, second) {
    const judged = this.judge(second);
    const series = this.model.stations.get("A").series.get(`key-${number}`);
    return phrases.rowText(series, judged.fates.get(series.key));
  }
}

test("a conforming series conforms, and asks for nothing", () => {
  const scanner = new Scanner();
  scanner.send("new", 1, "conforms", 0);
  const judged = scanner.judge(1);
  assert.equal(judged.state, "conforms");
  assert.equal(phrases.actionOf(judged), "");
  assert.equal(
    say(phrases.sentenceOf(judged, 0)),
    "All 2 parameters as in the template (seen 412 times)",
  );
});

test("the banner takes the running series of the highest rank, whatever arrives last", () => {
  const scanner = new Scanner();
  scanner.send("new", 1, "deviates", 0);
  scanner.send("new", 2, "conforms", 1);
  scanner.send("update", 2, "conforms", 5, { started: 1 });
  const judged = scanner.judge(6);
  assert.equal(judged.state, "deviates");
  assert.equal(judged.shown.number, 1);
  assert.equal(phrases.actionOf(judged), "Repeat series 1 before the subject leaves");
});

test("interleaved series of one rank do not make the banner flip", () => {
  const scanner = new Scanner();
  scanner.send("new", 1, "conforms", 0);
  scanner.send("new", 2, "conforms", 1);
  scanner.send("update", 1, "conforms", 5, { started: 0 });
  assert.equal(scanner.judge(5).shown.number, 2);
  scanner.send("update", 2, "conforms", 6, { started: 1 });
  assert.equal(scanner.judge(6).shown.number, 2);
});

test("an earlier deviation stays open when the next series conforms", () => {
  const scanner = new Scanner();
  scanner.send("new", 1, "deviates", 0);
  scanner.send("new", 2, "conforms", 100);
  const judged = scanner.judge(101);
  assert.equal(judged.state, "conforms");
  assert.deepEqual(
    judged.open.map(({ number }) => number),
    [1],
  );
  assert.equal(loudestOf(judged), "deviates");
  assert.equal(phrases.stillOpenText(judged.open).strong, "Still open: series 1, TR.");
});

test("a repeat of the same name that conforms settles it", () => {
  const scanner = new Scanner();
  scanner.send("new", 7, "deviates", 0, { series: { name: "rest" } });
  scanner.send("new", 10, "conforms", 10, { series: { name: "REST" } });
  const judged = scanner.judge(11);
  assert.equal(judged.state, "conforms");
  assert.equal(judged.open.length, 0);
  assert.equal(scanner.row(7, 11), "Deviated: TR; repeated as 10");
  assert.equal(scanner.row(10, 11), "Conforms, repeats 7");
  assert.equal(
    phrases.sessionText(judged, 0),
    "2 series since 14:00: 1 conforms, 1 deviates (7 repeated as 10)",
  );
});

test("a new study ends the session and what was open in it", () => {
  const scanner = new Scanner();
  scanner.send("new", 1, "deviates", 0);
  scanner.send("new", 2, "conforms", 10, { series: { study: "2" } });
  const judged = scanner.judge(11);
  assert.equal(judged.state, "conforms");
  assert.equal(judged.open.length, 0);
  assert.equal(judged.sessions.length, 2);
  assert.equal(scanner.row(1, 101), "Deviated: TR; not repeated");
});

test("half an hour of silence ends the session; ten minutes make the station wait", () => {
  const scanner = new Scanner();
  scanner.send("new", 1, "deviates", 0);
  assert.equal(scanner.judge(599).state, "deviates");
  assert.equal(scanner.judge(601).state, "waiting");
  assert.equal(scanner.judge(601).open.length, 1);
  assert.equal(scanner.judge(1801).open.length, 0);
});

test("without a study, half an hour of silence parts two sessions", () => {
  const scanner = new Scanner();
  scanner.send("new", 1, "conforms", 0, { series: { study: null } });
  scanner.send("new", 2, "conforms", 100, { series: { study: null } });
  scanner.send("new", 3, "conforms", 2000, { series: { study: null } });
  assert.deepEqual(
    scanner.judge(2001).sessions.map(({ series }) => series.length),
    [2, 1],
  );
});

test("a value that changes makes the series changed, whatever comes after", () => {
  const scanner = new Scanner();
  scanner.send("new", 1, "conforms", 0);
  scanner.send("changed", 1, "deviates", 1, {
    started: 0,
    content: { changes: { TR: { from: "1300", to: "2000", instance: 46 } } },
  });
  scanner.send("update", 1, "deviates", 2, { started: 0 });
  const judged = scanner.judge(2);
  assert.equal(judged.state, "changed");
  assert.equal(say(phrases.sentenceOf(judged, 0)), "TR went from 1300 to 2000 ms at image 46");
  assert.equal(scanner.row(1, 2), "Changed: TR");
});

test("a bad file of no series shows for a minute when all else conforms, and stays in no row", () => {
  const scanner = new Scanner();
  scanner.send("new", 1, "conforms", 0);
  scanner.send("update", 1, "conforms", 50, { started: 0 });
  applyMessage(scanner.model, {
    station: "A",
    type: "error",
    seq: 9,
    time: time(50),
    series: null,
    content: { file: "/d/x.dcm", message: "the file ends after 4096 bytes", count: 1 },
  });
  const judged = scanner.judge(51);
  assert.equal(judged.state, "unreadable");
  assert.equal(
    say(phrases.sentenceOf(judged, 0)),
    "A file could not be read: the file ends after 4096 bytes",
  );
  assert.equal(scanner.judge(111).state, "conforms");
  assert.equal(scanner.row(1, 111), "Conforms"); // nobody's: the daemon named no series
});

test("a bad file never hides a deviation", () => {
  const scanner = new Scanner();
  scanner.send("new", 1, "deviates", 0);
  applyMessage(scanner.model, {
    station: "A",
    type: "error",
    seq: 9,
    time: time(1),
    series: null,
    content: { file: "x", message: "m", count: 1 },
  });
  assert.equal(scanner.judge(2).state, "deviates");
});

test("an error of no station makes none", () => {
  const model = createModel();
  applyMessage(model, {
    station: null,
    type: "error",
    seq: 1,
    time: time(0),
    content: { file: "x", message: "m" },
  });
  assert.equal(model.stations.size, 0);
  assert.equal(model.lostFiles.file, "x");
});

test("a count never falls and a status comes from the daemon", () => {
  const scanner = new Scanner();
  scanner.send("new", 1, "conforms", 0, { series: { count: 46 } });
  scanner.send("update", 1, "conforms", 1, { series: { count: 40 }, started: 0 });
  assert.equal(scanner.judge(1).shown.count, 46);
});

test("/state names what came meanwhile and merges what is known", () => {
  const scanner = new Scanner();
  scanner.send("new", 1, "conforms", 0);
  const series = (number) => ({
    series: {
      key: `key-${number}`,
      study: "1",
      number,
      name: "n",
      status: "conforms",
      count: 5,
      started: time(number),
      last: time(number),
    },
    content: content("conforms"),
  });
  const state = { A: { station: "A", ...series(2), history: [series(2), series(1)] } };
  const came = applyState(scanner.model, state, { missed: true, at: START });
  assert.equal(came, 1);
  assert.equal(scanner.model.stations.get("A").series.size, 2);
  assert.equal(scanner.row(2, 3), "Conforms; while not live");
  assert.equal(scanner.row(1, 3), "Conforms");
});

test("after a restart /state replaces all", () => {
  const scanner = new Scanner();
  scanner.send("new", 1, "conforms", 0);
  applyState(scanner.model, {}, { afresh: true, missed: true, at: START });
  assert.equal(scanner.model.stations.size, 0);
});

test("a series is its key, whatever its UIDs are", () => {
  const scanner = new Scanner();
  scanner.send("new", 1, "conforms", 0, { series: { uid: "1.2" } });
  scanner.send("update", 1, "conforms", 1, { series: { uid: "1.3", count: 2 } });
  scanner.send("new", 2, "conforms", 2, { series: { uid: "1.2" } });
  const { series } = scanner.model.stations.get("A");
  assert.deepEqual(
    [...series.values()].map(({ key, count }) => [key, count]),
    [
      ["key-1", 2],
      ["key-2", 1],
    ],
  );
});

test("series without a key are told apart", () => {
  const scanner = new Scanner();
  scanner.send("new", 1, "conforms", 0, { series: { key: null } });
  scanner.send("new", 2, "conforms", 1, { series: { key: undefined } });
  assert.equal(scanner.model.stations.get("A").series.size, 2);
});

test("a station in other letters is the same, and called as it was last", () => {
  const scanner = new Scanner();
  scanner.send("new", 1, "conforms", 0);
  const [one] = scanner.model.stations.values();
  const entry = { station: "a", series: { key: "key-2", number: 2, status: "conforms" }, history: [] };
  const options = { missed: true, only: "A", at: START };
  assert.equal(applyState(scanner.model, { a: entry }, options), 1);
  assert.deepEqual([...scanner.model.stations.entries()], [["a", one]]);
  assert.equal(one.name, "a");
  assert.equal(one.series.size, 2);
});

test("a bad file is of the series that the daemon names, and of none if it names none", () => {
  const scanner = new Scanner();
  const error = (second, series) =>
    tell(scanner, "error", second, series, { file: "x", message: "m", count: 1 });
  scanner.send("new", 1, "conforms", 0);
  scanner.send("new", 2, "conforms", 1);
  error(2, { unreadable: 1 });
  assert.equal(scanner.row(1, 3), "Conforms; 1 file unreadable");
  assert.equal(scanner.row(2, 3), "Conforms");
  scanner.send("update", 1, "conforms", 4, { series: { unreadable: 0 } }); // it is whole now
  assert.equal(scanner.row(1, 5), "Conforms");
});

test("a state that a later daemon may send is no verdict", () => {
  const scanner = new Scanner();
  scanner.send("new", 1, "splendid", 0);
  assert.equal(scanner.judge(1).state, "not-checked");
});

// ---- what the daemon tells of phases ----------------------------------------------------------

/** An event about series 1 of a Scanner that is neither image nor verdict. */
function tell(scanner, type, second, series, told = {}) {
  applyMessage(scanner.model, {
    station: "A",
    type,
    seq: ++scanner.seq,
    time: time(second),
    content: told,
    series: { uid: "1.2", key: "key-1", study: "1", number: 1, name: "s1", status: "conforms", ...series },
  });
}

const due = { series: { phase: "running", count: 46, expected: 420, written: time(0) } };

test("a series runs until the daemon says that it has ended", () => {
  const scanner = new Scanner();
  scanner.send("new", 1, "conforms", 0, due);
  assert.equal(scanner.judge(200).running, true);
  tell(scanner, "ended", 200, { phase: "ended", incomplete: false });
  assert.equal(scanner.judge(200).running, false);
  assert.equal(scanner.judge(200).state, "conforms");
});

test("a stall is said with its seconds and cadence, and an image ends it", () => {
  const scanner = new Scanner();
  scanner.send("new", 1, "conforms", 0, due);
  tell(scanner, "stalled", 18, { phase: "stalled", gap: 1.3 });
  const judged = scanner.judge(24);
  assert.equal(judged.state, "stalled");
  assert.equal(
    say(phrases.sentenceOf(judged, 0)),
    "No image for 24 s (one every 1.3 s until then)",
  );
  assert.equal(phrases.actionOf(judged, 0), "Look at the scanner: stopped or lagging?");
  assert.equal(scanner.row(1, 24), "Stalled after 46 of 420 images");
  tell(scanner, "resumed", 40, { phase: "running" });
  assert.equal(scanner.judge(40).state, "conforms");
});

test("a deviation outranks a stall", () => {
  const scanner = new Scanner();
  scanner.send("new", 1, "deviates", 0, due);
  tell(scanner, "stalled", 18, { status: "deviates", phase: "stalled", gap: 1.3 });
  assert.equal(scanner.judge(24).state, "deviates");
});

test("too few images are an act like a deviation, until they are repeated", () => {
  const scanner = new Scanner();
  scanner.send("new", 1, "conforms", 0, due);
  tell(scanner, "ended", 20, {}, { count: 46, expected: 420, incomplete: true });
  const judged = scanner.judge(21);
  assert.equal(judged.state, "incomplete");
  assert.equal(judged.open.length, 1);
  assert.equal(say(phrases.sentenceOf(judged, 0)), "Series 1 ended after 46 of 420 images");
  assert.equal(phrases.actionOf(judged, 0), "Repeat series 1 before the subject leaves");
  assert.equal(scanner.row(1, 21), "Incomplete: 46 of 420 images");
  assert.equal(phrases.stillOpenText(judged.open).strong, "Still open: series 1, 46 of 420 images.");
  scanner.send("new", 2, "conforms", 30, { series: { name: "other", repeats: { key: "key-1" } } });
  tell(scanner, "ended", 31, {});
  assert.equal(scanner.judge(32).open.length, 0);
  assert.equal(scanner.row(1, 32), "Incomplete: 46 of 420 images; repeated as 2");
  assert.equal(scanner.row(2, 32), "Conforms, repeats 1");
});

test("a silent station stays silent until its session ends; then it waits", () => {
  const scanner = new Scanner();
  scanner.send("new", 1, "conforms", 0, { series: { phase: "ended" } });
  tell(scanner, "silent", 300, {}, { silent: 300, since: time(0) });
  for (const second of [301, 601, 1799, 3599]) {
    assert.equal(scanner.judge(second).state, "silent");
  }
  assert.equal(
    say(phrases.sentenceOf(scanner.judge(360), 0)),
    "No image for 6 min. Last: series 1, ended 14:00",
  );
  tell(scanner, "acknowledged", 400, {}, { answer: null });
  assert.equal(scanner.judge(401).state, "silent");
  tell(scanner, "silent", 3600, {}, { silent: null, since: null });
  assert.equal(scanner.judge(3601).state, "waiting");
  scanner.send("update", 1, "conforms", 3700, { started: 0, series: { phase: "running" } });
  assert.equal(scanner.judge(3701).state, "conforms");
});

test("what is open is not hidden by silence", () => {
  const scanner = new Scanner();
  scanner.send("new", 1, "deviates", 0, { series: { phase: "ended" } });
  tell(scanner, "silent", 300, { status: "deviates" }, { silent: 300, since: time(0) });
  assert.equal(scanner.judge(1200).state, "deviates");
  assert.equal(scanner.judge(1200).open.length, 1);
});

test("what was answered is no longer open, and says how", () => {
  const scanner = new Scanner();
  scanner.send("new", 1, "deviates", 0, due);
  tell(scanner, "acknowledged", 60, { status: "deviates" }, { answer: "agreed", reason: "" });
  const judged = scanner.judge(61);
  assert.equal(judged.state, "deviates");
  assert.equal(judged.open.length, 0);
  assert.equal(phrases.actionOf(judged, 0), "Kept: physicist agreed, 14:01");
  assert.equal(scanner.row(1, 61), "Deviates: TR; kept: physicist agreed");
  scanner.send("new", 2, "conforms", 62);
  assert.match(phrases.sessionText(scanner.judge(63), 0), /1 deviates \(1 kept\)/);
  tell(scanner, "acknowledged", 70, { status: "deviates" }, { answer: null });
  assert.equal(scanner.judge(71).open.length, 1);
});

test("what is read long after it was written does not look live", () => {
  const scanner = new Scanner();
  const late = { phase: "running", written: time(0), last: time(120) };
  scanner.send("new", 1, "deviates", 120, { series: late });
  const judged = scanner.judge(121);
  assert.equal(judged.running, false);
  assert.equal(judged.open.length, 1); // the subject may still be there
  assert.equal(scanner.row(1, 121), "Deviates: TR; read 2 min late");
  assert.equal(scanner.judge(1801).open.length, 0); // half an hour after it was written
  assert.equal(scanner.judge(1801).state, "waiting");
});

test("a verdict says how late it was shown, and is silent where that cannot be known", () => {
  const text = (shown, judged) => phrases.delayText({ shown, judged });
  assert.equal(text(1200, 1000), "Verdict shown 0.2 s after the image was written");
  assert.equal(text(1020, 1000), "Verdict shown 0.02 s after the image was written");
  assert.equal(text(1004, 1000), "Verdict shown less than 0.01 s after the image was written");
  assert.equal(text(1000 + 3 * 3600000, 1000), "Verdict shown 3 h after the image was written");
  assert.equal(text(1000, null), "");
  assert.equal(text(1000, 9000), "");
});

test("later images leave the delay of the verdict as it was", () => {
  const scanner = new Scanner();
  scanner.send("new", 1, "conforms", 0, { series: { written: time(-1) } });
  scanner.send("update", 1, "conforms", 9, { started: 0, series: { written: time(8) } });
  assert.equal(
    phrases.delayText(scanner.judge(10).shown),
    "Verdict shown 1.0 s after the image was written",
  );
});
