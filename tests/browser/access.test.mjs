// SPDX-License-Identifier: Apache-2.0
// For everyone: axe-core in all views and both themes, contrast by WCAG, forced colours, motion.
import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import test from "node:test";
import { launch, open, picture, until } from "./browser.mjs";
import { Fake, noTemplate, result, session } from "./fake.mjs";

const packages = process.env.MRQART_PLAYWRIGHT
  ? dirname(dirname(process.env.MRQART_PLAYWRIGHT))
  : "node_modules";
const AXE = join(packages, "axe-core/axe.min.js");
if (!existsSync(AXE)) {
  console.log(`SKIP: no ${AXE} (npm ci in tests/browser)`);
  process.exit(77);
}
const axe = readFileSync(AXE, "utf8");
const browser = await launch();
test.after(() => browser.close());

const STATION = "AWP167046";
const banner = `article[data-station="${STATION}"]`;

async function violations(page) {
  await page.evaluate(axe); // not as a script of the page, which its policy forbids
  const { violations: found } = await page.evaluate(() => window.axe.run(document));
  return found.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(" ")}`);
}

function current(fake, content) {
  session(fake, STATION, { open: false });
  return fake.add(STATION, { number: 12, name: "RewardedAnti2", count: 46 }, content, {
    ago: 20000,
  });
}

function cut(fake) {
  fake.refuse = true;
  fake.clients.forEach(({ socket }) => socket.destroy());
}

function unreadable(fake) {
  const series = fake.stations[STATION].history[0].series;
  const content = { file: "/a.dcm", message: "the file ends after 4096 bytes", count: 1 };
  fake.event("error", STATION, { ...series, unreadable: 1 }, content);
}

function changed(fake) {
  const series = fake.stations[STATION].history[0].series;
  series.changes = { TE: { from: 30, to: 33, instance: 47 } };
  fake.event("changed", STATION, series, { ...result(), changes: series.changes });
}

function earlier(fake) {
  session(fake, STATION).last = fake.time(Date.now() - 90000);
  fake.add(STATION, { number: 13, name: "dwi_AP", count: 17 }, result());
}

/** name → [what the daemon knows, the state of the banner, what happens then] */
const VIEWS = {
  "conforms": [(fake) => current(fake, result()), "conforms"],
  "deviates": [(fake) => session(fake, STATION), "deviates"],
  "changed": [(fake) => current(fake, result()), "changed", changed],
  "warns": [(fake) => current(fake, result({ BWP: 2055 }, { status: "warns", n: 2 })), "warns"],
  "no-template": [(fake) => current(fake, noTemplate()), "no-template"],
  "not-checked": [
    (fake) => current(fake, { ...noTemplate(), status: "not-checked" }),
    "not-checked",
  ],
  "unreadable": [(fake) => current(fake, result()), "unreadable", unreadable],
  "still-open": [earlier, "conforms"],
  "lost": [(fake) => session(fake, STATION), "lost", cut],
  "help": [
    (fake) => session(fake, STATION),
    "deviates",
    (fake, page) => page.click("[data-role=help]"),
  ],
  "nothing": [() => {}, "waiting"],
};

const SIZES = { desk: { width: 1280, height: 720 }, phone: { width: 320, height: 640 } };

for (const colorScheme of ["light", "dark"]) {
  for (const [size, viewport] of Object.entries(SIZES)) {
    test(`axe finds nothing: ${colorScheme}, ${size}`, async () => {
      for (const [name, [prepare, state, then]] of Object.entries(VIEWS)) {
        const fake = await new Fake().start();
        prepare(fake);
        const page = await open(browser, fake.address, { colorScheme, viewport });
        await then?.(fake, page);
        await until(
          page,
          (wanted) => document.querySelector("article")?.dataset.state === wanted,
          state,
        );
        assert.deepEqual(await violations(page), [], name);
        await page.context().close();
        await fake.stop();
      }
    });
  }
}
