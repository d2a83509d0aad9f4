// SPDX-License-Identifier: Apache-2.0
// When what sounds: the player against an audio context that writes down what was scheduled.
import assert from "node:assert/strict";
import test from "node:test";
import { Player, TONES, reasons } from "../../../static/sound.js";
import { Scanner } from "./scanner.mjs";

class Param {
  constructor() {
    this.calls = [];
  }
  setValueAtTime(value, time) {
    this.calls.push(["set", value, time]);
  }
  linearRampToValueAtTime(value, time) {
    this.calls.push(["ramp", value, time]);
  }
  setTargetAtTime(value, time) {
    this.calls.push(["target", value, time]);
  }
  cancelScheduledValues() {}
}

/** What was scheduled: tones with what they were told. */
class Context {
  constructor() {
    this.currentTime = 0;
    this.tones = [];
    this.destination = {};
  }
  createOscillator() {
    const tone = { frequency: new Param(), connect: (node) => node };
    tone.start = (time) => (tone.from = time);
    tone.stop = (time) => (tone.to = Math.min(time, tone.to ?? Infinity));
    this.tones.push(tone);
    return tone;
  }
  createGain() {
    return { gain: new Param(), connect: (node) => node, disconnect() {} };
  }
  /** The tones that are heard at all: [kind, from], kind by the frequency at which they begin. */
  heard() {
    const kinds = { 660: "deviates", 440: "stalled", 220: "lost" };
    return this.tones
      .filter(({ from, to }) => to > from)
      .map(({ frequency, from }) => [kinds[frequency.calls[0][1]], from]);
  }
}

const live = { hatched: false, phase: "live" };
const lost = { hatched: true, phase: "lost" };

/** A scanner whose page hears every second of it. */
function listen() {
  const scanner = new Scanner();
  const context = new Context();
  const player = new Player(context);
  player.begin(new Map());
  context.tones.length = 0; // the sample
  const follow = (second, link = live) => {
    context.currentTime = second;
    player.follow(reasons({ link, stations: [scanner.judge(second)] }), false);
    return context.heard();
  };
  return { scanner, context, player, follow };
}

test("what conforms, is not checked or has no template makes no sound", () => {
  const { scanner, follow } = listen();
  ["conforms", "not-checked", "no-template", "warns"].forEach((status, index) => {
    scanner.send("new", index + 1, status, index);
    assert.deepEqual(follow(index), []);
  });
});

test("a deviation falls from 660 to 440 Hz in 0.6 s, now, after 15 and after 45 s", () => {
  const { scanner, context, follow } = listen();
  scanner.send("new", 1, "deviates", 1);
  assert.deepEqual(follow(1), [
    ["deviates", 1],
    ["deviates", 16],
    ["deviates", 46],
  ]);
  const [{ frequency, to }] = context.tones;
  assert.deepEqual(frequency.calls, [
    ["set", 660, 1],
    ["ramp", 440, 1.6],
  ]);
  assert.equal(to, 1.6);
  follow(2);
  assert.equal(context.tones.length, 3, "each series once");
});

test("an answer stops the repeats that are due", () => {
  const { scanner, context, follow } = listen();
  scanner.send("new", 1, "deviates", 0);
  follow(0);
  scanner.send("acknowledged", 1, "deviates", 5, {
    started: undefined,
    acknowledged: { answer: "repeat", reason: "", time: "" },
  });
  follow(5);
  assert.deepEqual(context.heard(), [["deviates", 0]]);
});

test("a recovery is silence", () => {
  const { scanner, follow } = listen();
  scanner.send("new", 1, "deviates", 0, { name: "rest" });
  follow(0);
  scanner.send("new", 2, "conforms", 10, { name: "rest" });
  assert.deepEqual(follow(10), [["deviates", 0]]);
});

test("a stall is one steady tone of 440 Hz", () => {
  const { scanner, context, follow } = listen();
  scanner.send("new", 1, "conforms", 0);
  follow(0);
  scanner.send("stalled", 1, "conforms", 20, { phase: "stalled", last: undefined });
  assert.deepEqual(follow(20), [["stalled", 20]]);
  assert.deepEqual(context.tones[0].frequency.calls, [
    ["set", 440, 20],
    ["ramp", 440, 20.6],
  ]);
});

test("not live is one low tone, which stops all else, and nothing sounds again after it", () => {
  const { scanner, context, follow } = listen();
  scanner.send("new", 1, "deviates", 0);
  follow(0);
  assert.deepEqual(follow(10, lost), [
    ["deviates", 0],
    ["lost", 10],
  ]);
  follow(11, { hatched: true, phase: "catching-up" });
  follow(12, lost);
  assert.equal(context.heard().length, 2, "once");
  follow(13);
  assert.equal(context.heard().length, 2, "the deviation was heard before");
  follow(30, lost);
  assert.deepEqual(context.heard().at(-1), ["lost", 30]);
});

test("a higher rank stops a lower one; a lower one waits", () => {
  const context = new Context();
  const player = new Player(context);
  const reason = (kind) => [kind, { kind, running: true }];
  player.follow(new Map([reason("stalled")]), false);
  context.currentTime = 0.2;
  player.follow(new Map([reason("stalled"), reason("deviates")]), false);
  assert.ok(context.tones[0].to < 0.6, "the stall ends");
  context.currentTime = 0.3;
  const other = ["stalled B", { kind: "stalled", running: true }];
  player.follow(new Map([reason("stalled"), reason("deviates"), other]), false);
  const [kind, from] = context.heard().at(-1);
  assert.equal(kind, "stalled");
  assert.ok(from > 0.8, "after the glide");
});

test("a newer deviation takes the place of the repeats of an older one", () => {
  const { scanner, follow } = listen();
  scanner.send("new", 1, "deviates", 0);
  follow(0);
  scanner.send("new", 2, "deviates", 10);
  assert.deepEqual(
    follow(10).map(([, from]) => from),
    [0, 10, 25, 55],
  );
});

test("while silent all counts as heard; turned on, what is true now sounds, else a sample", () => {
  const scanner = new Scanner();
  const context = new Context();
  const player = new Player(context);
  scanner.send("new", 1, "deviates", 0);
  const found = reasons({ link: live, stations: [scanner.judge(0)] });
  player.follow(found, true);
  assert.deepEqual(context.heard(), []);
  player.begin(found);
  assert.equal(context.heard().length, TONES.deviates.at.length);
  player.silence();
  context.tones.length = 0;
  player.begin(new Map());
  assert.deepEqual(context.heard(), [["deviates", 0]]);
});

test("a deviation of long ago does not sound when the page is opened", () => {
  const scanner = new Scanner();
  scanner.send("new", 1, "deviates", 0);
  const player = new Player(new Context());
  player.follow(reasons({ link: live, stations: [scanner.judge(600)] }), false);
  assert.deepEqual(player.context.heard(), []);
});
