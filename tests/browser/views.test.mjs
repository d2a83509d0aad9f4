// SPDX-License-Identifier: Apache-2.0
// Every state of the banner on every screen, with a picture of each; the bedside view; and what
// the daemon tells of phases, repeats, answers and delays.
import assert from "node:assert/strict";
import test from "./part.mjs";
import { drawn, launch, open, picture, resize, text, until } from "./browser.mjs";
import { Fake, result, session } from "./fake.mjs";
import { STATES, STATION, banner, cut, newest } from "./states.mjs";

const browser = await launch();
test.after(() => browser.close());

const expected = (problem) => /WebSocket|ERR_CONNECTION/.test(problem); // where it was cut

async function withPage(prepare, path, options, check) {
  const fake = await new Fake().start();
  try {
    await prepare(fake);
    const page = await open(browser, fake.address + path, options);
    await check(page, fake);
    assert.deepEqual(
      page.problems.filter((problem) => !expected(problem)),
      [],
    );
    await page.context().close();
  } finally {
    await fake.stop();
  }
}

function promise(name, prepare, check, { path = "/", ...options } = {}) {
  test(name, () => withPage(prepare, path, options, check));
}

function loud(page, state, loudness) {
  return until(
    page,
    ([where, wanted]) => {
      const { state: is, loud: how } = document.querySelector(where)?.dataset ?? {};
      return is === wanted[0] && how === wanted[1];
    },
    [banner, [state, loudness]],
  );
}

function same(found, wanted) {
  if (wanted instanceof RegExp) {
    assert.match(found, wanted);
  } else {
    assert.equal(found, wanted);
  }
}

/** Texts of the banner that stick out of their boxes, or boxes that stick out of the screen. */
function cutOff(page) {
  return page.evaluate((where) => {
    const texts = [...document.querySelectorAll(`${where} :is([data-role], .eyebrow)`)];
    return texts
      .filter((node) => node.checkVisibility() && node.textContent)
      .filter((node) => {
        const { left, right } = node.getBoundingClientRect();
        const role = node.dataset.role;
        const wide = role === "series" ? 0 : node.scrollWidth - node.clientWidth;
        const high = role === "sentence" ? node.scrollHeight - node.clientHeight : 0;
        return wide > 1 || high > 4 || left < 0 || right > innerWidth;
      })
      .map((node) => `${node.dataset.role}: ${node.textContent}`);
  }, banner);
}

const SCREENS = {
  "1280": { width: 1280, height: 720 },
  "1920": { width: 1920, height: 1080 },
  "phone": { width: 390, height: 844 },
};
const BEDSIDE = { bedside: SCREENS["1920"] };

async function judgeState(page, name, [word, , sentence, action]) {
  assert.equal(await text(page, `${banner} [data-role=word]`), word);
  same(await text(page, `${banner} [data-role=sentence]`), sentence);
  same(await text(page, `${banner} [data-role=action]`), action);
  assert.deepEqual(await cutOff(page), [], name);
  const { wide, width } = await page.evaluate(() => ({
    wide: document.documentElement.scrollWidth,
    width: innerWidth,
  }));
  assert.equal(wide, width, name);
}

for (const [name, { state = name, prepare, then, shows }] of Object.entries(STATES)) {
  for (const [path, screens] of [
    ["/?view=overview", SCREENS],
    [`/station/${STATION}`, BEDSIDE],
  ]) {
    promise(
      `state ${name}: ${Object.keys(screens).join(", ")}, light and dark`,
      prepare,
      async (page, fake) => {
        then?.(fake);
        await loud(page, state, shows[1]);
        for (const [screen, viewport] of Object.entries(screens)) {
          await resize(page, viewport);
          for (const colorScheme of ["light", "dark"]) {
            await page.emulateMedia({ colorScheme });
            await drawn(page, viewport);
            await judgeState(page, `${name}, ${screen}, ${colorScheme}`, shows);
            await picture(page, `${screen}-${colorScheme}-${name}`);
          }
        }
      },
      { path, viewport: Object.values(screens)[0] },
    );
  }
}

for (const count of [2, 4]) {
  promise(
    `${count} scanners, the widest of fonts: no sentence is cut`,
    (fake) => {
      for (let number = 1; number <= count; number++) {
        const series = fake.add(`SCANNER${number}`, { number, count: 46, expected: 420 }, result(), {
          ago: 60000,
          lastAgo: 24000,
        });
        fake.stall(`SCANNER${number}`, series);
      }
    },
    async (page) => {
      await until(page, () => document.querySelectorAll("[data-state=stalled].banner").length > 1);
      for (const viewport of [SCREENS["1280"], SCREENS["1920"]]) {
        await resize(page, viewport);
        const cut = await page.evaluate(() =>
          [...document.querySelectorAll("[data-role=sentence]")].filter(
            (node) => node.scrollHeight - node.clientHeight > 4,
          ).length,
        );
        assert.equal(cut, 0, `at ${viewport.width}`);
      }
    },
  );
}

// ---- bedside ----------------------------------------------------------------------------------

const bedside = { path: `/${STATION}`, viewport: { width: 1920, height: 1080 } };
const full = (fake) => session(fake, STATION);

/** Height of the font of a role, in hundredths of the screen's height. */
function fontOf(page, where) {
  return page.evaluate(
    (at) => (100 * parseFloat(getComputedStyle(document.querySelector(at)).fontSize)) / innerHeight,
    where,
  );
}

promise(
  "bedside: legible at 3 m, and nothing that visitors should not see",
  full,
  async (page) => {
    assert.equal(await page.getAttribute("html", "data-view"), "bedside");
    for (const [where, least] of [
      ["word", 19],
      ["sentence", 8.4],
      ["action", 6.8],
    ]) {
      const size = await fontOf(page, `${banner} [data-role=${where}]`);
      assert.ok(size >= least - 0.1, `${where}: ${size} vh`);
    }
    assert.ok((await fontOf(page, ".mark-number")) >= 2.7);
    const seen = await page.evaluate(() =>
      [...document.querySelectorAll("button, a, .list, .comparison, table, .counter, [role=button]")]
        .filter((node) => node.checkVisibility())
        .map((node) => node.outerHTML),
    );
    assert.deepEqual(seen, []);
    assert.equal(await text(page, "[data-role=open] b"), "46 of 420 images");
    const high = await page.evaluate(() => document.documentElement.scrollHeight);
    assert.equal(high, 1080);
  },
  bedside,
);

promise(
  "bedside: what is open and not in the banner fills the strip",
  STATES["still-open"].prepare,
  async (page) => {
    assert.equal(await page.getAttribute("[data-role=open]", "data-open"), "earlier");
    assert.match(await text(page, "[data-role=open]"), /Still open: series 12, TR\./);
    const size = await fontOf(page, "[data-role=open] b");
    assert.ok(size >= 6.7, `${size} vh`);
  },
  bedside,
);

promise(
  "bedside: the newest series of a long session keep their whole shapes",
  (fake) => {
    for (let number = 1; number <= 60; number++) {
      fake.add(STATION, { number, name: `s${number}`, count: 3 }, result(), {
        ago: (61 - number) * 20000,
        lastAgo: (61 - number) * 20000,
      });
    }
  },
  async (page) => {
    const numbers = await page.evaluate(() => {
      const { left, right } = document.querySelector("[data-role=trail]").getBoundingClientRect();
      return [...document.querySelectorAll("[data-role=trail] [data-series]")]
        .map((node) => [node.textContent, node.getBoundingClientRect()])
        .filter(([, box]) => box.right > left + 1 && box.left < right - 1)
        .map(([number, box]) => [number, box.left >= left - 1]);
    });
    assert.ok(numbers.length >= 8, `${numbers.length} shapes`);
    assert.equal(numbers.at(-1)[0], "60");
    assert.deepEqual(
      numbers.filter(([, whole]) => !whole),
      [],
    );
    await picture(page, "bedside-long-session");
  },
  bedside,
);

promise(
  "b goes to the bedside view and back, and a reload keeps it",
  full,
  async (page) => {
    assert.equal(await page.getAttribute("html", "data-view"), "overview");
    await page.keyboard.press("b");
    await until(page, () => document.documentElement.dataset.view === "bedside");
    await page.reload();
    await until(page, () => document.documentElement.dataset.view === "bedside");
    await loud(page, "deviates", "fill");
    await page.keyboard.press("b");
    await until(page, () => document.documentElement.dataset.view === "overview");
    await page.waitForSelector("[data-role=rows] button[data-series]");
    await page.click("button[data-role=bedside]");
    await until(page, () => document.documentElement.dataset.view === "bedside");
    await page.keyboard.press("Escape");
    await until(page, () => document.documentElement.dataset.view === "overview");
  },
);

promise(
  "one station's page is bedside, ?view=overview has the list",
  full,
  async (page, fake) => {
    assert.equal(await page.getAttribute("html", "data-view"), "bedside");
    await page.goto(`${fake.address}/station/${STATION}?view=overview`);
    await until(page, () => document.querySelectorAll("[data-role=rows] button").length === 12);
    assert.equal(await page.getAttribute("html", "data-view"), "overview");
  },
  { path: `/station/${STATION}` },
);

promise(
  "the bedside view keeps the screen on, where the browser can",
  full,
  async (page) => {
    await until(page, () => "awake" in document.documentElement.dataset);
    const able = await page.evaluate(() => "wakeLock" in navigator);
    console.log(`wake lock: ${able}, ${await page.getAttribute("html", "data-awake")}`);
  },
  bedside,
);

promise(
  "bedside with hostile and long names: text, and on one line",
  (fake) => {
    fake.add(
      "<b>" + "W".repeat(60),
      { number: 3, name: "<script>alert(1)</script>".repeat(4), count: 7 },
      result({ SequenceFile: "x".repeat(200), TR: 2000, Comments: "<i>y</i>" }),
    );
  },
  async (page) => {
    assert.match(await text(page, "[data-role=place]"), /^<b>W+$/);
    const [wide, high] = await page.evaluate(() => [
      document.documentElement.scrollWidth,
      document.documentElement.scrollHeight,
    ]);
    assert.deepEqual([wide, high], [1920, 1080]);
    assert.equal(page.dialogs, 0);
    await picture(page, "bedside-hostile-names");
  },
  { ...bedside, path: "/?view=bedside" },
);

// ---- what the daemon tells --------------------------------------------------------------------

promise(
  "a stall ends with the next image, a silence with any",
  (fake) => STATES.stalled.prepare(fake),
  async (page, fake) => {
    const series = newest(fake);
    fake.stall(STATION, series);
    await loud(page, "stalled", "fill");
    assert.match(await page.title(), /^‖ 12 stalled/);
    await until(page, () => /Stalled/.test(document.querySelector("#alert").textContent));
    fake.resume(STATION, series, 40);
    fake.update(STATION, series);
    await loud(page, "conforms", "plain");
    fake.silence(STATION, series);
    await loud(page, "silent", "tint");
    fake.update(STATION, series);
    await loud(page, "conforms", "plain");
  },
);

promise(
  "an answer is shown on every screen, and can be withdrawn",
  full,
  async (page, fake) => {
    const other = await open(browser, fake.address);
    const series = newest(fake);
    for (const screen of [page, other]) {
      await loud(screen, "deviates", "fill");
    }
    fake.acknowledge(STATION, series, "unwell");
    for (const screen of [page, other]) {
      await loud(screen, "deviates", "tint");
      assert.match(
        await text(screen, `${banner} [data-role=action]`),
        /^Kept: subject unwell, \d\d:\d\d$/,
      );
      assert.equal(await screen.getAttribute("[data-role=open]", "data-open"), "none");
      assert.equal(await screen.getAttribute(`${banner} .shape`, "data-look"), "outline");
      assert.match(await screen.title(), /^12 deviates/);
    }
    await page.reload();
    await loud(page, "deviates", "tint"); // /state knows it, too
    fake.acknowledge(STATION, series, null);
    await loud(page, "deviates", "fill");
    await other.context().close();
  },
);

promise(
  "a repeat that the daemon tells of, under another name",
  (fake) => {
    full(fake).phase = "ended";
    const repeats = { key: newest(fake).key, number: 12 };
    fake.add(STATION, { number: 13, name: "RewardedAnti2_b", repeats }, result());
  },
  async (page) => {
    const verdicts = await page.locator("[data-role=rows] .verdict").allTextContents();
    assert.deepEqual(verdicts.slice(0, 2), [
      "Conforms, repeats 12",
      "Deviated: TR; repeated as 13",
    ]);
    assert.equal(await page.getAttribute("[data-role=open]", "data-open"), "none");
  },
);

promise(
  "each verdict says how late it was shown here",
  (fake) => session(fake, STATION, { open: false }),
  async (page, fake) => {
    fake.add(
      STATION,
      { number: 12, name: "now", written: fake.time(Date.now() - 200) },
      result(),
    );
    await loud(page, "conforms", "plain");
    const delay = () => text(page, "[data-role=delay]");
    const [, seconds] = /^Verdict shown (\d+\.\d+) s after the image was written$/.exec(
      await delay(),
    );
    assert.ok(Number(seconds) >= 0.2, seconds);
    fake.add(
      STATION,
      { number: 13, name: "caught_up", written: fake.time(Date.now() - 3 * 3600000) },
      result(),
    );
    await page.click("button[data-number='13']");
    assert.equal(await delay(), "Verdict shown 3 h after the image was written");
    assert.equal(await text(page, `${banner} [data-role=series]`), "12 now");
  },
);

promise(
  "a computer that slept ten minutes: not live first, then all that came, once",
  full,
  async (page, fake) => {
    await page.clock.install();
    fake.silent = true;
    const series = newest(fake);
    fake.update(STATION, series, { lost: true });
    fake.add(STATION, { number: 13, name: "dwi_AP" }, result(), { lost: true });
    fake.refuse = true;
    await page.clock.fastForward(600000);
    await loud(page, "lost", "hatch");
    fake.refuse = false;
    await page.clock.fastForward(10000);
    await until(page, () => document.documentElement.dataset.connection === "live");
    await until(page, () => document.querySelectorAll("[data-role=rows] button").length === 13);
    assert.match(await text(page, "[data-role=reconnected]"), /1 series came meanwhile$/);
    const keys = await page
      .locator("[data-role=rows] button")
      .evaluateAll((nodes) => nodes.map((node) => node.dataset.series));
    assert.equal(new Set(keys).size, 13);
  },
);

promise(
  "bedside: cut and back, restarted: hatched, and it says so",
  full,
  async (page, fake) => {
    cut(fake);
    await loud(page, "lost", "hatch");
    fake.refuse = false;
    await loud(page, "deviates", "fill");
    assert.match(await text(page, "[data-role=reconnected]"), /^Reconnected/);
    assert.equal(await page.isVisible("[data-role=reconnected]"), true);
    cut(fake);
    await loud(page, "lost", "hatch");
    fake.epoch = "second";
    fake.refuse = false;
    await loud(page, "deviates", "fill");
    assert.match(await text(page, "[data-role=reconnected]"), /^MRQART was restarted/);
    await picture(page, "bedside-restarted");
  },
  bedside,
);
