// SPDX-License-Identifier: Apache-2.0
// For everyone: axe-core looks once at each document that is another one. What states differ in is
// their colours, and access.test.mjs looks at those.
import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import test from "./part.mjs";
import { launch, open, skip, until } from "./browser.mjs";
import { Fake, session } from "./fake.mjs";
import { STATES, STATION } from "./states.mjs";

const packages = process.env.MRQART_PLAYWRIGHT
  ? dirname(dirname(process.env.MRQART_PLAYWRIGHT))
  : "node_modules";
const AXE = join(packages, "axe-core/axe.min.js");
if (!existsSync(AXE)) {
  skip(`no ${AXE} (npm ci in tests/browser)`);
}
const axe = readFileSync(AXE, "utf8");
const browser = await launch();
test.after(() => browser.close());

const HELP = {
  state: "deviates",
  prepare: (fake) => session(fake, STATION),
  then: (fake, page) => page.click("[data-role=help]"),
};
const NOTHING = { state: "waiting", prepare() {} };
const [OPEN, LOST] = [STATES["still-open"], { state: "lost", ...STATES.lost }];

const SCREENS = {
  desk: ["/", { width: 1280, height: 720 }, { HELP, NOTHING, OPEN, LOST }],
  phone: ["/", { width: 320, height: 640 }, { HELP, NOTHING, OPEN }],
  bedside: ["/?view=bedside", { width: 1280, height: 720 }, { NOTHING, OPEN, LOST }],
};

/** rules: by default all. */
async function violations(page, ...rules) {
  const { violations: found } = await page.evaluate(
    (runOnly) => window.axe.run(document, runOnly.length ? { runOnly } : {}),
    rules,
  );
  return found.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(" ")}`);
}

async function judge(address, viewport, { state, then }, fake) {
  const page = await open(browser, address, { viewport });
  await then?.(fake, page);
  await until(
    page,
    (wanted) => document.querySelector("article")?.dataset.state === wanted,
    state,
  );
  await page.evaluate(axe); // not as a script of the page, which its policy forbids
  assert.deepEqual(await violations(page), []);
  await page.emulateMedia({ colorScheme: "dark" });
  await until(page, () => document.documentElement.dataset.theme === "dark");
  assert.deepEqual(await violations(page, "color-contrast"), [], "dark");
  await page.context().close();
}

for (const [screen, [path, viewport, documents]] of Object.entries(SCREENS)) {
  for (const [name, look] of Object.entries(documents)) {
    test(`axe finds nothing: ${screen}, ${name.toLowerCase()}`, async () => {
      const fake = await new Fake().start();
      try {
        look.prepare(fake);
        await judge(fake.address + path, viewport, look, fake);
      } finally {
        await fake.stop();
      }
    });
  }
}
