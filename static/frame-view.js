// SPDX-License-Identifier: Apache-2.0
// What is around the views: connection, clock, title and icon of the tab, the line on phones.
import { setAttribute, setShape, setText, shape } from "./dom.js";
import { seriesTitle, wordOf } from "./phrases.js";
import { loudestOf, needsAct } from "./verdict.js";
import { clean, clockTime } from "./words.js";

const CONNECTION_TEXT = {
  "loading": "Loading",
  "live": "Live",
  "late": "Live?",
  "lost": "Not live",
  "catching-up": "Catching up",
};

/** Before the verdict in the title, where a shape cannot stand. */
const MARKS = {
  "deviates": "≠ ",
  "changed": "≠ ",
  "lost": "⊘ ",
  "warns": "! ",
  "no-template": "? ",
};

function renderConnection(nodes, view) {
  const root = document.documentElement;
  const { phase, nextTry, seq } = view.link;
  setAttribute(root, "data-connection", phase);
  setAttribute(root, "data-seq", seq);
  const wait = nextTry === null ? 0 : Math.ceil((nextTry - view.time) / 1000);
  const trying =
    phase === "lost" && nextTry !== null ? `, next try ${wait > 0 ? `in ${wait} s` : "now"}` : "";
  setText(nodes.connection, CONNECTION_TEXT[phase] + trying);
  setText(nodes.clock, clockTime(view.now, view.zone, true));
}

function loudestStation(stations) {
  let loudest = null;
  for (const judged of stations) {
    const acts = needsAct(loudestOf(judged));
    if (!loudest || (acts && !needsAct(loudestOf(loudest)))) {
      loudest = judged;
    }
  }
  return loudest;
}

/** Title and icon of the browser's tab follow the loudest station. */
function renderTitle(nodes, view) {
  const loudest = loudestStation(view.stations);
  const state = view.link.hatched ? "lost" : loudestOf(loudest);
  const series = needsAct(state) ? (loudest.open.at(-1) ?? loudest.shown) : loudest.shown;
  const mark = MARKS[state] ?? "";
  const number =
    series && state !== "lost" && state !== "waiting" ? `${clean(series.number)} ` : "";
  const verdict = `${mark}${number}${wordOf(state).toLowerCase()}`;
  const title = [verdict, clean(loudest.name), "MRQART"].filter(Boolean).join(" · ");
  if (document.title !== title) {
    document.title = title;
    nodes.icon.href = `/static/icon-${state}.svg`;
  }
}

/** The selected station in one line, for phones whose banner has left the screen. */
function renderPinned({ pinned }, { selected, link }) {
  const state = link.hatched ? "lost" : selected.state;
  setAttribute(pinned, "data-state", state);
  setShape(pinned.children[0], state);
  setText(pinned.children[1], wordOf(state));
  setText(pinned.children[2], selected.shown ? seriesTitle(selected.shown) : "");
}

/** Shows the line when the sentence of the selected banner has left the screen. */
function watchBanner({ pinned, isPhone }) {
  const observer = new IntersectionObserver((entries) => {
    const sentence = entries.at(-1);
    pinned.hidden = sentence.isIntersecting || sentence.boundingClientRect.top > 0 || !isPhone();
  });
  let watched = null;
  return () => {
    const banner = document.querySelector(".banner[data-selected] [data-role=sentence]");
    if (banner !== watched) {
      observer.disconnect();
      watched = banner;
      if (banner) {
        observer.observe(banner);
      }
    }
  };
}

/** nodes: {icon, connection, clock, pinned, isPhone()} */
export function createFrameView(nodes) {
  nodes.pinned.append(shape(), document.createElement("b"), document.createElement("bdi"));
  const watch = watchBanner(nodes);
  return function render(view) {
    renderConnection(nodes, view);
    renderTitle(nodes, view);
    renderPinned(nodes, view);
    watch();
  };
}
