// SPDX-License-Identifier: Apache-2.0
// Whatever font the screen has, each word of a banner is whole and lies over nothing else. Of the
// families that a page may fall back to, DejaVu Sans is the widest.
import assert from "node:assert/strict";
import test from "./part.mjs";
import { drawnWith, launch, open, picture, resize, setFamily, skip, until } from "./browser.mjs";
import { Fake, noTemplate, result } from "./fake.mjs";
import { STATES } from "./states.mjs";
import { wordOf } from "../../static/words.js";

const WIDEST = "DejaVu Sans";
const FAMILIES = {
  [WIDEST]: "dejavu-core",
  "Liberation Sans": "liberation",
  "Noto Sans": "noto-core",
};
const LOOKS = [["loading", "plain"]].concat(
  Object.entries(STATES).map(([name, { state = name, shows }]) => [state, shows[1]]),
);
const STATIONS = 6;
const SIZES = {
  overview: [
    { width: 1920, height: 1080 },
    { width: 1280, height: 720 },
    { width: 1024, height: 768 },
    { width: 390, height: 844 },
    { width: 320, height: 640 },
  ],
  bedside: [
    { width: 1920, height: 1080 },
    { width: 1280, height: 720 },
    { width: 1280, height: 1024 },
    { width: 1024, height: 768 },
    { width: 768, height: 1024 },
  ],
};

const browser = await launch();
test.after(() => browser.close());

function add(fake, number) {
  const series = { number: 12, name: "RewardedAnti2", count: 1046, expected: 4200 };
  const content = number % 2 ? noTemplate() : result({ TR: 2000 });
  fake.add(`SCANNER${number}`, series, content, { ago: 20000 });
}

/** Puts the word of each state into all banners in turn; tells those that are not seen whole. */
function cutWords(page) {
  const looks = LOOKS.map(([state, loud]) => [state, loud, wordOf(state)]);
  return page.evaluate((all) => {
    const boxOf = (node) => {
      const range = document.createRange();
      range.selectNodeContents(node);
      return range.getBoundingClientRect();
    };
    const faults = (banner, word) => {
      const { left, right, top, bottom, height } = boxOf(word);
      const edge = banner.getBoundingClientRect();
      const found = [];
      if (left < edge.left || right > Math.min(edge.right, innerWidth)) {
        found.push("is cut by the banner");
      }
      if (word.scrollWidth > word.clientWidth + 1) {
        found.push(`is cut, ${word.scrollWidth} of ${word.clientWidth} pixels`);
      }
      for (const other of banner.querySelectorAll(":scope > .shape, .counter *")) {
        const box = other.matches(".shape") ? other.getBoundingClientRect() : boxOf(other);
        const shares =
          box.left < right &&
          box.right > left &&
          box.top < bottom - height / 5 && // a line is higher than its letters
          box.bottom > top + height / 5;
        if (box.width > 0 && other.checkVisibility() && shares) {
          found.push(`lies over ${other.dataset.role ?? other.getAttribute("class")}`);
        }
      }
      return found.map((fault) => `${word.textContent} ${fault}`);
    };
    const found = new Set();
    const banners = [...document.querySelectorAll("article.banner")]
      .filter((banner) => banner.checkVisibility())
      .map((banner) => [banner, banner.querySelector("[data-role=word]")]);
    const show = (banner, word, state, loud, text) => {
      Object.assign(banner.dataset, { state, loud });
      word.textContent = text;
    };
    const before = banners.map(([banner, word]) => [
      banner.dataset.state,
      banner.dataset.loud,
      word.textContent,
    ]);
    for (const look of all) {
      banners.forEach(([banner, word]) => show(banner, word, ...look));
      banners.flatMap(([banner, word]) => faults(banner, word)).forEach((it) => found.add(it));
    }
    banners.forEach(([banner, word], index) => show(banner, word, ...before[index]));
    return [...found];
  }, looks);
}

const seen = new Set();

/** The words must really be drawn with that family. */
async function need(page, family) {
  if (!seen.has(family) && (await drawnWith(page, "[data-role=word]")) !== family) {
    skip(`no font ${family}: apt-get install fonts-${FAMILIES[family]}`);
  }
  seen.add(family);
}

async function judge(page, view, count) {
  for (const size of SIZES[view]) {
    await resize(page, size);
    for (const family of Object.keys(FAMILIES)) {
      await page.evaluate(setFamily, family);
      await need(page, family);
      const where = `${view}-${count}-${size.width}-${family.replace(" ", "")}`;
      assert.deepEqual(await cutWords(page), [], where);
      if (family === WIDEST && (size.width === 1280 || size.width === 390)) {
        await picture(page, `fonts-${where}`);
      }
    }
  }
}

async function withStations(count, view, check) {
  const fake = await new Fake().start();
  for (let number = 1; number <= count; number++) {
    add(fake, number);
  }
  try {
    const page = await open(browser, `${fake.address}/?view=${view}`);
    await until(page, (all) => document.querySelectorAll("article.banner").length === all, count);
    await check(page);
    assert.deepEqual(page.problems, []);
    await page.context().close();
  } finally {
    await fake.stop();
  }
}

for (let count = 1; count <= STATIONS; count++) {
  test(`overview of ${count}: every word of every state is whole`, () =>
    withStations(count, "overview", (page) => judge(page, "overview", count)));
}

test("bedside: every word of every state is whole", () =>
  withStations(1, "bedside", (page) => judge(page, "bedside", 1)));
