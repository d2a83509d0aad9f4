// SPDX-License-Identifier: Apache-2.0
// The pictures of README and docs, of a simulated session: two scanners on one screen, one of them
// at the bedside and on a phone, all at the moment in which a series deviates. The argument is the
// folder that they go to.
import { launch, open, until } from "./browser.mjs";
import { Daemon } from "./daemon.mjs";

const SPEED = 10;
const STATION = "AWP167046";
const PICTURES = {
  screenshot: { path: "/", viewport: { width: 1280, height: 720 } },
  bedside: {
    path: `/station/${STATION}`,
    viewport: { width: 1920, height: 1080 },
    colorScheme: "dark",
  },
  phone: { path: `/station/${STATION}?view=overview`, viewport: { width: 390, height: 844 } },
};

const folder = process.argv[2];
const browser = await launch();
const daemon = new Daemon();
daemon.history();
await daemon.start();
const ended = daemon.simulate(SPEED);
const pages = await Promise.all(
  Object.values(PICTURES).map(({ path, ...screen }) =>
    open(browser, daemon.address + path, { ...screen, connection: ["live"] }),
  ),
);
const banner = `article[data-station="${STATION}"]`;
for (const page of pages) {
  await until(
    page,
    (at) =>
      document.querySelector(at)?.dataset.state === "deviates" &&
      Number(document.querySelector(`${at} [data-role=count]`).textContent) >= 3,
    banner,
  );
}
for (const [index, name] of Object.keys(PICTURES).entries()) {
  await pages[index].screenshot({ path: `${folder}/${name}.png`, animations: "allow" });
}
await browser.close();
await ended;
await daemon.stop();
daemon.remove();
