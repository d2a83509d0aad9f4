// SPDX-License-Identifier: Apache-2.0
// What loads when it is first asked for: help, answers, sound, earlier sessions, filter, what the
// physicist gets, and the set-up. In both themes, on desk and phone, by keys alone.
import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import test from "./part.mjs";
import { launch, open, picture, text, until } from "./browser.mjs";
import { Fake, noTemplate, result, session } from "./fake.mjs";

const browser = await launch();
test.after(() => browser.close());

const STATION = "AWP167046";
const banner = `article[data-station="${STATION}"]`;
const full = (fake) => session(fake, STATION);
const latest = (fake) => fake.stations[STATION].history[0].series;

/** Runs one test with a daemon and a page of its own; any error of the page fails it. */
function promise(name, prepare, check, options = {}) {
  test(name, async () => {
    const fake = await new Fake().start();
    try {
      prepare(fake);
      const page = await open(browser, fake.address + (options.path ?? "/"), options);
      await check(page, fake);
      assert.deepEqual(page.problems, []);
      await page.context().close();
    } finally {
      await fake.stop();
    }
  });
}

const shown = (page, selector) => page.waitForSelector(selector, { state: "visible" });
const gone = (page, selector) => page.waitForSelector(selector, { state: "hidden" });

function says(page, selector, wanted) {
  return until(page, ([where, what]) => document.querySelector(where)?.textContent.includes(what), [
    selector,
    wanted,
  ]);
}

// ---- what is missing ----------------------------------------------------------------------------

promise(
  "a checker that failed is named with the series that it gave no verdict of",
  (fake) => {
    full(fake);
    fake.stations[STATION].history[0].content.failed = ["checker-site"];
  },
  (page) => says(page, "[data-role=table-about]", "checker-site failed: no verdict of it"),
);

// ---- answers ------------------------------------------------------------------------------------

promise(
  "one key answers, on every screen, and it can be changed and withdrawn",
  full,
  async (page, fake) => {
    const other = await open(browser, fake.address);
    assert.equal(await page.getAttribute(banner, "data-loud"), "fill");
    await page.keyboard.press("a");
    await says(page, `${banner} [data-role=action]`, "To be repeated");
    await says(other, `${banner} [data-role=action]`, "To be repeated");
    assert.equal(await page.getAttribute(banner, "data-loud"), "tint");
    assert.equal(await page.getAttribute("[data-role=open]", "data-open"), "none");
    assert.equal(page.dialogs, 0);
    await page.click("[data-answer=agreed]");
    await says(other, `${banner} [data-role=action]`, "Kept: physicist agreed");
    await page.waitForSelector("[data-answer=agreed][aria-pressed=true]");
    await page.click("[data-answer=none]");
    await says(other, `${banner} [data-role=action]`, "Repeat series 12");
    assert.equal(latest(fake).acknowledged, null);
    await other.context().close();
  },
);

promise("by keys alone: why it is kept, in one's own words", full, async (page, fake) => {
  await page.keyboard.press("a");
  await shown(page, "#answers");
  while ((await page.evaluate(() => document.activeElement.dataset.answer)) !== "other") {
    await page.keyboard.press("Tab");
  }
  await page.keyboard.press("Enter");
  await page.keyboard.type("phantom <b>as</b> said");
  await page.keyboard.press("Enter");
  await says(page, "#answers .given", "Kept: another reason");
  await says(page, "#answers .given", ": phantom <b>as</b> said");
  assert.deepEqual(
    [latest(fake).acknowledged.answer, latest(fake).acknowledged.reason],
    ["other", "phantom <b>as</b> said"],
  );
  assert.doesNotMatch(await text(page, banner), /phantom/, "visitors may see the banner");
  await page.keyboard.press("Escape");
  await gone(page, "#answers");
});

promise(
  "a tap on the strip answers as the key does; another keeps it without saying repeat",
  full,
  async (page, fake) => {
    await page.click("[data-role=keep]");
    await shown(page, "#answers");
    assert.equal(latest(fake).acknowledged ?? null, null);
    await page.click("[data-answer=unwell]");
    await says(page, `${banner} [data-role=action]`, "Kept: subject unwell");
    assert.equal(await page.isVisible("[data-role=answer]"), false);
    assert.equal(await text(page, "[data-role=keep]"), "Change answer");
  },
);

promise("a refusal is told in words, and nothing looks answered", full, async (page, fake) => {
  fake.refusal = { status: 403, error: "Answers are not taken from <i>this</i> page" };
  await page.click("[data-role=answer]");
  await says(page, "[data-role=refusal]", "Not taken: Answers are not taken from <i>this</i> page");
  assert.equal(await page.getAttribute(banner, "data-loud"), "fill");
  assert.equal(await page.locator("#answers i").count(), 0);
  page.problems.length = 0; // the browser's own line of the 403
});

promise(
  "where answers are off there is nothing to press, and the key does nothing",
  (fake) => {
    full(fake);
    fake.answers = false;
  },
  async (page, fake) => {
    await page.keyboard.press("a");
    await page.keyboard.press("?");
    await shown(page, "#help");
    assert.equal(await page.isVisible("#answers"), false);
    assert.equal(await page.isVisible("[data-role=strip-acts]"), false);
    assert.equal(latest(fake).acknowledged ?? null, null);
  },
);

promise(
  "at the bedside the key answers, and nobody's own words are there",
  (fake) => {
    full(fake);
    latest(fake).acknowledged = { answer: "other", reason: "Jane felt ill", time: fake.time() };
  },
  async (page) => {
    await says(page, `${banner} [data-role=action]`, "Kept: another reason");
    assert.equal(await page.isVisible("[data-role=strip-acts]"), false);
    await page.keyboard.press("a");
    await shown(page, "#answers");
    assert.equal(await page.locator("#answers input:visible").count(), 0);
    assert.equal(await page.isVisible("[data-answer=other]"), false);
    assert.ok(await page.isVisible("[data-answer=agreed]"));
    assert.doesNotMatch(await text(page, "body"), /Jane/);
    await picture(page, "answers-bedside");
  },
  { path: `/station/${STATION}`, viewport: { width: 1920, height: 1080 } },
);

// ---- sound --------------------------------------------------------------------------------------

/** In the page: writes down what its oscillators are told. */
function record() {
  window.tones = [];
  const create = AudioContext.prototype.createOscillator;
  AudioContext.prototype.createOscillator = function () {
    const node = create.call(this);
    const tone = { now: this.currentTime, hertz: [], from: null, to: null };
    window.tones.push(tone);
    for (const call of ["setValueAtTime", "linearRampToValueAtTime"]) {
      const own = node.frequency[call].bind(node.frequency);
      node.frequency[call] = (value, time) => (tone.hertz.push(value), own(value, time));
    }
    const [start, stop] = [node.start.bind(node), node.stop.bind(node)];
    node.start = (time) => ((tone.from = time), start(time));
    node.stop = (time) => ((tone.to = time), stop(time));
    return node;
  };
}

function rememberSound() {
  localStorage.setItem("mrqart-sound", "on");
}

/** Tones that are heard: [first Hz, last Hz, seconds after the first of them]. */
function heard(page) {
  return page.evaluate(() => {
    const kept = window.tones.filter(({ from, to }) => to > from);
    return kept.map(({ hertz, from }) => [...hertz, Math.round(from - kept[0].from)]);
  });
}

const toned = (page, count) => until(page, (wanted) => window.tones.length >= wanted, count);

promise(
  "sound is off until one click; then a deviation glides down, and again after 15 and 45 s",
  full,
  async (page) => {
    assert.equal((await text(page, "[data-role=sound]")).trim(), "Sound off");
    assert.deepEqual(await heard(page), []);
    await page.click("[data-role=sound]");
    await says(page, "[data-role=sound-text]", "Sound on");
    await toned(page, 3);
    assert.deepEqual(await heard(page), [
      [660, 440, 0],
      [660, 440, 15],
      [660, 440, 45],
    ]);
    await page.keyboard.press("a");
    await says(page, `${banner} [data-role=action]`, "To be repeated");
    await until(page, () => window.tones[2].to <= window.tones[2].from);
    assert.equal((await heard(page)).length, 1, "no repeats of what is answered");
  },
  { init: record },
);

promise(
  "key s turns it on with a sample, and off again; what conforms makes no sound",
  (fake) => session(fake, STATION, { open: false }),
  async (page, fake) => {
    await page.keyboard.press("s");
    await says(page, "[data-role=sound-text]", "Sound on");
    await toned(page, 1);
    assert.deepEqual(await heard(page), [[660, 440, 0]]);
    const series = fake.add(STATION, { number: 12, name: "rest" }, result());
    await says(page, `${banner} [data-role=series]`, "12 rest");
    fake.add(STATION, { number: 13, name: "new" }, noTemplate());
    await says(page, "[data-role=rows]", "No template");
    assert.equal((await heard(page)).length, 1);
    series.phase = "stalled";
    fake.event("stalled", STATION, series, { silent: 18, gap: 1, count: 1, expected: null });
    await toned(page, 2);
    assert.deepEqual((await heard(page))[1].slice(0, 2), [440, 440]);
    await page.keyboard.press("s");
    await says(page, "[data-role=sound-text]", "Sound off");
    fake.add(STATION, { number: 14, name: "bad" }, result({ TR: 2000 }));
    await says(page, `${banner} [data-role=series]`, "14 bad");
    assert.equal(await page.evaluate(() => window.tones.length), 2);
  },
  { init: record },
);

promise(
  "a browser that wants a gesture says so, and one press is enough",
  full,
  async (page) => {
    await says(page, "[data-role=sound-text]", "Sound blocked: press");
    assert.deepEqual(await heard(page), []);
    await picture(page, "sound-blocked");
    await page.click("[data-role=sound]");
    await says(page, "[data-role=sound-text]", "Sound on");
    await toned(page, 3);
  },
  { init: `(${record})(); (${rememberSound})()` },
);

promise(
  "not live: one low tone, and nothing of before",
  full,
  async (page, fake) => {
    await page.click("[data-role=sound]");
    await toned(page, 3);
    fake.refuse = true;
    fake.clients.forEach(({ socket }) => socket.destroy());
    await toned(page, 4);
    assert.deepEqual((await heard(page)).map((tone) => tone.slice(0, 2)).at(-1), [220, 220]);
    await until(page, () => window.tones.slice(1, 3).every(({ from, to }) => to <= from));
    fake.refuse = false;
    await until(page, () => document.documentElement.dataset.connection === "live");
    assert.equal(await page.evaluate(() => window.tones.length), 4);
    page.problems.length = 0; // the browser's own lines of the websocket
  },
  { init: record },
);

promise(
  "the tones themselves: a glide without pulses, with a soft beginning",
  full,
  async (page) => {
    const measured = await page.evaluate(async () => {
      const { TONES, schedule } = await import("/static/sound.js");
      const rate = 48000;
      const measure = async (kind) => {
        const context = new OfflineAudioContext(1, rate, rate);
        schedule(context, TONES[kind], 0.1);
        const sound = (await context.startRendering()).getChannelData(0);
        const part = (from, to) => sound.subarray(rate * from, rate * to);
        const peak = (samples) => samples.reduce((most, one) => Math.max(most, Math.abs(one)), 0);
        const hertz = (from, to) => {
          const samples = part(from, to);
          const rises = samples.filter((one, at) => at && samples[at - 1] < 0 && one >= 0).length;
          return rises / (to - from);
        };
        const middle = Array.from({ length: 10 }, (_, at) =>
          peak(part(0.16 + at / 22, 0.17 + at / 22)),
        );
        return {
          before: peak(part(0, 0.1)),
          attack: peak(part(0.1, 0.11)),
          lowest: Math.min(...middle),
          highest: Math.max(...middle),
          after: peak(part(0.705, 1)),
          hertz: [hertz(0.15, 0.2), hertz(0.63, 0.68)],
        };
      };
      return { deviates: await measure("deviates"), lost: await measure("lost") };
    });
    for (const { before, attack, lowest, highest, after } of Object.values(measured)) {
      assert.equal(before, 0);
      assert.equal(after, 0);
      assert.ok(attack < 0.4 * highest, "50 ms of attack");
      assert.ok(lowest > 0.85 * highest, "no pulses");
      assert.ok(highest < 0.5);
    }
    const [first, last] = measured.deviates.hertz;
    assert.ok(Math.abs(first - 635) < 30 && Math.abs(last - 455) < 30, `${first} ${last}`);
    measured.lost.hertz.forEach((hertz) => assert.ok(Math.abs(hertz - 220) < 25, `${hertz}`));
  },
);

// ---- earlier sessions and filter ----------------------------------------------------------------

const DAY = 86400000;

/** A session of some days ago: one series of each kind. */
function past(fake, days, count = 4) {
  const contents = [result(), result({ TR: 2000 }), noTemplate(), result()];
  for (let number = 1; number <= count; number++) {
    const ago = days * DAY - number * 60000;
    fake.add(
      STATION,
      {
        number,
        name: `old_${number}`,
        uid: `8.${days}.${number}`,
        key: `past-${days}-${number}`,
        study: `past ${days}`,
        project: "Brain^other",
        count: 30,
      },
      contents[number % contents.length],
      { ago, lastAgo: ago },
    );
  }
}

function withPast(fake) {
  past(fake, 3);
  past(fake, 1);
  full(fake);
}

const earlier = "[data-role=earlier-list]";

/** Earlier sessions, by key; the first line then has the focus. */
async function openEarlier(page) {
  await page.keyboard.press("h");
  await until(page, () => document.activeElement.className === "session-head");
}

promise("earlier sessions: a line each, by key, and back", withPast, async (page) => {
  assert.equal(await page.locator("[data-role=rows] button[data-series]").count(), 12);
  await openEarlier(page);
  const heads = page.locator(".session-head");
  assert.equal(await heads.count(), 2);
  assert.match(
    await heads.first().textContent(),
    /^\d{4}-\d\d-\d\d \d\d:\d\dBrain\^other1 deviates 1 no template 2 conforms $/,
  );
  assert.equal(await page.locator(`${earlier} button[data-series]`).count(), 0);
  await page.keyboard.press("Enter"); // the first has the focus
  await shown(page, `${earlier} button[data-series]`);
  const verdicts = await page.locator(`${earlier} .verdict`).allTextContents();
  assert.ok(verdicts.includes("Deviated: TR; not repeated"), verdicts.join());
  await page.keyboard.press("j");
  assert.match(await text(page, "[data-role=table-title]"), /^4 old_4$/);
  assert.equal(await text(page, `${banner} [data-role=series]`), "12 RewardedAnti2");
  await page.keyboard.press("Escape");
  await gone(page, earlier);
  assert.ok(await page.isVisible("[data-role=rows]"));
});

promise(
  "the filter keeps what is asked for, and hides no open deviation from the strip",
  withPast,
  async (page) => {
    await page.click("[data-role=filter]");
    await shown(page, "[data-role=filters]");
    const named = () => page.locator("[data-role=rows] .name").allTextContents();
    await page.click("[data-filter=deviates]");
    await says(page, "[data-role=list-about]", "2 of 12 series");
    assert.deepEqual(await named(), ["RewardedAnti2", "rest_AP"]);
    await page.click("[data-filter=open]");
    await says(page, "[data-role=list-about]", "1 of 12 series");
    await page.click("[data-filter=open]");
    await page.fill("[data-role=filters] input", "REST");
    await says(page, "[data-role=list-about]", "2 of 12 series");
    assert.deepEqual(await named(), ["rest_AP", "rest_AP"]);
    await page.click("[data-filter=not-checked]");
    await says(page, "[data-role=list-about]", "0 of 12 series");
    assert.match(await text(page, "[data-role=open]"), /1 open: series 12/);
    await page.click("[data-role=filter]");
    await says(page, "[data-role=list-about]", "newest first");
    assert.equal((await named()).length, 12);
  },
);

promise(
  "500 series in earlier sessions: opened, filtered, scrolled",
  (fake) => {
    past(fake, 2, 500);
    full(fake);
  },
  async (page) => {
    await openEarlier(page);
    await page.evaluate(() => {
      window.frames = [];
      let last = performance.now();
      const frame = (now) => {
        window.frames.push(now - last);
        last = now;
        requestAnimationFrame(frame);
      };
      requestAnimationFrame(frame);
    });
    await page.keyboard.press("Enter");
    await until(
      page,
      (where) => document.querySelectorAll(`${where} button[data-series]`).length === 500,
      earlier,
    );
    await page.evaluate(async (where) => {
      const box = document.querySelector(where);
      for (let top = 0; top < box.scrollHeight; top += 400) {
        box.scrollTop = top;
        await new Promise(requestAnimationFrame);
      }
    }, earlier);
    await page.click("[data-role=filter]");
    await page.fill("[data-role=filters] input", "old_49");
    await until(
      page,
      (where) => document.querySelectorAll(`${where} button[data-series]`).length === 11,
      earlier,
    );
    const frames = await page.evaluate(() => window.frames.slice(1).sort((a, b) => a - b));
    const at = (part) => frames[Math.floor(frames.length * part)].toFixed(1);
    console.log(`frames p50 ${at(0.5)}, p99 ${at(0.99)}, most ${frames.at(-1).toFixed(1)} ms`);
  },
);

// ---- help ---------------------------------------------------------------------------------------

promise(
  "help: keys, states, and each parameter in the console's words",
  (fake) => {
    const content = result();
    content.input.Manufacturer = "SIEMENS";
    fake.add(STATION, { number: 1, name: "x" }, content);
  },
  async (page) => {
    await page.click("[data-role=help]");
    await says(page, "[data-meaning=TR] .meaning", "Time between two excitations");
    assert.equal(await text(page, "[data-meaning=TR] .consoles"), "SIEMENS: TR, Routine card");
    assert.equal(await text(page, "[data-meaning=SAR] .meaning"), "<b>Text</b>");
    assert.match(await text(page, "#help"), /Stalled.*Look at the scanner/);
    assert.equal(await page.getAttribute("[data-role=help]", "aria-expanded"), "true");
    await page.keyboard.press("Escape");
    assert.equal(await page.evaluate(() => document.activeElement.dataset.role), "help");
  },
);

// ---- for the physicist --------------------------------------------------------------------------

async function pasted(page) {
  await page.evaluate(() => {
    document.body.insertAdjacentElement("beforeend", document.createElement("textarea")).focus();
  });
  await page.keyboard.press("Control+V");
  return page.evaluate(() => document.querySelector("body > textarea").value);
}

for (const [how, init] of [
  ["the clipboard", undefined],
  [
    "a host without clipboard (plain http)",
    () => Object.defineProperty(Navigator.prototype, "clipboard", { get: () => undefined }),
  ],
]) {
  promise(
    `copy for the physicist, by ${how}`,
    full,
    async (page) => {
      await page.context().grantPermissions(["clipboard-read", "clipboard-write"]);
      await page.click("[data-role=copy]");
      await says(page, "[data-role=copy]", "Copied");
      await says(page, "#say", "Copied");
      const report = await pasted(page);
      assert.match(
        report,
        /^Station: AWP167046\nBegan: \d{4}-\d\d-\d\d \d\d:\d\d:\d\d\nSeries: 12 /,
      );
      assert.match(report, /TR \(Repetition time\): have 2000 ms, expect 1300 ms\n/);
      assert.match(report, /Template: seen 412 times, first 2023-01-02, last 2026-09-14\n/);
      assert.match(report, /File: a\.dcm\nMRQART 0\.1\.0\n$/);
    },
    { init },
  );
}

promise(
  "prints verdict, table and session on one sheet",
  full,
  async (page) => {
    await page.keyboard.press("j"); // somebody touches the page
    await page.keyboard.press("Escape");
    await page.waitForFunction(() => document.querySelector("link[media=print]")?.sheet);
    const sheets = (await page.pdf({ preferCSSPageSize: true })).toString("latin1");
    assert.equal(sheets.match(/\/Type\s*\/Page\b/g).length, 1);
    await page.emulateMedia({ media: "print" });
    for (const [selector, visible] of [
      [`${banner} [data-role=word]`, true],
      ["tr[data-parameter=TR]", true],
      ["[data-role=rows] button[data-number='1']", true],
      ["[data-role=printed]", true],
      [".bar", false],
      ["[data-role=copy]", false],
    ]) {
      assert.equal(await page.isVisible(selector), visible, selector);
    }
    await page.setViewportSize({ width: 700, height: 1000 });
    await picture(page, "printed");
  },
  { colorScheme: "dark" },
);

// ---- set-up -------------------------------------------------------------------------------------

function bare(fake) {
  fake.share = "\\\\mrqart\\dicomstream";
  fake.folders = [
    { name: "/data/dicomstream", state: "watched", since: fake.time(Date.now() - 3600000) },
    { name: "/data/other", state: "gone" },
  ];
}

promise(
  "the set-up: what is watched since when, the share, what was refused",
  bare,
  async (page, fake) => {
    await says(page, "[data-check=folder][data-ok=true]", "Watching /data/dicomstream since ");
    await says(page, "[data-check=folder][data-ok=false]", "/data/other: the folder is gone");
    await says(page, "[data-check=share]", "Connect \\\\mrqart\\dicomstream");
    await says(page, "[data-check=image]", "2 names refused so far, such as a.txt.");
    fake.event("error", null, null, {
      file: "/d/MR.1",
      message: "it ends after 5 bytes",
      count: 1,
    });
    await says(
      page,
      "[data-check=image]",
      "1 file could not be read: MR.1: it ends after 5 bytes.",
    );
    fake.add(STATION, { number: 1, name: "localizer" }, result());
    await gone(page, "[data-role=setup]");
  },
);

// ---- looks, in both themes and sizes, without violations of accessibility ------------------------

const packages = process.env.MRQART_PLAYWRIGHT
  ? dirname(dirname(process.env.MRQART_PLAYWRIGHT))
  : "node_modules";
const AXE = join(packages, "axe-core/axe.min.js");

/** name → [what the daemon knows, what people do] */
const LOOKS = {
  help: [
    full,
    async (page) => {
      await page.keyboard.press("?");
      await says(page, "[data-meaning=TR]", "Time between");
    },
  ],
  states: [
    full,
    async (page) => {
      await page.keyboard.press("?");
      await says(page, "[data-meaning=TR]", "Time between");
      await page.locator(".states").scrollIntoViewIfNeeded();
    },
  ],
  answers: [
    full,
    async (page) => {
      await page.keyboard.press("a");
      await says(page, "#answers .given", "To be repeated");
      await page.click("[data-answer=other]");
    },
  ],
  earlier: [
    withPast,
    async (page) => {
      await openEarlier(page);
      await page.keyboard.press("Enter");
      await shown(page, `${earlier} button[data-series]`);
    },
  ],
  filter: [
    full,
    async (page) => {
      await page.click("[data-role=filter]");
      await page.click("[data-filter=deviates]");
      await says(page, "[data-role=list-about]", "2 of 12");
    },
  ],
  setup: [bare, (page) => shown(page, "[data-check=share]")],
};

for (const colorScheme of ["light", "dark"]) {
  for (const [size, viewport] of Object.entries({
    desk: { width: 1280, height: 720 },
    large: { width: 1920, height: 1080 },
    phone: { width: 390, height: 844 },
  })) {
    for (const [name, [prepare, act]] of Object.entries(LOOKS)) {
      promise(
        `${name}, ${size}, ${colorScheme}: a picture, no violation`,
        prepare,
        async (page) => {
          await act(page);
          await picture(page, `${name}-${size}-${colorScheme}`);
          const wide = await page.evaluate(() => document.documentElement.scrollWidth);
          assert.equal(wide, viewport.width, "nothing scrolls sideways");
          if (existsSync(AXE)) {
            await page.evaluate(readFileSync(AXE, "utf8"));
            const found = await page.evaluate(() => window.axe.run(document));
            assert.deepEqual(
              found.violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html)}`),
              [],
            );
          }
        },
        { colorScheme, viewport },
      );
    }
  }
}
