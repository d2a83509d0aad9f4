// SPDX-License-Identifier: Apache-2.0
// The page in Chromium against the fake daemon: what people see, and what must never happen.
import assert from "node:assert/strict";
import test from "./part.mjs";
import { launch, open, picture, text, until } from "./browser.mjs";
import { Fake, INPUT, noTemplate, result, session } from "./fake.mjs";

const browser = await launch();
test.after(() => browser.close());

const STATION = "AWP167046";

/** Runs one test with a daemon and a page of its own; any error of the page fails it. */
function promise(name, prepare, check, options = {}) {
  test(name, async () => {
    const fake = await new Fake().start();
    try {
      await prepare(fake);
      const page = await open(browser, fake.address + (options.path ?? "/"), options);
      await check(page, fake);
      assert.deepEqual(page.problems, []);
      await page.context().close();
    } finally {
      await fake.stop();
    }
  });
}

const full = (fake) => session(fake, STATION);
const banner = `article[data-station="${STATION}"]`;
const rows = (page) => page.locator("[data-role=rows] button[data-series]");
const state = (page, wanted, station = STATION) =>
  until(
    page,
    ([name, value]) =>
      document.querySelector(`article[data-station="${name}"]`)?.dataset.state === value,
    [station, wanted],
  );
const connected = (page, wanted) =>
  until(page, (value) => document.documentElement.dataset.connection === value, wanted);

function cut(fake) {
  fake.refuse = true;
  fake.clients.forEach(({ socket }) => socket.destroy());
  fake.clients.clear();
}

promise("a deviating series shows word, sentence, action and count", full, async (page) => {
  assert.equal(await page.getAttribute(banner, "data-state"), "deviates");
  assert.equal(await text(page, `${banner} [data-role=word]`), "Deviates");
  assert.equal(
    await text(page, `${banner} [data-role=sentence]`),
    "TR is 2000 ms, template 1300 ms (seen 412 times)",
  );
  assert.equal(
    await text(page, `${banner} [data-role=action]`),
    "Repeat series 12 before the subject leaves",
  );
  assert.equal(await text(page, `${banner} [data-role=series]`), "12 RewardedAnti2");
  assert.equal(await text(page, `${banner} [data-role=count]`), "46");
  assert.match(await page.title(), /^≠ 12 deviates · AWP167046 · MRQART$/);
});

promise("strip and trail tell of the whole session", full, async (page) => {
  assert.equal(await page.getAttribute("[data-role=open]", "data-open"), "current");
  assert.match(
    await text(page, "[data-role=open]"),
    /1 open: series 12\..*12 series since .*: 9 conform, 2 deviate \(7 repeated as 10\), 1 without/,
  );
  const trail = page.locator("[data-role=trail] [data-series]");
  assert.equal(await trail.count(), 12);
  assert.match(await trail.first().getAttribute("data-series"), /-1$/);
  await trail.nth(6).click();
  assert.match(await text(page, "[data-role=table-title]"), /^7 rest_AP$/);
});

promise("the list is newest first, each with its verdict", full, async (page) => {
  const list = rows(page);
  assert.equal(await list.count(), 12);
  assert.equal(await list.first().getAttribute("data-number"), "12");
  assert.equal(await list.first().getAttribute("data-open"), "true");
  const verdicts = await page.locator("[data-role=rows] .verdict").allTextContents();
  assert.deepEqual(verdicts.slice(0, 6), [
    "Deviates: TR",
    "Conforms",
    "Conforms, repeats 7",
    "Conforms",
    "Conforms",
    "Deviated: Phase; repeated as 10",
  ]);
});

promise("the table puts what differs first", full, async (page) => {
  const first = page.locator("tr[data-parameter]").first();
  assert.equal(await first.getAttribute("data-parameter"), "TR");
  assert.equal(await first.getAttribute("data-differs"), "true");
  assert.equal(await first.locator("[data-col=current]").textContent(), "2000 ms");
  assert.equal(await first.locator("[data-col=reference]").textContent(), "1300 ms");
  assert.equal(await first.locator("[data-col=difference]").textContent(), "+700 ms");
  assert.equal(await page.getAttribute("tr[data-parameter=Shims]", "data-compared"), "false");
  assert.equal(await text(page, "tr[data-parameter=FoV] [data-col=difference]"), "not sent live");
  await page.keyboard.press("d");
  assert.equal(await page.locator("tr[data-parameter]").count(), 1);
  assert.equal(
    await text(page, "[data-role=more]"),
    "Show 15 more: 12 as in the template, 3 not compared",
  );
});

promise("an update changes the count in place, and asks for nothing", full, async (page, fake) => {
  const series = fake.stations[STATION].history[0].series;
  const before = fake.fetches;
  for (let i = 0; i < 20; i++) {
    fake.update(STATION, series);
  }
  await until(
    page,
    (where) => document.querySelector(where).textContent === "66",
    `${banner} [data-role=count]`,
  );
  assert.equal(await rows(page).first().locator("[data-role=count]").textContent(), "66");
  assert.equal(await rows(page).count(), 12);
  assert.equal(fake.fetches, before);
});

const STATES = {
  "conforms": ["Conforms", "plain", result(), ""],
  "deviates": [
    "Deviates",
    "fill",
    result({ TR: 2000 }),
    "Repeat series 12 before the subject leaves",
  ],
  "warns": [
    "Check",
    "tint",
    result({ BWP: 2055 }, { status: "warns", n: 2 }),
    "Compare with the printed protocol",
  ],
  "no-template": ["No template", "tint", noTemplate(), "Check it against the printed protocol"],
  "not-checked": [
    "Not checked",
    "plain",
    { ...noTemplate(), status: "not-checked", reason: "derived image (MOCO)" },
    "",
  ],
};
for (const [name, [word, loudness, content, action]] of Object.entries(STATES)) {
  promise(
    `state ${name}: "${word}", ${loudness}`,
    (fake) => {
      session(fake, STATION, { open: false });
      fake.add(STATION, { number: 12, name: "RewardedAnti2", count: 46 }, content, { ago: 20000 });
    },
    async (page) => {
      assert.equal(await page.getAttribute(banner, "data-state"), name);
      assert.equal(await page.getAttribute(banner, "data-loud"), loudness);
      assert.equal(await text(page, `${banner} [data-role=word]`), word);
      assert.equal(await text(page, `${banner} [data-role=action]`), action);
      const ticks = await page.locator(`${banner} use[href="#s-conforms"]`).count();
      assert.equal(ticks, name === "conforms" ? 1 : 0);
      await picture(page, `state-${name}`);
    },
  );
}

promise("state changed: says from, to and the image", full, async (page, fake) => {
  const series = fake.stations[STATION].history[0].series;
  series.changes = { TE: { from: 30, to: 33, instance: 47 } };
  series.count += 1;
  fake.event("changed", STATION, series, { ...result({ TR: 2000 }), changes: series.changes });
  await state(page, "changed");
  assert.equal(
    await text(page, `${banner} [data-role=sentence]`),
    "TE went from 30 to 33 ms at image 47",
  );
  await picture(page, "state-changed");
});

promise(
  "state unreadable: in the daemon's words, and the row keeps its verdict",
  (fake) => {
    session(fake, STATION, { open: false });
    fake.add(STATION, { number: 12, name: "RewardedAnti2", count: 46 }, result(), { ago: 20000 });
  },
  async (page, fake) => {
    const { series } = fake.stations[STATION].history[0];
    fake.event(
      "error",
      STATION,
      { ...series, unreadable: 1 },
      { file: "/data/a.dcm", message: "the file ends after 4096 bytes", count: 1 },
    );
    await state(page, "unreadable");
    assert.equal(
      await text(page, `${banner} [data-role=sentence]`),
      "A file could not be read: the file ends after 4096 bytes",
    );
    assert.equal(
      await page.locator("[data-role=rows] .verdict").first().textContent(),
      "Conforms; 1 file unreadable",
    );
    await picture(page, "state-unreadable");
  },
);

promise(
  "an error of no station is a line in the strip, never a banner",
  full,
  async (page, fake) => {
    fake.event("error", null, null, { file: "/data/junk.dcm", message: "not DICOM", count: 3 });
    await until(
      page,
      () =>
        document.querySelector("[data-role=note]").textContent ===
        "3 files of an unknown scanner could not be read: junk.dcm (not DICOM)",
    );
    assert.equal(await page.locator("article").count(), 1);
    assert.equal(await page.getAttribute(banner, "data-state"), "deviates");
  },
);

promise(
  "an open deviation fills the strip when the next series conforms",
  (fake) => {
    full(fake).phase = "ended";
  },
  async (page, fake) => {
    assert.equal(await page.getAttribute("[data-role=open]", "data-open"), "current");
    fake.add(STATION, { number: 13, name: "dwi_AP", count: 17 }, result());
    await state(page, "conforms");
    assert.equal(await page.getAttribute("[data-role=open]", "data-open"), "earlier");
    assert.match(
      await text(page, "[data-role=open]"),
      /^\s*Still open: series 12, TR\.\s+Repeat it before the subject leaves/,
    );
    await picture(page, "still-open");
  },
);

promise(
  "what is open at another scanner is not forgotten either",
  (fake) => {
    session(fake, "A", { open: false });
    full(fake).phase = "ended";
    fake.add(STATION, { number: 13, name: "dwi_AP", count: 17 }, result());
  },
  async (page) => {
    assert.equal(await text(page, "[data-role=note]"), `Also open at ${STATION}: series 12`);
    assert.equal(await page.locator(`[data-tab="${STATION}"] [data-shape=deviates]`).count(), 1);
  },
);

promise(
  "not live: hatched, dated, nothing removed; then caught up, each once",
  full,
  async (page, fake) => {
    cut(fake);
    await state(page, "lost");
    assert.equal(await page.getAttribute("html", "data-connection"), "lost");
    assert.equal(await page.getAttribute(banner, "data-loud"), "hatch");
    assert.equal(await text(page, `${banner} [data-role=word]`), "Not live");
    assert.match(
      await text(page, `${banner} .eyebrow`),
      /At \d\d:\d\d:\d\d 12 RewardedAnti2 deviated/,
    );
    assert.match(await text(page, "[data-role=connection]"), /^Not live/);
    assert.equal(await rows(page).count(), 12);
    await picture(page, "not-live");
    const [old] = fake.stations[STATION].history;
    fake.update(STATION, old.series);
    fake.add(STATION, { number: 13, name: "dwi_AP", count: 17 }, result());
    fake.refuse = false;
    await connected(page, "live");
    await until(page, () => document.querySelectorAll("[data-role=rows] button").length === 13);
    assert.match(
      await text(page, "[data-role=reconnected]"),
      /^Reconnected \d\d:\d\d:\d\d after \d+ s; 1 series came meanwhile$/,
    );
    const verdicts = await page.locator("[data-role=rows] .verdict").allTextContents();
    assert.equal(verdicts[0], "Conforms; while not live");
    assert.equal(await rows(page).nth(1).locator("[data-role=count]").textContent(), "47");
    const keys = await rows(page).evaluateAll((nodes) => nodes.map((node) => node.dataset.series));
    assert.equal(new Set(keys).size, keys.length);
    page.problems = page.problems.filter((problem) => !problem.includes("WebSocket"));
  },
);

promise("a daemon that was started again replaces all", full, async (page, fake) => {
  const { port } = fake;
  await fake.stop();
  await state(page, "lost");
  const second = new Fake();
  second.epoch = "second";
  second.add(STATION, { number: 12, name: "RewardedAnti2", count: 50 }, result({ TR: 2000 }));
  second.add(STATION, { number: 13, name: "dwi_AP", count: 17 }, result());
  await second.start(port);
  try {
    await connected(page, "live");
    await until(page, () => document.querySelectorAll("[data-role=rows] button").length === 2);
    assert.match(await text(page, "[data-role=reconnected]"), /^MRQART was restarted/);
    second.update(STATION, second.stations[STATION].history[0].series);
    await until(
      page,
      () => document.querySelector("[data-role=rows] [data-role=count]").textContent === "18",
    );
    page.problems = page.problems.filter((problem) => !/WebSocket|ERR_CONNECTION/.test(problem));
  } finally {
    await second.stop();
    fake.server.listen(0);
  }
});

promise("lost messages are noticed and filled, without the hatch", full, async (page, fake) => {
  const before = fake.fetches;
  fake.add(STATION, { number: 13, name: "lost_one", count: 1 }, result(), { lost: true });
  fake.add(STATION, { number: 14, name: "next_one", count: 1 }, result());
  await until(page, () => document.querySelectorAll("[data-role=rows] button").length === 14);
  assert.equal(fake.fetches, before + 1);
  assert.match(await text(page, "[data-role=reconnected]"), /^Caught up/);
});

promise(
  "one station's page: the others stream, and nothing is asked",
  (fake) => {
    full(fake);
    session(fake, "MRC45012");
  },
  async (page, fake) => {
    assert.equal(await page.locator("article").count(), 1);
    assert.equal(await page.locator("[data-role=tabs] button").count(), 1);
    const before = fake.fetches;
    const other = fake.stations.MRC45012.history[0].series;
    for (let i = 0; i < 50; i++) {
      fake.update("MRC45012", other);
    }
    fake.sendAlive();
    fake.update(STATION, fake.stations[STATION].history[0].series);
    await until(
      page,
      (where) => document.querySelector(where).textContent === "47",
      `${banner} [data-role=count]`,
    );
    assert.equal(fake.fetches, before);
  },
  { path: `/station/${STATION}` },
);

promise(
  "a station that nobody knows yet: who is known, and it starts by itself",
  full,
  async (page, fake) => {
    assert.equal(await text(page, "article [data-role=sentence]"), "No image from MRC45012 yet");
    await page.waitForSelector("[data-role=setup] a");
    assert.deepEqual(await page.locator("[data-role=setup] a").allTextContents(), [STATION]);
    fake.add("MRC45012", { number: 1, name: "localizer" }, result());
    await state(page, "conforms", "MRC45012");
    assert.equal(await page.isVisible("[data-role=setup]"), false);
  },
  { path: "/station/MRC45012" },
);

promise(
  "names are text: HTML, scripts and control characters",
  (fake) => {
    fake.add(
      "<img src=x onerror=alert(1)>",
      {
        number: "<b>1</b>",
        name: "<script>alert(1)</script>\u202egnp\u0007",
        project: '"><i>x',
      },
      result({ Comments: "<b>x</b>\n" }),
    );
  },
  async (page) => {
    assert.equal(
      await text(page, "article [data-role=series]"),
      "<b>1</b> <script>alert(1)</script>�gnp�",
    );
    assert.equal(
      await page.getAttribute("article", "data-station"),
      "<img src=x onerror=alert(1)>",
    );
    assert.equal(await text(page, "tr[data-parameter=Comments] [data-col=current]"), "<b>x</b>�");
    assert.equal(await page.locator("main :is(img, script, i)").count(), 0);
    assert.equal(page.dialogs, 0);
    await picture(page, "hostile-names");
  },
);

promise(
  "names of 200 characters, from right to left, or none at all",
  (fake) => {
    fake.add(STATION, { number: 3, name: "n".repeat(200), project: "p".repeat(200) }, result(), {
      ago: 30000,
    });
    fake.add(STATION, { number: 2, name: "שלום עולם", project: "" }, result(), { ago: 40000 });
    fake.add(STATION, { number: null, name: "", project: null }, result(), { ago: 50000 });
    fake.add("", { number: 1, name: "x" }, result(), { ago: 50000 });
  },
  async (page) => {
    const names = await page.locator("[data-role=rows] .name").allTextContents();
    await page.locator("[data-role=tabs] button").last().click();
    assert.equal(await text(page, `${banner} [data-role=series]`), `3 ${"n".repeat(200)}`);
    assert.deepEqual(
      (await page.locator("[data-role=rows] .name").allTextContents()).slice(1),
      ["שלום עולם", "without name"],
      names.join(),
    );
    const wide = await page.evaluate(() => document.documentElement.scrollWidth);
    assert.equal(wide, 1280);
    await picture(page, "odd-names");
  },
);

promise(
  "keys: select, follow, station, theme, help",
  (fake) => {
    full(fake);
    session(fake, "MRC45012", { open: false });
  },
  async (page) => {
    await page.keyboard.press("ArrowDown");
    assert.equal(await text(page, "[data-role=table-title]"), "11 RewardedAnti1");
    assert.equal(
      await page.locator("button[data-series][aria-current]").getAttribute("data-number"),
      "11",
    );
    await page.keyboard.press("j");
    assert.equal(await text(page, "[data-role=table-title]"), "10 rest_AP");
    assert.equal(await text(page, "[data-role=back]"), "Back to series 12");
    await page.keyboard.press("Enter");
    assert.equal(await page.evaluate(() => document.activeElement.dataset.role), "comparison");
    await page.keyboard.press("Escape");
    assert.equal(await text(page, "[data-role=table-title]"), "12 RewardedAnti2");
    await page.keyboard.press("2");
    assert.match(await text(page, "[data-role=list-about]"), /^MRC45012/);
    await page.keyboard.press("t");
    assert.equal(await page.getAttribute("html", "data-theme"), "dark");
    await page.keyboard.press("?");
    await page.waitForSelector("#help:not([hidden])");
    await page.uncheck("#keys-on");
    await page.keyboard.press("Escape"); // from the box, too
    assert.equal(await page.isVisible("#help"), false);
    await page.locator("body").click({ position: { x: 5, y: 5 } });
    await page.keyboard.press("t");
    assert.equal(await page.getAttribute("html", "data-theme"), "dark");
  },
);

promise(
  "what someone looks at stays: selection, focus, scroll",
  (fake) => {
    for (let number = 1; number <= 60; number++) {
      fake.add(STATION, { number, name: `series_${number}`, count: 3 }, result(), {
        ago: (61 - number) * 20000,
        lastAgo: (61 - number) * 20000,
      });
    }
  },
  async (page, fake) => {
    await rows(page).nth(30).click();
    const where = () => page.evaluate(() => document.activeElement.getBoundingClientRect().top);
    const title = await text(page, "[data-role=table-title]");
    const before = await where();
    fake.add(STATION, { number: 61, name: "series_61" }, result({ TR: 2000 }));
    await state(page, "deviates");
    assert.equal(await text(page, "[data-role=table-title]"), title);
    assert.equal(await page.evaluate(() => document.activeElement.dataset.number), "30");
    assert.ok(Math.abs((await where()) - before) < 1, `${before} became ${await where()}`);
  },
);

promise(
  "on a phone a row that somebody reads stays where it is",
  (fake) => {
    for (let number = 1; number <= 40; number++) {
      fake.add(STATION, { number, name: `series_${number}` }, result(), {
        ago: (41 - number) * 1000,
      });
    }
  },
  async (page, fake) => {
    const row = page.locator("button[data-number='20']");
    await row.scrollIntoViewIfNeeded();
    const { y } = await row.boundingBox();
    fake.add(STATION, { number: 41, name: "series_41" }, result());
    await until(page, () => document.querySelector("[data-number='41']"));
    const after = await row.boundingBox();
    assert.ok(Math.abs(after.y - y) < 2, `${y} became ${after.y}`);
  },
  { viewport: { width: 390, height: 844 } },
);

promise("the cover falls when the script has died, and only then", full, async (page, fake) => {
  const opacity = () =>
    page.evaluate(() => getComputedStyle(document.querySelector("[data-role=cover]")).opacity);
  const advance = (ms) =>
    page.evaluate((to) => {
      document.querySelector("[data-role=cover]").getAnimations()[0].currentTime = to;
    }, ms);
  assert.equal(await opacity(), "0");
  await advance(11000);
  fake.sendAlive();
  await until(
    page,
    () => document.querySelector("[data-role=cover]").getAnimations()[0].currentTime < 5000,
  );
  fake.silent = true;
  await page.evaluate(() => {
    for (let timer = 0; timer < 10000; timer++) {
      clearInterval(timer);
    }
  });
  await advance(11950);
  await until(
    page,
    () => getComputedStyle(document.querySelector("[data-role=cover]")).opacity === "1",
  );
  await picture(page, "cover");
});

promise(
  "nothing yet: what is set up and what is not",
  (fake) => {
    fake.templates = 0;
    fake.folders.push({ name: "/data/other", state: "waiting" });
  },
  async (page) => {
    await until(page, () => document.querySelectorAll("[data-check]").length === 5);
    const checks = await page
      .locator("[data-check]")
      .evaluateAll((nodes) =>
        nodes.map((node) => [
          node.dataset.check,
          node.dataset.ok,
          node.querySelector("b").textContent,
        ]),
      );
    assert.deepEqual(checks, [
      ["page", "true", "This page hears MRQART"],
      ["folder", "true", "Watching /data/dicomstream"],
      ["folder", "false", "/data/other: does not exist"],
      ["templates", "false", "Templates: none"],
      ["image", "false", "First image: none yet"],
    ]);
    assert.equal(await text(page, "article [data-role=word]"), "Waiting");
    assert.match(await text(page, "[data-check=image]"), /2 names refused so far, such as a\.txt/);
    await picture(page, "nothing-yet");
  },
);

promise(
  "MRQART that watches nothing is not live, whatever it knows",
  (fake) => {
    full(fake);
    fake.folders[0].state = "gone";
    fake.healthStatus = 503;
  },
  async (page) => {
    await state(page, "lost");
    assert.equal(
      await text(page, `${banner} [data-role=sentence]`),
      "MRQART is running but not watching /data/dicomstream: the folder is gone",
    );
    page.problems = page.problems.filter((problem) => !problem.includes("503"));
  },
);

promise(
  "without /state there is no verdict",
  (fake) => {
    full(fake);
    fake.stateStatus = 500;
  },
  async (page, fake) => {
    assert.equal(await text(page, "article [data-role=word]"), "Not live");
    assert.equal(
      await text(page, "article [data-role=sentence]"),
      "MRQART answers, but not what it knows (/state failed)",
    );
    fake.stateStatus = 200;
    await state(page, "deviates");
    page.problems = page.problems.filter((problem) => !problem.includes("500"));
  },
);

promise("for those who hear the page: verdicts, never counts", full, async (page, fake) => {
  await until(page, () => document.querySelector("#alert").textContent !== "");
  assert.equal(await text(page, "#alert"), `${STATION}, Deviates, series 12 RewardedAnti2`);
  fake.update(STATION, fake.stations[STATION].history[0].series);
  await until(page, () => document.querySelector("article [data-role=count]").textContent === "47");
  assert.equal(await text(page, "#alert"), `${STATION}, Deviates, series 12 RewardedAnti2`);
  assert.equal(await page.locator("h1").count(), 1);
  assert.equal(await page.locator("table caption").count(), 1);
});

const LONG = "a_very_long_series_name_that_goes_on_and_on_to_eighty_characters_in_all_0123456789";
for (const [width, height] of [
  [320, 640],
  [390, 844],
  [800, 600],
  [1280, 720],
  [1920, 1080],
]) {
  promise(
    `${width} × ${height}: no sideways scrolling, whatever the names`,
    (fake) => {
      fake.add(
        STATION,
        { number: 1234, name: LONG, project: LONG, count: 123456, expected: 654321 },
        result({ TR: 2000, SequenceFile: `%SiemensSeq%/${LONG}` }),
      );
    },
    async (page) => {
      const [wide, high] = await page.evaluate(() => [
        document.documentElement.scrollWidth,
        document.documentElement.scrollHeight,
      ]);
      assert.equal(wide, width);
      assert.ok(width < 700 || high === height, `${high} of ${height} pixels high`);
      assert.equal(await text(page, `${banner} [data-role=series]`), `1234 ${LONG}`);
      await picture(page, `long-names-${width}`);
    },
    { viewport: { width, height } },
  );
}

promise(
  "on a phone the verdict stays in sight, in one line",
  full,
  async (page) => {
    assert.equal(await page.isVisible("[data-role=pinned]"), false);
    await page.locator("[data-role=rows] button").nth(10).scrollIntoViewIfNeeded();
    await until(page, () => !document.querySelector("[data-role=pinned]").hidden);
    assert.equal(await text(page, "[data-role=pinned]"), "Deviates12 RewardedAnti2");
    await picture(page, "phone-scrolled");
  },
  { viewport: { width: 390, height: 844 } },
);

function twoStations(fake) {
  full(fake);
  session(fake, "MRC45012", { open: false });
  fake.add("MRC45012", { number: 12, name: "RewardedAnti1", count: 131, expected: 420 }, result(), {
    ago: 60000,
  });
}

const PICTURES = [
  ["overview-light-1280", full, { viewport: { width: 1280, height: 720 } }],
  ["overview-light-1920", full, { viewport: { width: 1920, height: 1080 } }],
  [
    "overview-dark-1280",
    twoStations,
    { viewport: { width: 1280, height: 720 }, colorScheme: "dark" },
  ],
  [
    "overview-dark-1920",
    twoStations,
    { viewport: { width: 1920, height: 1080 }, colorScheme: "dark" },
  ],
  ["phone-light", full, { viewport: { width: 390, height: 844 } }],
  ["phone-dark", twoStations, { viewport: { width: 390, height: 844 }, colorScheme: "dark" }],
];
for (const [name, prepare, options] of PICTURES) {
  promise(`picture ${name}`, prepare, (page) => picture(page, name), options);
}

promise(
  "several scanners: one banner each, in the order of their names",
  (fake) => {
    full(fake);
    for (const [name, content] of [
      ["MRC3", result({ TR: 2000, TE: 33, FA: 70 })],
      ["MRC1", result()],
      ["MRC2", noTemplate()],
    ]) {
      fake.add(name, { number: 3, name: "mprage_sag", count: 17, expected: 208 }, content, {
        ago: 20000,
      });
    }
  },
  async (page) => {
    const names = () =>
      page.locator("article").evaluateAll((nodes) => nodes.map((node) => node.dataset.station));
    assert.deepEqual(await names(), [STATION, "MRC1", "MRC2", "MRC3"]);
    await page.locator("[data-role=tabs] button").nth(3).click();
    assert.equal(await text(page, "[data-role=table-title]"), "3 mprage_sag");
    assert.equal(await page.locator("tr[data-differs=true]").count(), 3);
    await picture(page, "four-scanners");
  },
);

promise(
  "a value as it stands in the file is in the title",
  (fake) => {
    fake.add(STATION, { number: 1, name: "x" }, result({ PixelResol: [2.2978, 2.2978] }));
  },
  async (page) => {
    const cell = page.locator("tr[data-parameter=PixelResol] [data-col=reference]");
    assert.equal(await cell.getAttribute("title"), INPUT.PixelResol.join(", "));
  },
);
