// SPDX-License-Identifier: Apache-2.0
// For everyone: contrast by WCAG of each state in both themes, forced colours, motion, targets.
import assert from "node:assert/strict";
import test from "./part.mjs";
import { launch, open, picture, until } from "./browser.mjs";
import { Fake, result, session } from "./fake.mjs";
import { STATES, STATION, banner } from "./states.mjs";

const browser = await launch();
test.after(() => browser.close());

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

for (const [name, [word, more]] of Object.entries(CONTRASTS)) {
  test(`contrast of ${name}: as in the table`, async () => {
    const { state = name, prepare, then, shows } = STATES[name];
    const fake = await new Fake().start();
    prepare(fake);
    const page = await open(browser, fake.address);
    await then?.(fake, page);
    const shown = `${banner}[data-state=${state}][data-loud=${shows[1]}]`;
    await until(page, (wanted) => document.querySelector(wanted), shown);
    for (const [index, colorScheme] of ["light", "dark"].entries()) {
      await page.emulateMedia({ colorScheme });
      await until(page, (theme) => document.documentElement.dataset.theme === theme, colorScheme);
      const found = await contrasts(page);
      for (const [part, both] of Object.entries({ word, ...more })) {
        const off = Math.abs(found[part] - both[index]);
        assert.ok(off < 0.1, `${colorScheme}: ${part} ${found[part]}`);
      }
      assert.ok(found.sentence >= 4.5, `${colorScheme}: sentence ${found.sentence}`);
      assert.ok(found.shape >= 3 && found.mark >= 3, `${colorScheme}: ${JSON.stringify(found)}`);
    }
    await page.context().close();
    await fake.stop();
  });
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
