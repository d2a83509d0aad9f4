// SPDX-License-Identifier: Apache-2.0
// What the page may cost: requests, bytes, elements, layout shift. Paint and frames are printed
// only, since they tell of the machine as much as of the page.
import assert from "node:assert/strict";
import test from "./part.mjs";
import { launch, open, until } from "./browser.mjs";
import { Fake, fill, noTemplate, result, session } from "./fake.mjs";

const STATION = "AWP167046";
const REQUESTS = 12;
const BYTES = 100000; // of the page itself on the wire; what /state answers depends on the session
const ELEMENTS = 6500; // with 500 series
const SHIFT = 0.001;

const browser = await launch();
test.after(() => browser.close());

async function measured(prepare, check) {
  const fake = await new Fake().start();
  try {
    prepare(fake);
    const page = await open(browser, fake.address, { connection: ["live"] });
    await check(page, fake);
    assert.deepEqual(page.problems, []);
    await page.context().close();
  } finally {
    await fake.stop();
  }
}

for (const [what, prepare] of [
  ["a session", (fake) => session(fake, STATION)],
  ["nothing to show yet", () => {}],
]) {
  test(`${what}: twelve requests and 100 KB`, () =>
    measured(prepare, async (page) => {
      await until(page, () =>
        performance.getEntriesByType("resource").some(({ name }) => name.endsWith("/healthz")),
      );
      const entries = await page.evaluate(() =>
        [
          ...performance.getEntriesByType("navigation"),
          ...performance.getEntriesByType("resource"),
        ].map(({ name, encodedBodySize }) => [new URL(name).pathname, encodedBodySize]),
      );
      const own = entries.filter(([path]) => path !== "/state" && path !== "/healthz");
      const bytes = own.reduce((sum, [, size]) => sum + size, 0);
      console.log(`${entries.length} requests, ${bytes} bytes of the page`);
      assert.ok(entries.length <= REQUESTS, entries.join("\n"));
      assert.ok(bytes <= BYTES, `${bytes} bytes`);
      const paint = await page.evaluate(
        () => performance.getEntriesByName("first-contentful-paint")[0]?.startTime,
      );
      console.log(`first paint ${Math.round(paint)} ms`);
    }));
}

test("500 series: at most 6,500 elements", () =>
  measured(
    (fake) => fill(fake, ["A", "B", "C", "D"], 2000),
    async (page) => {
      await until(page, () => document.querySelectorAll("[data-role=rows] button").length === 500);
      const elements = await page.evaluate(() => document.querySelectorAll("*").length);
      console.log(`${elements} elements`);
      assert.ok(elements <= ELEMENTS, `${elements} elements`);
    },
  ));

/** Counts layout shift from now on, and the time from frame to frame. */
function watch(page) {
  return page.evaluate(() => {
    window.shift = 0;
    window.moved = [];
    new PerformanceObserver((list) => {
      for (const { value, sources } of list.getEntries()) {
        window.shift += value;
        for (const { node } of sources) {
          const at = node?.nodeType === Node.TEXT_NODE ? node.parentNode : node;
          window.moved.push(`${at?.className || at?.dataset?.role || at?.nodeName} ${value}`);
        }
      }
    }).observe({ type: "layout-shift" });
    window.frames = [];
    let last = performance.now();
    const frame = (now) => {
      window.frames.push(now - last);
      last = now;
      requestAnimationFrame(frame);
    };
    requestAnimationFrame(frame);
  });
}

async function judgeShift(page) {
  const { shift, moved, frames } = await page.evaluate(() => {
    const { shift, moved, frames } = window;
    return { shift, moved, frames: frames.slice(1).sort((a, b) => a - b) };
  });
  const at = (part) => frames[Math.floor(frames.length * part)]?.toFixed(1);
  console.log(`shift ${shift}; frames p50 ${at(0.5)}, p99 ${at(0.99)} ms of ${frames.length}`);
  assert.ok(shift < SHIFT, `${shift}: ${moved.join("; ")}`);
}

const KINDS = [result(), result({ TE: 33 }), noTemplate(), result({ TR: 2000, FA: 70 }), result()];

for (const [what, kinds] of [
  ["series that conform", [result()]],
  ["series of all kinds", KINDS],
]) {
  test(`${what} enter at the top, counts grow, and nothing shifts`, () =>
    measured(
      (fake) => fill(fake, [STATION], 95), // the daemon's bound of 100 is passed on the way
      async (page, fake) => {
        await watch(page);
        for (let number = 96; number < 136; number++) {
          const series = fake.add(
            STATION,
            { number, name: `series_${number}` },
            kinds[number % kinds.length],
          );
          for (let image = 0; image < 12; image++) {
            fake.update(STATION, series);
          }
          await until(
            page,
            (wanted) =>
              document.querySelector("[data-role=rows] button").dataset.number === wanted &&
              document.querySelector("[data-role=rows] [data-role=count]").textContent === "13",
            String(number),
          );
        }
        await judgeShift(page);
      },
    ));
}

test("four scanners with 500 series, 20 updates a second each: nothing shifts", () =>
  measured(
    (fake) => fill(fake, ["A", "B", "C", "D"], 2000),
    async (page, fake) => {
      await until(page, () => document.querySelectorAll("[data-role=rows] button").length === 500);
      await watch(page);
      const heap = () => page.evaluate(() => Math.round(performance.memory.usedJSHeapSize / 1000));
      const before = await heap();
      const running = Object.entries(fake.stations).map(([name, { history }]) => [
        name,
        history[0].series,
      ]);
      for (let image = 0; image < 80; image++) {
        running.forEach(([name, series]) => fake.update(name, series));
        await new Promise((resolve) => setTimeout(resolve, 50)); // the pace of the updates
      }
      await until(
        page,
        () => document.querySelector("[data-role=rows] [data-role=count]").textContent === "83",
      );
      console.log(`heap ${before} kB, then ${await heap()} kB`);
      await judgeShift(page);
    },
  ));
