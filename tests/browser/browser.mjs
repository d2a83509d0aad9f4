// SPDX-License-Identifier: Apache-2.0
// Chromium for the tests, and where pictures of pages go. What is missing makes a test skip.
import { existsSync, mkdirSync } from "node:fs";
import { join } from "node:path";

const CHROMIUM = process.env.CHROMIUM ?? "/usr/bin/chromium";
const SKIP = 77;

export function skip(why) {
  console.log(`SKIP: ${why}`);
  process.exit(SKIP);
}

async function playwright() {
  try {
    return (await import(process.env.MRQART_PLAYWRIGHT ?? "playwright-core")).chromium;
  } catch (error) {
    return skip(`playwright-core is not installed (npm ci in tests/browser): ${error.message}`);
  }
}

/** A browser; the process exits with 77 where there is none. */
export async function launch() {
  if (!existsSync(CHROMIUM)) {
    skip(`no ${CHROMIUM}: apt-get install chromium`);
  }
  const chromium = await playwright();
  return chromium.launch({
    executablePath: CHROMIUM,
    args: [
      "--no-sandbox",
      "--disable-gpu",
      "--disable-quic",
      "--no-first-run",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
    ],
  });
}

const pictures = process.env.MRQART_SCREENSHOTS ?? "screenshots";

/** Writes NAME.png into the folder of pictures. */
export async function picture(page, name) {
  mkdirSync(pictures, { recursive: true });
  await page.screenshot({ path: join(pictures, `${name}.png`), animations: "allow" });
}

const FAMILY = "DejaVu Sans"; // the widest that a page may fall back to

/** In a page: draws all of it with a font, whatever others there are. */
export function setFamily(family) {
  document.documentElement.style.setProperty("font-family", family);
}

/** The family that an element is really drawn with. */
export async function drawnWith(page, selector) {
  const session = await page.context().newCDPSession(page);
  await session.send("DOM.enable");
  await session.send("CSS.enable");
  const { root } = await session.send("DOM.getDocument");
  const { nodeId } = await session.send("DOM.querySelector", { nodeId: root.nodeId, selector });
  const { fonts } = await session.send("CSS.getPlatformFontsForNode", { nodeId });
  await session.detach();
  return fonts[0]?.familyName;
}

/** Gives the page another size, and waits until it has been drawn anew. */
export async function resize(page, viewport) {
  await page.setViewportSize(viewport);
  await drawn(page, viewport);
}

/** Waits until a page that got another size or scheme has been drawn anew. */
export async function drawn(page, { width }) {
  await until(
    page,
    (narrow) => {
      const sheet = [...document.styleSheets].find(({ href }) => href.endsWith("/phone.css"));
      return Boolean(sheet && sheet.media.mediaText === "all") === narrow;
    },
    width < 700,
  );
  await page.evaluate(
    () => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))),
  );
}

/** A page that is connected; page.problems gathers what went wrong in it, page.dialogs counts. */
export async function open(
  browser,
  address,
  { viewport, colorScheme = "light", connection = ["live", "lost"], family = FAMILY, init } = {},
) {
  const context = await browser.newContext({
    viewport: viewport ?? { width: 1280, height: 720 },
    colorScheme,
  });
  await context.addInitScript((name) => {
    document.addEventListener("readystatechange", () =>
      document.documentElement.style.setProperty("font-family", name),
    );
  }, family);
  if (init) {
    await context.addInitScript(init); // runs before the page's own scripts
  }
  const page = await context.newPage();
  page.problems = [];
  page.dialogs = 0;
  page.on("pageerror", (error) => page.problems.push(error.stack));
  page.on("console", (message) => message.type() === "error" && page.problems.push(message.text()));
  page.on("dialog", (dialog) => {
    page.dialogs += 1;
    dialog.dismiss();
  });
  await page.goto(address);
  await until(
    page,
    (wanted) => wanted.includes(document.documentElement.dataset.connection),
    connection,
  );
  return page;
}

/** Waits until a function is true in the page. */
export function until(page, condition, argument) {
  return page.waitForFunction(condition, argument, { timeout: 60000, polling: 50 });
}

/** The whole text of an element. */
export function text(page, selector) {
  return page.locator(selector).first().textContent();
}
