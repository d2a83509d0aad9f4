// SPDX-License-Identifier: Apache-2.0
// The connection against a clock, sockets and a /state that the test holds in its hands.
import assert from "node:assert/strict";
import test from "node:test";
import { Connection } from "../../static/connection.js";

class Bench {
  constructor({ filtered = false } = {}) {
    this.time = 1e9;
    this.timers = new Map();
    this.sockets = [];
    this.questions = []; // of /state, not yet answered
    this.applied = [];
    this.states = [];
    this.connection = new Connection({
      filtered,
      environment: {
        open: () => {
          const socket = { close() {} };
          this.sockets.push(socket);
          return socket;
        },
        fetchState: () =>
          new Promise((resolve, reject) => this.questions.push({ resolve, reject })),
        now: () => this.time,
        setTimer: (call, ms) => {
          const timer = { call, at: this.time + ms };
          this.timers.set(timer, timer);
          return timer;
        },
        clearTimer: (timer) => this.timers.delete(timer),
        random: () => 0.5,
      },
      handlers: {
        heard() {},
        changed() {},
        message: (message) => this.applied.push(message.seq),
        state: (state, how) => {
          this.states.push(how);
          return 2;
        },
      },
    });
    this.connection.open();
  }

  get socket() {
    return this.sockets.at(-1);
  }

  get status() {
    return this.connection.status();
  }

  send(message) {
    this.socket.onmessage({ data: JSON.stringify(message) });
  }

  hello(epoch = "e", seq = 0) {
    this.send({ type: "hello", content: { epoch, seq }, time: new Date(this.time).toISOString() });
  }

  event(seq, station_seq = seq) {
    this.send({ type: "update", station: "A", seq, station_seq });
  }

  alive(seq, epoch = "e") {
    this.send({ type: "alive", epoch, seq });
  }

  async answer(seq, epoch = "e") {
    this.questions.shift().resolve({ epoch, seq, state: {} });
    await new Promise(setImmediate);
  }

  async fail() {
    this.questions.shift().reject(new Error("no"));
    await new Promise(setImmediate);
  }

  async live(seq = 5) {
    this.hello();
    await this.answer(seq);
  }

  pass(ms) {
    this.time += ms;
    for (const timer of [...this.timers.values()]) {
      if (timer.at <= this.time) {
        this.timers.delete(timer);
        timer.call();
      }
    }
    this.connection.tick();
  }
}

test("messages are held until /state is there; what is not newer is dropped", async () => {
  const bench = new Bench();
  assert.equal(bench.status.phase, "loading");
  bench.hello("e", 5);
  [5, 6, 7, 8].forEach((seq) => bench.event(seq));
  assert.deepEqual(bench.applied, []);
  await bench.answer(6);
  assert.deepEqual(bench.applied, [7, 8]);
  assert.equal(bench.status.phase, "live");
  assert.equal(bench.status.seq, 8);
});

test("loading becomes lost after two seconds", () => {
  const bench = new Bench();
  bench.pass(2001);
  assert.equal(bench.status.phase, "lost");
});

test("late after 7 s of silence, lost after 12, and the socket is given up", async () => {
  const bench = new Bench();
  await bench.live();
  bench.pass(6999);
  assert.equal(bench.status.phase, "live");
  bench.pass(1);
  assert.equal(bench.status.phase, "late");
  bench.pass(5000);
  assert.equal(bench.status.phase, "lost");
  assert.ok(bench.status.nextTry > bench.time);
});

test("any message holds it live", async () => {
  const bench = new Bench();
  await bench.live(5);
  for (let i = 0; i < 10; i++) {
    bench.pass(5000);
    bench.alive(5);
  }
  assert.equal(bench.status.phase, "live");
  assert.equal(bench.questions.length, 0);
});

test("a closed socket is lost after a second, tried at growing intervals for ever", async () => {
  const bench = new Bench();
  await bench.live();
  bench.socket.onclose();
  assert.equal(bench.status.phase, "live");
  const delays = [];
  for (let i = 0; i < 7; i++) {
    const before = bench.time;
    delays.push(Math.round(bench.status.nextTry - before));
    bench.pass(bench.status.nextTry - before);
    bench.socket.onclose();
  }
  assert.deepEqual(delays, [500, 1000, 2000, 4000, 5000, 5000, 5000]);
  assert.equal(bench.status.phase, "lost");
});

test("a reconnect stays hatched until it has caught up, and says so", async () => {
  const bench = new Bench();
  await bench.live(5);
  bench.socket.onclose();
  bench.pass(500);
  bench.socket.onclose();
  bench.pass(1000);
  assert.equal(bench.status.phase, "lost");
  bench.hello("e", 9);
  assert.equal(bench.status.phase, "catching-up");
  bench.event(9);
  bench.event(10);
  await bench.answer(9);
  assert.equal(bench.status.phase, "live");
  assert.deepEqual(bench.applied, [10]);
  assert.equal(bench.status.notice.came, 2);
  assert.equal(bench.status.notice.away, 1500);
  assert.deepEqual(bench.states.at(-1), { afresh: false, missed: true });
  bench.alive(10);
  bench.pass(6000);
  bench.alive(10);
  assert.ok(bench.status.notice);
  for (let i = 0; i < 10; i++) {
    bench.pass(6000);
    bench.alive(10);
  }
  assert.equal(bench.status.notice, null);
});

test("another epoch replaces all", async () => {
  const bench = new Bench();
  await bench.live(50);
  bench.socket.onclose();
  bench.pass(500);
  bench.hello("f", 0);
  await bench.answer(0, "f");
  assert.deepEqual(bench.states.at(-1), { afresh: true, missed: true });
  assert.equal(bench.status.seq, 0);
  bench.event(1);
  assert.deepEqual(bench.applied, [1]);
});

test("a /state of another start than the socket's is asked again", async () => {
  const bench = new Bench();
  bench.hello("f", 0);
  await bench.answer(50, "e");
  assert.equal(bench.states.length, 0);
  assert.equal(bench.status.phase, "lost");
  bench.pass(500);
  await bench.answer(0, "f");
  assert.equal(bench.status.phase, "live");
});

test("a gap in seq is filled from /state, without the hatch", async () => {
  const bench = new Bench();
  await bench.live(5);
  bench.event(6);
  bench.event(8);
  assert.equal(bench.questions.length, 1);
  assert.equal(bench.status.phase, "live");
  bench.event(9);
  await bench.answer(8);
  assert.deepEqual(bench.applied, [6, 8, 9]);
  assert.equal(bench.status.notice.gap, true);
});

test("an alive that knows of more shows a gap too", async () => {
  const bench = new Bench();
  await bench.live(5);
  bench.alive(7);
  assert.equal(bench.questions.length, 1);
});

test("with one station, events of others are no gap; a gap of its own is one", async () => {
  const bench = new Bench({ filtered: true });
  bench.hello("e", 5);
  await bench.answer(5);
  bench.event(6, 3);
  bench.event(60, 4);
  bench.alive(99);
  assert.equal(bench.questions.length, 0);
  bench.event(61, 6);
  assert.equal(bench.questions.length, 1);
});

test("a failing /state is not live, and is tried again", async () => {
  const bench = new Bench();
  bench.hello();
  await bench.fail();
  assert.equal(bench.status.phase, "lost");
  assert.equal(bench.status.failure, "state");
  bench.pass(500);
  await bench.answer(5);
  assert.equal(bench.status.phase, "live");
});

test("what is held does not grow while /state fails", async () => {
  const bench = new Bench();
  bench.hello("e", 5);
  bench.event(6);
  await bench.fail();
  bench.event(7);
  bench.pass(500);
  bench.event(8);
  await bench.answer(7);
  assert.deepEqual(bench.applied, [8]);
});

test("the answer to a question of a former socket is not taken", async () => {
  const bench = new Bench();
  bench.hello();
  bench.socket.onclose();
  await bench.answer(5);
  assert.equal(bench.states.length, 0);
});

test("when the network is back it tries at once", async () => {
  const bench = new Bench();
  await bench.live();
  bench.socket.onclose();
  assert.equal(bench.sockets.length, 1);
  bench.connection.hurry();
  assert.equal(bench.sockets.length, 2);
});

test("what is no message is passed over", async () => {
  const bench = new Bench();
  await bench.live();
  for (const data of ["", "{", "null", "[]", "7", '{"type":"later"}']) {
    bench.socket.onmessage({ data });
  }
  assert.equal(bench.status.phase, "live");
});

test("after a silence that was too long nothing is believed before /state is there", async () => {
  const bench = new Bench();
  await bench.live(5);
  bench.time += 600000; // the laptop slept: no timer ran meanwhile
  bench.event(6); // waited in the socket
  assert.deepEqual(bench.applied, []);
  assert.equal(bench.sockets.length, 2);
  assert.equal(bench.status.phase, "lost");
  bench.hello("e", 40);
  assert.equal(bench.status.phase, "catching-up");
  await bench.answer(40);
  assert.equal(bench.status.phase, "live");
  assert.equal(bench.status.notice.away, 600000);
});

test("a clock that is set back makes nothing live for longer", async () => {
  const bench = new Bench();
  await bench.live();
  bench.time -= 3600000;
  bench.connection.tick();
  bench.pass(13000);
  assert.equal(bench.status.phase, "lost");
});

test("a clock that is set while the page is open is followed", async () => {
  const bench = new Bench();
  await bench.live();
  const server = bench.time;
  bench.time += 5000;
  bench.send({ type: "update", station: "A", seq: 6, time: new Date(server).toISOString() });
  assert.equal(bench.status.offset, -5000);
});
