// SPDX-License-Identifier: Apache-2.0
// Whole sessions of `mrqart simulate` before the real daemon, and all that goes wrong in a day:
// stops of the scanner, of the daemon, of the network, of the screen's computer. What the page
// shows in the end is what the scanner wrote; until then it is never calm about what it cannot know.
import assert from "node:assert/strict";
import { renameSync } from "node:fs";
import test from "node:test";
import { launch, open, picture, text, until } from "./browser.mjs";
import { Cable, Daemon } from "./daemon.mjs";
import { isMine } from "./part.mjs";

const browser = await launch();
const promises = []; // name and check of each; they wait more than they work, so side by side
const AT_ONCE = 4;

const STATION = "AWP167046";
const OTHER = "MRC45012";
const banner = `article[data-station="${STATION}"]`;
const SPEED = 20; // times a real scanner's
const TIMERS = { stall_after: 1.5, settle: 0 }; // for scanners in such a hurry

/** Notes each picture of connection and verdicts that the page has ever shown. Runs in the page. */
function record() {
  window.shown = [];
  const note = () => {
    const { connection } = document.documentElement.dataset;
    const states = [...document.querySelectorAll("article[data-station]")].map(
      ({ dataset }) => dataset.state,
    );
    const entry = `${connection}: ${states.join()}`;
    if (window.shown.at(-1) !== entry) {
      window.shown.push(entry);
    }
  };
  new MutationObserver(note).observe(document, {
    subtree: true,
    attributeFilter: ["data-connection", "data-state"],
  });
}

/** While it is not live a page has no verdict, of no scanner. */
async function wasHonest(page) {
  const lies = (await page.evaluate(() => window.shown)).filter((entry) => {
    const [connection, states] = entry.split(": ");
    const blind = ["lost", "catching-up"].includes(connection);
    return blind && states.split(",").some((state) => state && state !== "lost");
  });
  assert.deepEqual(lies, []);
}

/** One test with daemon, cable and a page behind it. options: of the daemon. clock: a false one. */
function promise(name, check, { options = {}, clock = false } = {}) {
  promises.push([name, () => withDaemon(check, options, clock)]);
}

async function withDaemon(check, options, clock) {
  const daemon = new Daemon(options);
  daemon.templates({}, { SequenceName: "rest" });
  await daemon.start();
  const cable = await new Cable().plug(daemon);
  try {
    const page = await open(browser, cable.address, { connection: ["live"], init: record });
    if (clock) {
      await page.clock.install();
    }
    await check({ daemon, cable, page });
    await wasHonest(page);
    await page.context().close();
    assert.equal(await daemon.stop(), 0, daemon.log);
  } catch (error) {
    console.log(daemon.log);
    throw error;
  } finally {
    await daemon.stop("SIGKILL");
    await cable.remove();
    daemon.remove();
  }
}

const connected = (page, wanted) =>
  until(page, (value) => document.documentElement.dataset.connection === value, wanted);

const shows = (page, role, wanted, station = STATION) =>
  until(page, ([selector, value]) => document.querySelector(selector)?.textContent === value, [
    `article[data-station="${station}"] [data-role=${role}]`,
    String(wanted),
  ]);

/** Waits for a state of the banner; answers with what it then shows, in the same moment. */
async function onceIn(page, state) {
  const shown = await until(
    page,
    ([at, wanted]) => {
      const found = document.querySelector(`${at}[data-state=${wanted}]`);
      const text = (role) => found.querySelector(`[data-role=${role}]`).textContent;
      return found && { action: text("action"), count: text("count") };
    },
    [banner, state],
  );
  return shown.jsonValue();
}

/** Of a row: number, state, verdict, count, whether it runs. */
function rows(page) {
  return page.locator("[data-role=rows] button").evaluateAll((buttons) =>
    buttons.map((button) => ({
      number: Number(button.dataset.number),
      state: button.dataset.state,
      verdict: button.querySelector(".verdict").textContent,
      count: Number(button.querySelector("[data-role=count]").textContent),
      running: button.dataset.running === "true",
    })),
  );
}

/** Waits until the selected scanner's list has these counts, by number, and nothing runs. */
async function hasCounts(page, wanted) {
  const sorted = Object.entries(wanted).map(([number, count]) => `${Number(number)}:${count}`);
  await until(
    page,
    (all) => {
      const buttons = [...document.querySelectorAll("[data-role=rows] button")];
      const counts = buttons.map(
        (button) =>
          `${button.dataset.number}:${button.querySelector("[data-role=count]").textContent}`,
      );
      return (
        counts.sort().join() === all && buttons.every((one) => one.dataset.running === "false")
      );
    },
    sorted.sort().join(),
  ).catch(async () =>
    assert.fail(`${(await rows(page)).map((row) => JSON.stringify(row)).join("\n")}\nwanted ${sorted.join()}`),
  );
}

/** What is on the disk and can be read: one file is torn. */
function readable(daemon) {
  const files = daemon.files();
  files[STATION][10] -= 1;
  return files;
}

/** Without "while not live": a busy machine may keep the page from hearing the daemon for a while. */
const verdictsOf = async (page) =>
  Object.fromEntries(
    (await rows(page)).map(({ number, verdict }) => [
      number,
      verdict.replace("; while not live", ""),
    ]),
  );

const VERDICTS = {
  1: "Conforms",
  2: "Conforms",
  3: "Conforms",
  4: "Conforms",
  5: "Conforms",
  6: "Conforms",
  7: "Not checked: derived image (MOCO)",
  8: "Deviated: TR; repeated as 9",
  9: "Conforms, repeats 8",
  10: "Conforms; 1 file unreadable",
  11: "Conforms",
  12: "No template",
  13: "Changed: FA, Shims",
  99: "Not checked: no MR image (Modality SR)",
};

promise(
  "a session from beginning to end: each series ends, with its verdict and all its images",
  async ({ daemon, page }) => {
    daemon.history();
    assert.equal(await daemon.simulate(SPEED), 0);
    const wanted = readable(daemon);
    await hasCounts(page, wanted[STATION]);
    assert.deepEqual(await verdictsOf(page), VERDICTS);
    assert.equal(await page.locator("article").count(), 2);
    await picture(page, "session-first-scanner");
    await page.keyboard.press("2");
    await hasCounts(page, wanted[OTHER]);
    await picture(page, "session-second-scanner");
    assert.deepEqual(page.problems, []);
  },
  { options: TIMERS },
);

promise(
  "a scanner that pauses and one that gives up: stalled, resumed, then incomplete and open",
  async ({ daemon, page }) => {
    daemon.history();
    const first = daemon.simulate(SPEED, "--stop-after", "20", "--pause", "5");
    assert.deepEqual(await onceIn(page, "stalled"), {
      action: "Look at the scanner: stopped or lagging?",
      count: "20",
    });
    await picture(page, "session-stalled");
    await onceIn(page, "conforms");
    assert.equal(await first, 0);
    const files = readable(daemon)[STATION];
    await hasCounts(page, files);
    assert.deepEqual(await verdictsOf(page), VERDICTS);

    daemon.clear();
    assert.equal(await daemon.simulate(SPEED, "--stop-after", "20"), 0);
    const wanted = readable(daemon)[STATION];
    assert.equal(wanted[6], 20);
    await hasCounts(page, wanted);
    assert.equal((await verdictsOf(page))[6], "Incomplete: 20 of 30 images");
    assert.match(await text(page, "[data-role=open]"), /series 6/);
    await picture(page, "session-incomplete");
  },
  { options: TIMERS },
);

promise(
  "a day with everything: killed, ended, cut off; in the end each image is there once",
  async ({ daemon, cable, page }) => {
    daemon.history();
    const begun = (number) =>
      until(
        page,
        (wanted) => document.querySelector(`[data-role=rows] button[data-number="${wanted}"]`),
        String(number),
      );
    const scanners = daemon.simulate(SPEED);
    await begun(2);
    await daemon.stop("SIGKILL");
    await connected(page, "lost");
    await daemon.start();
    await connected(page, "live");
    await begun(6);
    cable.push({ forgotten: true });
    await begun(8);
    assert.equal(await daemon.stop(), 0, daemon.log);
    await connected(page, "lost");
    await daemon.start();
    await connected(page, "live");
    await begun(10);
    cable.pull();
    assert.equal(await scanners, 0);
    cable.push();
    await hasCounts(page, readable(daemon)[STATION]);
    const verdicts = await verdictsOf(page);
    assert.deepEqual(Object.keys(verdicts), Object.keys(VERDICTS));
    for (const [number, verdict] of Object.entries(VERDICTS)) {
      assert.ok(verdicts[number].startsWith(verdict), `${number}: ${verdicts[number]}`);
    }
    await page.keyboard.press("2");
    await hasCounts(page, readable(daemon)[OTHER]);
    await picture(page, "session-after-all");
  },
  { options: TIMERS },
);

for (const [how, forgotten] of [
  ["goes on where it was", false],
  ["has forgotten its connections", true],
]) {
  promise(
    `the network is cut, without a word, and ${how}`,
    async ({ daemon, cable, page }) => {
      daemon.images(3, 2, { SequenceName: "rest" });
      await shows(page, "count", 2);
      cable.pull();
      daemon.images(3, 3, { SequenceName: "rest", from: 3 });
      daemon.images(4, 2, { TR: "2000" });
      await page.clock.runFor(7500);
      await until(page, () => document.documentElement.dataset.connection !== "live"); // or lost by now
      await page.clock.runFor(6000);
      await connected(page, "lost");
      await shows(page, "word", "Not live");
      await page.evaluate(() => (window.shown = []));
      for (let minute = 0; minute < 5; minute++) {
        await page.clock.runFor(60000); // it tries, and nobody answers
      }
      assert.deepEqual(
        (await page.evaluate(() => window.shown)).filter((entry) => entry !== "lost: lost"),
        [],
      );
      cable.push({ forgotten });
      await page.clock.runFor(6000);
      await connected(page, "live");
      await shows(page, "word", "Deviates");
      assert.deepEqual(
        (await rows(page)).map(({ number, count }) => [number, count]),
        [
          [4, 2],
          [3, 5],
        ],
      );
      assert.match(
        await text(page, "[data-role=reconnected]"),
        /^Reconnected \d\d:\d\d:\d\d after 5 min; 1 series came meanwhile$/,
      );
    },
    { clock: true },
  );
}

promise(
  "a computer that slept ten minutes: not live until it knows what came",
  async ({ daemon, cable, page }) => {
    daemon.images(3, 2, { SequenceName: "rest" });
    await shows(page, "word", "Conforms");
    cable.pull();
    daemon.images(3, 3, { SequenceName: "rest", from: 3 });
    daemon.images(4, 2, { TR: "2000" });
    await page.clock.fastForward(600000); // the daemon's clock goes on as before
    await connected(page, "lost");
    cable.push({ forgotten: true });
    await page.clock.runFor(6000);
    await connected(page, "live");
    await shows(page, "word", "Deviates");
    assert.deepEqual(
      (await rows(page)).map(({ number, count }) => [number, count]),
      [
        [4, 2],
        [3, 5],
      ],
    );
    assert.equal(
      await page.locator("[data-role=rows] .verdict").first().textContent(),
      "Deviates: TR; while not live",
    );
    assert.equal(await text(page, "article .when"), "Scanning now"); // by the daemon's clock
  },
  { clock: true },
);

promise(
  "a folder that is gone: not live, whatever is known; and live again with it",
  async ({ daemon, page }) => {
    daemon.images(3, 2, { SequenceName: "rest" });
    await shows(page, "word", "Conforms");
    renameSync(daemon.folder, `${daemon.folder}.old`);
    await connected(page, "lost"); // /healthz is asked every 15 s
    await shows(page, "word", "Not live");
    assert.match(
      await text(page, "article [data-role=sentence]"),
      /^MRQART is running but not watching .*: /,
    );
    renameSync(`${daemon.folder}.old`, daemon.folder);
    await connected(page, "live");
    daemon.images(3, 2, { SequenceName: "rest", from: 3 });
    await shows(page, "count", 4);
  },
);

test("a day at the scanner", { concurrency: AT_ONCE }, async (day) => {
  const mine = promises.filter((_, index) => isMine(index));
  await Promise.all(mine.map(([name, check]) => day.test(name, check)));
  await browser.close();
});
