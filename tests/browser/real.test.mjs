// SPDX-License-Identifier: Apache-2.0
// The page and the real daemon: files arrive, and people see the right thing.
import assert from "node:assert/strict";
import test from "./part.mjs";
import { launch, open, picture, text, until } from "./browser.mjs";
import { Daemon } from "./daemon.mjs";

const browser = await launch();
test.after(() => browser.close());

const STATION = "AWP167046";
const banner = `article[data-station="${STATION}"]`;

/** Runs one test with a daemon of its own; it must end well. */
function promise(name, check) {
  test(name, async () => {
    const daemon = new Daemon();
    daemon.templates({}, { SequenceName: "rest" });
    await daemon.start();
    try {
      await check(daemon);
      assert.equal(await daemon.stop(), 0, daemon.log);
    } catch (error) {
      console.log(daemon.log);
      throw error;
    } finally {
      await daemon.stop("SIGKILL");
      daemon.remove();
    }
  });
}

const shows = (page, role, wanted, station = STATION) =>
  until(page, ([selector, value]) => document.querySelector(selector)?.textContent === value, [
    `article[data-station="${station}"] [data-role=${role}]`,
    String(wanted),
  ]);
const connected = (page, wanted) =>
  until(page, (value) => document.documentElement.dataset.connection === value, wanted);
const seriesKeys = (page) =>
  page
    .locator("[data-role=rows] button[data-series]")
    .evaluateAll((nodes) => nodes.map((node) => node.dataset.series));

promise(
  "files arrive, a deviation is told, the daemon dies and comes back, all is there once",
  async (daemon) => {
    const page = await open(browser, daemon.address, { connection: ["live"] });
    await shows(page, "word", "Waiting", "");
    await until(
      page,
      () => document.querySelectorAll("[data-check=folder][data-ok=true]").length === 1,
    );
    assert.deepEqual(page.problems, []);

    daemon.images(11, 20, { SequenceName: "rest" });
    await shows(page, "word", "Conforms");
    await shows(page, "count", 20);
    assert.match(
      await text(page, `${banner} [data-role=sentence]`),
      /^All \d+ parameters as in the template \(seen 412 times\)$/,
    );

    daemon.images(12, 5, { TR: "2000" });
    await shows(page, "word", "Deviates");
    await shows(page, "count", 5);
    assert.equal(
      await text(page, `${banner} [data-role=sentence]`),
      "TR is 2000 ms, template 1300 ms (seen 412 times)",
    );
    assert.equal(
      await text(page, `${banner} [data-role=action]`),
      "Repeat series 12 before the subject leaves",
    );
    assert.equal(await text(page, "tr[data-differs=true] [data-col=current]"), "2000 ms");
    assert.deepEqual(page.problems, []);
    await picture(page, "real-deviates");

    await daemon.stop("SIGKILL");
    await connected(page, "lost");
    await shows(page, "word", "Not live");
    daemon.images(12, 3, { from: 6, TR: "2000" });
    daemon.images(13, 4);
    await daemon.start();
    await connected(page, "live");
    await until(page, () => {
      const counts = [...document.querySelectorAll("[data-role=rows] [data-role=count]")];
      return counts.map((count) => count.textContent).join() === "4,8,20";
    });
    const keys = await seriesKeys(page);
    assert.equal(new Set(keys).size, 3);
    assert.equal(keys.length, 3);
    assert.match(await text(page, "[data-role=reconnected]"), /^MRQART was restarted/);
    assert.equal(await page.getAttribute("[data-role=open]", "data-open"), "none");
    assert.equal(
      await page.locator("[data-role=rows] .verdict").nth(1).textContent(),
      "Deviated: TR; repeated as 13",
    );
    await page.context().close();
  },
);

promise(
  "two scanners, one page for one of them: the other streams, nothing is asked again",
  async (daemon) => {
    daemon.images(1, 2);
    daemon.images(1, 2, { station: "MRC45012" });
    let questions = 0;
    const page = await open(browser, `${daemon.address}/station/MRC45012`, {
      connection: ["live"],
    });
    page.on("request", (request) => (questions += request.url().endsWith("/state") ? 1 : 0));
    await shows(page, "count", 2, "MRC45012");
    const whole = await open(browser, daemon.address, { connection: ["live"] });
    daemon.images(1, 60, { from: 3 });
    daemon.images(2, 3, { TR: "2000" });
    daemon.images(1, 3, { from: 3, station: "MRC45012" });
    await shows(page, "count", 5, "MRC45012");
    await shows(whole, "word", "Deviates");
    assert.equal(await page.locator("article").count(), 1);
    assert.equal(questions, 0);
    assert.deepEqual(page.problems, []);
    assert.equal(await whole.locator("article").count(), 2);
    await picture(whole, "real-two-scanners");
  },
);

promise("a value that changes in mid-series", async (daemon) => {
  const page = await open(browser, daemon.address, { connection: ["live"] });
  daemon.images(3, 4);
  await shows(page, "word", "Conforms");
  daemon.images(3, 2, { from: 5, TR: "2000" });
  await shows(page, "word", "Changed");
  assert.equal(
    await text(page, `${banner} [data-role=sentence]`),
    "TR went from 1300 to 2000 ms at image 5",
  );
  await page.reload();
  await shows(page, "word", "Changed");
  assert.equal(
    await text(page, `${banner} [data-role=sentence]`),
    "TR went from 1300 to 2000 ms at image 5",
  );
});

promise("a series without template, and a file that cannot be read", async (daemon) => {
  const page = await open(browser, daemon.address, { connection: ["live"] });
  daemon.images(4, 2, { SequenceName: "brand_new" });
  await shows(page, "word", "No template");
  assert.equal(await page.getAttribute(banner, "data-state"), "no-template");
  daemon.images(5, 2);
  await until(page, () => document.querySelectorAll("[data-role=rows] button").length === 2);
  daemon.junk("001_000005_000003.dcm", "this is no DICOM file"); // its name says whose it is
  await until(page, () =>
    document.querySelector("[data-role=rows]").textContent.includes("; 1 file unreadable"),
  );
});

promise("names from files stay text", async (daemon) => {
  const name = "<img src=x onerror=alert(1)>";
  const page = await open(browser, daemon.address, { connection: ["live"] });
  daemon.images(6, 2, {
    SequenceName: name,
    Project: "<b>&amp;\"'</b>",
    Comments: "<script>alert(1)</script>",
  });
  await shows(page, "series", `6 ${name}`);
  assert.equal(await page.locator("[data-role=rows] .name").first().textContent(), name);
  assert.equal(await page.locator("main :is(img, script)").count(), 0);
  assert.equal(
    await text(page, "tr[data-parameter=Comments] [data-col=current]"),
    "<script>alert(1)</script>",
  );
  assert.equal(page.dialogs, 0);
  assert.deepEqual(page.problems, []);
});

promise("an answer is kept, seen on another screen, and there after a restart", async (daemon) => {
  const page = await open(browser, daemon.address, { connection: ["live"] });
  const other = await open(browser, daemon.address, { connection: ["live"] });
  daemon.images(12, 2, { TR: "2000" });
  await shows(page, "word", "Deviates");
  const acted = (where, wanted) =>
    until(
      where,
      ([selector, value]) => document.querySelector(selector)?.textContent.startsWith(value),
      [`${banner} [data-role=action]`, wanted],
    );
  await page.keyboard.press("a");
  await acted(page, "To be repeated");
  await acted(other, "To be repeated");
  await page.click("[data-answer=agreed]");
  await acted(other, "Kept: physicist agreed");
  await page.keyboard.press("?");
  await until(page, () => document.querySelector("[data-meaning=TR] .meaning")?.textContent);
  await page.context().close();
  await daemon.stop();
  await daemon.start();
  await acted(other, "Kept: physicist agreed");
  await other.context().close();
});
