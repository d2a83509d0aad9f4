// SPDX-License-Identifier: Apache-2.0
// For everyone: axe-core in all views and both themes, contrast by WCAG, forced colours, motion.
import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import test from "node:test";
import { launch, open, picture, until } from "./browser.mjs";
import { Fake, result, session } from "./fake.mjs";
import { STATES, STATION, banner } from "./states.mjs";

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

/** rules: by default all. */
async function violations(page, ...rules) {
  const { violations: found } = await page.evaluate(
    (runOnly) => window.axe.run(document, runOnly.length ? { runOnly } : {}),
    rules,
  );
  return found.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(" ")}`);
}

const VIEWS = {
  ...STATES,
  "help": {
    state: "deviates",
    prepare: (fake) => session(fake, STATION),
    then: (fake, page) => page.click("[data-role=help]"),
  },
  "nothing": { state: "waiting", prepare() {} },
};

const SCREENS = {
  desk: ["/", { width: 1280, height: 720 }],
  phone: ["/", { width: 320, height: 640 }],
  bedside: ["/?view=bedside", { width: 1280, height: 720 }],
};

for (const [size, [path, viewport]] of Object.entries(SCREENS)) {
  test(`axe finds nothing: ${size}`, async () => {
    for (const [name, { state = name, prepare, then }] of Object.entries(VIEWS)) {
      if (size === "bedside" && name === "help") {
        continue; // there is no button for it
      }
      const fake = await new Fake().start();
      try {
        prepare(fake);
        const page = await open(browser, fake.address + path, { viewport });
        await then?.(fake, page);
        await until(
          page,
          (wanted) => document.querySelector("article")?.dataset.state === wanted,
          state,
        );
        await page.evaluate(axe); // not as a script of the page, which its policy forbids
        assert.deepEqual(await violations(page), [], name);
        await page.emulateMedia({ colorScheme: "dark" });
        await until(page, () => document.documentElement.dataset.theme === "dark");
        assert.deepEqual(await violations(page, "color-contrast"), [], `${name}, dark`);
        await page.context().close();
      } finally {
        await fake.stop();
      }
    }
  });
}

/** Contrast by WCAG 2.2 of what the browser computed, on the banner's ground. */
function contrasts(page) {
  return page.evaluate((where) => {
    const canvas = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
    const luminance = (colour) => {
      canvas.fillStyle = colour;
      canvas.fillRect(0, 0, 1, 1);
      const [r, g, b] = [...canvas.getImageData(0, 0, 1, 1).data].map((byte) =>
        byte / 255 <= 0.04045 ? byte / 255 / 12.92 : ((byte / 255 + 0.055) / 1.055) ** 2.4,
      );
      return 0.2126 * r + 0.7152 * g + 0.0722 * b;
    };
    const ratio = (one, other) => {
      const [dark, light] = [luminance(one), luminance(other)].sort((a, b) => a - b);
      return (light + 0.05) / (dark + 0.05);
    };
    const node = document.querySelector(where);
    const style = (role) => getComputedStyle(node.querySelector(`[data-role=${role}]`));
    const { backgroundColor } = getComputedStyle(node);
    const mark = getComputedStyle(node.querySelector(".shape"));
    return {
      word: ratio(style("word").color, backgroundColor),
      sentence: ratio(style("sentence").color, backgroundColor),
      plate: ratio(style("action").color, style("action").backgroundColor),
      shape: Math.max(
        ratio(mark.getPropertyValue("--rim"), backgroundColor),
        ratio(
          mark.getPropertyValue("--fill").replace("none", "") || backgroundColor,
          backgroundColor,
        ),
      ),
      mark: ratio(
        mark.getPropertyValue("--mark"),
        mark.getPropertyValue("--fill").replace("none", "") || backgroundColor,
      ),
    };
  }, banner);
}

/** state → contrast in light and dark of word, and of plate or sentence */
const CONTRASTS = {
  "conforms": [[6.0, 8.2], {}],
  "deviates": [[6.5, 5.4], { plate: [9.2, 7.8] }],
  "changed": [[6.5, 5.4], { plate: [9.2, 7.8] }],
  "unreadable": [[6.6, 8.6], { sentence: [15.7, 12.1] }],
  "warns": [[6.6, 8.6], { sentence: [15.7, 12.1] }],
  "no-template": [[5.9, 7.4], { sentence: [15.0, 12.2] }],
  "not-checked": [[7.3, 7.7], {}],
  "incomplete": [[6.5, 5.4], { plate: [9.2, 7.8] }],
  "stalled": [[9.7, 9.7], { plate: [15.5, 15.5] }],
  "silent": [[6.6, 8.6], { sentence: [15.7, 12.1] }],
  "answered": [[6.4, 6.9], {}],
};

for (const [index, colorScheme] of ["light", "dark"].entries()) {
  for (const [name, [word, more]] of Object.entries(CONTRASTS)) {
    test(`contrast of ${name}, ${colorScheme}: as in the table`, async () => {
      const { state = name, prepare, then, shows } = VIEWS[name];
      const fake = await new Fake().start();
      prepare(fake);
      const page = await open(browser, fake.address, { colorScheme });
      await then?.(fake, page);
      const shown = `${banner}[data-state=${state}][data-loud=${shows[1]}]`;
      await until(page, (wanted) => document.querySelector(wanted), shown);
      const found = await contrasts(page);
      const wanted = { word, ...more };
      for (const [part, both] of Object.entries(wanted)) {
        assert.ok(Math.abs(found[part] - both[index]) < 0.1, `${part} ${found[part]}`);
      }
      assert.ok(found.sentence >= 4.5, `sentence ${found.sentence}`);
      assert.ok(found.shape >= 3 && found.mark >= 3, JSON.stringify(found));
      await page.context().close();
      await fake.stop();
    });
  }
}

test("colours of the system's own choice: shapes and borders stay", async () => {
  const fake = await new Fake().start();
  session(fake, STATION);
  const page = await open(browser, fake.address);
  await page.emulateMedia({ forcedColors: "active", reducedMotion: "reduce" });
  const look = await page.evaluate(() =>
    [".banner", ".strip", "[data-role=action]", ".row"].map((where) => {
      const { borderTopWidth, borderTopStyle } = getComputedStyle(document.querySelector(where));
      return `${where} ${borderTopWidth} ${borderTopStyle}`;
    }),
  );
  assert.deepEqual(look, [
    ".banner 2px solid",
    ".strip 2px solid",
    "[data-role=action] 2px solid",
    ".row 2px solid",
  ]);
  const rim = await page.evaluate(() =>
    getComputedStyle(document.querySelector(".row .shape")).getPropertyValue("--rim").trim(),
  );
  assert.equal(rim, "CanvasText");
  await picture(page, "forced-colors");
  fake.add(STATION, { number: 13, name: "dwi_AP" }, result());
  await until(page, () => document.querySelector(".row").dataset.number === "13");
  const animation = await page.evaluate(
    () => getComputedStyle(document.querySelector(".fresh > .row")).animationName,
  );
  assert.equal(animation, "none");
  await page.context().close();
  await fake.stop();
});

test("what is pressed is at least 24 pixels, and focus is always seen", async () => {
  const fake = await new Fake().start();
  session(fake, STATION);
  const page = await open(browser, fake.address);
  const small = await page.evaluate(() =>
    [...document.querySelectorAll("button, a, [role=button], summary")]
      .filter((node) => node.checkVisibility())
      .map((node) => [node.className, node.getBoundingClientRect()])
      .filter(([, { width, height }]) => width < 24 || height < 24)
      .map(([name, { width, height }]) => `${name} ${width} × ${height}`),
  );
  assert.deepEqual(small, []);
  for (let stop = 0; stop < 8; stop++) {
    await page.keyboard.press("Tab");
    const focus = await page.evaluate(() => {
      const node = document.activeElement;
      const { outlineStyle, outlineWidth } = getComputedStyle(node);
      return `${node.className || node.dataset.role || node.tagName} ${outlineStyle} ${outlineWidth}`;
    });
    assert.match(focus, /solid 2px|^BODY/, focus);
  }
  await page.context().close();
  await fake.stop();
});
