// SPDX-License-Identifier: Apache-2.0
// What the page costs in Chromium: the first load from the real daemon; then, from a daemon that
// says what it is told, four scanners at full pace and a whole day. One JSON line per figure, for
// tests/bench/run.
import { launch, open, until } from "../browser/browser.mjs";
import { Daemon } from "../browser/daemon.mjs";
import { Fake, fill, result } from "../browser/fake.mjs";

const QUICK = process.argv.includes("--quick");
const STATIONS = ["A", "B", "C", "D"];
const KEPT = 500; // series of each
const PACE = 50; // ms between two updates of a scanner
const SECONDS = QUICK ? 5 : 30;
const LOADS = QUICK ? 3 : 10;
const FRAME = 25; // ms: more is a frame that was left out
const DAY = { series: QUICK ? 120 : 300, images: QUICK ? 50 : 300 }; // of each scanner
const BATCH = 400; // messages between two frames of a day that goes as fast as it can

function show(what, value, unit, target) {
  console.log(JSON.stringify({ what, value: Number(value.toPrecision(4)), unit, target }));
}

function percentile(values, part) {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))];
}

async function load(browser, address) {
  const page = await open(browser, address, { connection: ["live"] });
  const figures = await page.evaluate(() => {
    const all = ["navigation", "resource"].flatMap((type) => performance.getEntriesByType(type));
    const own = all.filter(({ name }) => !/\/(state|healthz)$/.test(name));
    return {
      paint: performance.getEntriesByName("first-contentful-paint")[0].startTime,
      requests: all.length,
      bytes: own.reduce((sum, { transferSize }) => sum + transferSize, 0),
    };
  });
  await page.context().close();
  return figures;
}

/** Each in a new context: nothing is in a cache. */
async function firstLoads(browser) {
  const daemon = await new Daemon().start();
  try {
    const loads = [];
    for (let turn = 0; turn < LOADS; turn++) {
      loads.push(await load(browser, daemon.address));
    }
    const paints = loads.map(({ paint }) => paint);
    show("first paint, median", percentile(paints, 0.5), "ms", 300);
    show("first paint, slowest", Math.max(...paints), "ms");
    show("first load", loads[0].requests, "requests", 12);
    show("first load, as sent", loads[0].bytes / 1000, "kB", 100);
  } finally {
    await daemon.stop();
    daemon.remove();
  }
}

/** Runs in the page, before its scripts: times each message to the frame that shows it. */
function time() {
  window.delays = [];
  window.frames = [];
  const waiting = [];
  const after = new MessageChannel(); // its message comes when the frame has been made
  after.port1.onmessage = () => {
    const now = performance.now();
    window.delays.push(...waiting.splice(0).map((at) => now - at));
  };
  const Socket = WebSocket;
  window.WebSocket = class extends Socket {
    constructor(address) {
      super(address);
      this.addEventListener("message", ({ timeStamp }) => {
        if (waiting.push(timeStamp) === 1) {
          requestAnimationFrame(() => after.port2.postMessage(null));
        }
      });
    }
  };
  let last = performance.now();
  const frame = (now) => {
    window.frames.push(now - last);
    last = now;
    requestAnimationFrame(frame);
  };
  requestAnimationFrame(frame);
}

async function metric(session, wanted) {
  const { metrics } = await session.send("Performance.getMetrics");
  return metrics.find(({ name }) => name === wanted).value;
}

async function fourScanners(browser) {
  const fake = await new Fake().start();
  fill(fake, STATIONS, KEPT * STATIONS.length);
  const page = await open(browser, fake.address, { connection: ["live"], init: time });
  await until(
    page,
    (wanted) => document.querySelectorAll("[data-role=rows] button").length === wanted,
    KEPT,
  );
  const session = await page.context().newCDPSession(page);
  await session.send("Performance.enable", { timeDomain: "threadTicks" });
  await page.evaluate(() => (window.delays.length = window.frames.length = 0));
  const [busy, began] = [await metric(session, "TaskDuration"), performance.now()];
  const running = STATIONS.map((name) => [name, fake.stations[name].history[0].series]);
  const first = running[0][1].count;
  const turns = (SECONDS * 1000) / PACE;
  for (let turn = 0; turn < turns; turn++) {
    for (const [name, series] of running) {
      fake.update(name, series);
      await new Promise((resolve) => setTimeout(resolve, PACE / STATIONS.length));
    }
  }
  await until(
    page,
    (wanted) => document.querySelector("[data-role=rows] [data-role=count]").textContent === wanted,
    String(first + turns),
  );
  const { delays, frames } = await page.evaluate(() => ({
    delays: window.delays,
    frames: window.frames.slice(1),
  }));
  const slow = frames.filter((ms) => ms > FRAME).length;
  const took = performance.now() - began;
  show("main thread busy", (1e5 * ((await metric(session, "TaskDuration")) - busy)) / took, "%");
  show("message to paint, p50", percentile(delays, 0.5), "ms");
  show("message to paint, p99", percentile(delays, 0.99), "ms", 34);
  show("frames left out", (100 * slow) / frames.length, "%");
  show("frame, p99", percentile(frames, 0.99), "ms");
  await page.context().close();
  await fake.stop();
}

async function memory(session) {
  await session.send("HeapProfiler.collectGarbage");
  return {
    heap: (await metric(session, "JSHeapUsedSize")) / 1e6,
    nodes: await metric(session, "Nodes"),
    listeners: await metric(session, "JSEventListeners"),
  };
}

/** Series after series on each scanner, as fast as the page takes them. */
async function scan(page, fake, from, to) {
  for (let number = from; number < to; number++) {
    for (const name of STATIONS) {
      const facts = { number, name: `series_${number}`, study: `1.2.${Math.floor(number / 20)}` };
      await acquire(page, fake, name, facts);
    }
  }
  await until(
    page,
    (wanted) => document.documentElement.dataset.seq === wanted,
    String(fake.seq),
  );
}

async function acquire(page, fake, name, facts) {
  const series = fake.add(name, facts, result(facts.number % 7 ? {} : { TR: 2000 }));
  const { history } = fake.stations[name];
  history.length = Math.min(history.length, 100); // what the daemon keeps
  for (let image = 1; image < DAY.images; image++) {
    fake.update(name, series);
    if (fake.seq % BATCH === 0) {
      await page.evaluate(() => new Promise((resolve) => requestAnimationFrame(resolve)));
    }
  }
  fake.end(name, series);
}

async function wholeDay(browser) {
  const fake = await new Fake().start();
  const page = await open(browser, fake.address, { connection: ["live"] });
  const session = await page.context().newCDPSession(page);
  await session.send("Performance.enable");
  const morning = Math.ceil(DAY.series / 3) + 10; // by then as many are kept as ever will be
  await scan(page, fake, 1, morning);
  const before = await memory(session);
  await scan(page, fake, morning, DAY.series);
  const after = await memory(session);
  show("a day, messages", fake.seq, "");
  show("its heap in the end", after.heap, "MB");
  show("its growth since the morning", after.heap - before.heap, "MB", 1);
  show("nodes more since the morning", after.nodes - before.nodes, "");
  show("listeners more since the morning", after.listeners - before.listeners, "");
  await page.context().close();
  await fake.stop();
}

const browser = await launch();
await firstLoads(browser);
await fourScanners(browser);
await wholeDay(browser);
await browser.close();
