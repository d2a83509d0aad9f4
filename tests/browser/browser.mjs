// SPDX-License-Identifier: Apache-2.0
// Chromium for the tests, and where pictures of pages go. What is missing makes a test skip.
import { existsSync, mkdirSync } from "node:fs";
import { join } from "node:path";

const CHROMIUM = process.env.CHROMIUM ?? "/usr/bin/chromium";
const SKIP = 77;

function skip(why) {
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

/** A page that is connected; page.problems gathers what went wrong in it, page.dialogs counts. */
export async function open(
  browser,
  address,
  { viewport, colorScheme = "light", connection = ["live", "lost"], init } = {},
) {
  const context = await browser.newContext({
    viewport: viewport ?? { width: 1280, height: 720 },
    colorScheme,
  });
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
  return page.waitForFunction(condition, argument, { timeout: 30000, polling: 50 });
}

/** The whole text of an element. */
export function text(page, selector) {
  return page.locator(selector).first().textContent();
}
