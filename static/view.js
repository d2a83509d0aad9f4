// SPDX-License-Identifier: Apache-2.0
// A scanner's verdict wherever it is shown or said: tab, banner, title, the line on phones, speech;
// and the few operations on the document that all views share. Text is only ever set as text.
import { isAnswered, isLate, isUrgent, lastImage, loudestOf, needsAct, stateOf } from "./model.js";
import { actionOf, clean, clockTime, duration, sentenceOf, seriesTitle, wordOf } from "./words.js";

// ---- operations on the document ---------------------------------------------------------------

const SVG = "http://www.w3.org/2000/svg";

/** element("p", {class: "name", "data-role": "word"}, child, …); texts become text nodes. */
export function element(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    setAttribute(node, name, value);
  }
  node.append(...children);
  return node;
}

/** Changes the text of a node only if it differs, in its text node. */
export function setText(node, text) {
  const first = node.firstChild;
  if (first && first === node.lastChild && first.nodeType === Node.TEXT_NODE) {
    if (first.data !== text) {
      first.data = text;
    }
  } else if (node.textContent !== text || first) {
    node.textContent = text;
  }
}

/** Changes the texts of a node's children. All are made anew: what is new is no layout shift. */
export function setTexts(parent, ...texts) {
  const before = [...parent.children];
  if (before.some((child, index) => child.textContent !== texts[index])) {
    const copies = before.map((child) => child.cloneNode());
    copies.forEach((copy, index) => (copy.textContent = texts[index]));
    parent.replaceChildren(...copies.flatMap((copy) => [copy, " "]));
  }
}

/** Sets an attribute only if it differs; null, undefined and false take it away, true is "". */
export function setAttribute(node, name, value) {
  if (value === null || value === undefined || value === false) {
    if (node.hasAttribute(name)) {
      node.removeAttribute(name);
    }
    return;
  }
  const text = value === true ? "" : String(value);
  if (node.getAttribute(name) !== text) {
    node.setAttribute(name, text);
  }
}

/** The silhouette of a state. look: "solid" needs something, "outline" is settled. */
export function shape(state = "waiting", look = "solid") {
  const svg = document.createElementNS(SVG, "svg");
  svg.append(document.createElementNS(SVG, "use"));
  svg.setAttribute("class", "shape");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("aria-hidden", "true");
  setShape(svg, state, look);
  return svg;
}

export function setShape(svg, state, look = "solid") {
  setAttribute(svg.firstElementChild, "href", `#s-${state === "loading" ? "waiting" : state}`);
  setAttribute(svg, "data-shape", state);
  setAttribute(svg, "data-look", look);
}

const JOINT = /^[,:] /;

/** A comma or colon that stands between two parts goes where each has a line of its own. */
function jointed(text) {
  return JOINT.test(text)
    ? [element("span", { class: "joint" }, text.slice(0, 2)), text.slice(2)]
    : [text];
}

/** Fills a node with the parts of a sentence (words.js), and only if they differ. */
function setSentence(node, parts) {
  const shown = parts.filter((part) => part.strong || part.text);
  const signature = JSON.stringify(shown);
  if (node.dataset.signature === signature) {
    return;
  }
  node.dataset.signature = signature;
  node.replaceChildren(
    ...shown.flatMap((part) => {
      if (part.strong) {
        return element("b", {}, part.strong);
      }
      return part.minor ? element("span", { class: "minor" }, part.text) : jointed(part.text);
    }),
  );
}

const children = new WeakMap(); // parent → Map of key → node

/** Makes the children of parent follow items: nodes are kept by key and moved only if they must. */
export function keyed(parent, items, keyOf, make, update) {
  const before = children.get(parent) ?? new Map();
  const after = new Map();
  for (const item of items) {
    const key = keyOf(item);
    after.set(key, before.get(key) ?? make(item));
  }
  for (const [key, node] of before) {
    if (after.get(key) !== node) {
      node.remove();
    }
  }
  let next = parent.firstElementChild;
  items.forEach((item, index) => {
    const node = after.get(keyOf(item));
    if (node === next) {
      next = next.nextElementSibling;
    } else {
      parent.insertBefore(node, next);
    }
    update(node, item, index);
  });
  children.set(parent, after);
}

// ---- tab and banner ---------------------------------------------------------------------------

const ARRIVING = 5000; // ms since the last image
const SLACK = 4; // px that a sentence may be higher than its place: below its last line

const GRIDS = { 1: "one", 2: "two", 3: "few", 4: "few" }; // by the number of stations

const LOUDNESS = {
  "deviates": "fill",
  "changed": "fill",
  "incomplete": "fill",
  "stalled": "fill",
  "silent": "tint",
  "unreadable": "tint",
  "no-template": "tint",
  "warns": "tint",
  "lost": "hatch",
};

const PAST = {
  "conforms": "conformed",
  "deviates": "deviated",
  "changed": "changed",
  "incomplete": "was incomplete",
  "stalled": "had stalled",
  "warns": "was to be checked",
  "no-template": "had no template",
  "not-checked": "was not checked",
  "unreadable": "was unreadable",
};

function makeBanner(station) {
  const role = (tag, name, ...inside) => element(tag, { "data-role": name }, ...inside);
  return element(
    "article",
    { "class": "banner", "data-station": station.name },
    shape(),
    element(
      "div",
      { class: "facts" },
      element(
        "p",
        { class: "eyebrow" },
        element("bdi", { class: "station", title: clean(station.name) }, clean(station.name)),
        element("span", { class: "when" }),
        element("bdi", { "data-role": "series" }),
        element("bdi", { class: "project" }),
      ),
      role("h2", "word"),
      role("p", "sentence"),
      role("p", "action"),
    ),
    element(
      "div",
      { class: "counter" },
      role("span", "count"),
      element("span", { class: "of" }, element("span"), element("span", { class: "unit" })),
      role("span", "age"),
    ),
  );
}

function whenText({ state, shown, running }, { hatched, since }, view) {
  if (!shown) {
    return "";
  }
  if (hatched) {
    return since === null ? "" : `At ${clockTime(since + view.offset, view.zone, true)}`;
  }
  if (running) {
    return "Scanning now";
  }
  if (state === "waiting") {
    return "Last series";
  }
  const at = clockTime(lastImage(shown), view.zone);
  return isLate(shown)
    ? `From ${at}, read late`
    : `Last series, ended ${at}`;
}

function ageText(judged, view) {
  const { shown, station } = judged;
  const telling = judged.running || (station.silent !== null && !judged.over);
  if (!shown || (!telling && !view.link.hatched)) {
    return "";
  }
  const age = view.now - lastImage(shown);
  if (view.link.hatched) {
    return `last at ${clockTime(lastImage(shown), view.zone, true)}`;
  }
  return age < ARRIVING ? "arriving" : `last ${duration(age)} ago`;
}

function lostSentence(view) {
  if (view.fault) {
    return [{ text: view.fault }];
  }
  const { failure, since, everLive, phase } = view.link;
  if (phase === "catching-up") {
    return [{ text: "Connected again, asking what came meanwhile" }];
  }
  if (failure) {
    return [{ text: "MRQART answers, but not what it knows (/state failed)" }];
  }
  return [
    {
      text:
        everLive || since !== null
          ? `No connection to MRQART for ${duration(view.time - since)}`
          : "No connection to MRQART",
    },
  ];
}

/** What a banner shows; a verdict only while it is live. */
function face(judged, view) {
  const { link } = view;
  if (link.hatched) {
    return { state: "lost", sentence: lostSentence(view), action: "Do not rely on this screen" };
  }
  if (link.phase === "loading") {
    return { state: "loading", sentence: [{ text: "Asking MRQART what it knows" }], action: "" };
  }
  return {
    state: judged.state,
    answered: needsAct(judged.state) && isAnswered(judged.shown),
    sentence: sentenceOf(judged, view.zone),
    action: actionOf(judged, view.zone),
  };
}

/**
 * Sets a sentence smaller where it does not fit its place. Measured, and only when it can have
 * changed: how many characters fit depends on the screen, its fonts and the number of scanners.
 */
function fitSentence(sentence, judged, view) {
  const { innerWidth, innerHeight, document } = window;
  const { signature } = sentence.dataset;
  const known = [signature, innerWidth, innerHeight, document.styleSheets.length, view.bedside]
    .concat(view.stations.length, judged.name === view.station)
    .join();
  if (sentence.fitted !== known) {
    sentence.fitted = known;
    setAttribute(sentence, "data-long", null);
    setAttribute(sentence, "data-long", sentence.scrollHeight - sentence.clientHeight > SLACK);
  }
}

function updateBanner(banner, judged, view) {
  const [mark, facts, counter] = banner.children;
  const [eyebrow, word, sentence, action] = facts.children;
  const [count, of, age] = counter.children;
  const { shown } = judged;
  const shownFace = face(judged, view);
  setAttribute(banner, "data-state", shownFace.state);
  setAttribute(
    banner,
    "data-loud",
    shownFace.answered ? "tint" : (LOUDNESS[shownFace.state] ?? "plain"),
  );
  setAttribute(banner, "data-selected", judged.name === view.station);
  const past = shownFace.state === judged.state && shown !== null && isLate(shown);
  setAttribute(banner, "data-late", past);
  setShape(mark, shownFace.state, shownFace.answered || past ? "outline" : "solid");
  setTexts(
    eyebrow,
    clean(judged.name),
    whenText(judged, view.link, view),
    shown ? seriesTitle(shown) : "",
    view.link.hatched && shown
      ? (PAST[judged.state] ?? PAST[stateOf(shown)] ?? "")
      : clean(shown?.project),
  );
  setText(word, wordOf(shownFace.state));
  setSentence(sentence, shownFace.sentence);
  fitSentence(sentence, judged, view);
  setText(action, shownFace.action);
  setText(count, shown ? String(shown.count) : "");
  setText(of.firstElementChild, shown?.expected ? `of ${shown.expected}` : "");
  const one = shown?.count === 1 && !shown.expected;
  setText(of.lastElementChild, shown ? (one ? " image" : " images") : "");
  setText(age, ageText(judged, view));
}

function makeTab(judged, actions) {
  const tab = element(
    "button",
    { "type": "button", "class": "tab", "data-tab": judged.name },
    shape(),
    element("bdi", {}, clean(judged.name)),
  );
  tab.addEventListener("click", () => actions.selectStation(judged.name));
  return tab;
}

function updateTab(tab, judged, view) {
  const state = view.link.hatched ? "lost" : loudestOf(judged);
  setShape(tab.firstElementChild, state, isSettled(judged) ? "outline" : "solid");
  setAttribute(tab, "aria-current", judged.name === view.station ? "true" : null);
  setAttribute(tab, "title", `${clean(judged.name)}: ${wordOf(state)}`);
}

export function createStationView({ banners, tabs }, actions) {
  return function render(view) {
    const { stations } = view;
    const grid = view.bedside ? "one" : (GRIDS[stations.length] ?? "many");
    setAttribute(banners, "class", `banners ${grid}`);
    keyed(
      banners,
      stations,
      ({ name }) => name,
      makeBanner,
      (node, judged) => updateBanner(node, judged, view),
    );
    const named = stations.filter(({ name }) => name !== "");
    keyed(
      tabs,
      named,
      ({ name }) => name,
      (judged) => makeTab(judged, actions),
      (node, judged) => updateTab(node, judged, view),
    );
  };
}

// ---- around the views -------------------------------------------------------------------------

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
  "incomplete": "≠ ",
  "stalled": "‖ ",
  "silent": "– ",
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
  setText(nodes.place, clean(view.station));
  setText(nodes.clock, clockTime(view.now, view.zone, true));
}

function loudestStation(stations) {
  const first = (wanted) => stations.find(wanted);
  return (
    first(({ open }) => open.length > 0) ?? first(({ state }) => state === "stalled") ?? stations[0]
  );
}

/** A deviation that somebody has answered, and nothing else open: no longer loud. */
function isSettled(judged) {
  return judged.open.length === 0 && needsAct(judged.state);
}

const ICON_STYLE =
  "*{stroke-linecap:round;stroke-linejoin:round;stroke-width:2.4}.mark,.ring,.fold{fill:none}" +
  ".ground{fill:var(--fill);stroke:var(--rim)}.mark,.ring,.fold{stroke:var(--mark)}" +
  ".dot{fill:var(--mark)}";

/** The silhouette of a state in the colours of a shape, as the address of a picture. */
function iconOf(state, like) {
  const svg = document.createElementNS(SVG, "svg");
  const style = document.createElementNS(SVG, "style");
  const colours = getComputedStyle(like);
  const vars = ["--fill", "--mark", "--rim"].map(
    (name) => name + ":" + colours.getPropertyValue(name),
  );
  style.textContent = `svg{${vars.join(";")}}${ICON_STYLE}`;
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.append(style, ...document.getElementById(`s-${state}`).cloneNode(true).children);
  return `data:image/svg+xml,${encodeURIComponent(new XMLSerializer().serializeToString(svg))}`;
}

/** Title and icon of the browser's tab follow the loudest station. */
function renderTitle(nodes, view) {
  const loudest = loudestStation(view.stations);
  const state = view.link.hatched ? "lost" : loudestOf(loudest);
  const series = needsAct(state) ? (loudest.open.at(-1) ?? loudest.shown) : loudest.shown;
  const mark = state !== "lost" && isSettled(loudest) ? "" : (MARKS[state] ?? "");
  const number =
    series && state !== "lost" && state !== "waiting" ? `${clean(series.number)} ` : "";
  const verdict = `${mark}${number}${wordOf(state).toLowerCase()}`;
  const title = [verdict, clean(loudest.name), "MRQART"].filter(Boolean).join(" · ");
  if (document.title !== title) {
    document.title = title;
    nodes.icon.href = iconOf(state, nodes.pinned.firstElementChild);
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

// ---- for people who hear the page -------------------------------------------------------------

const PAUSE = 3000; // ms between two messages, at least

function createAnnouncer(say, alert) {
  let waiting = null;
  let quietUntil = 0;

  function speak() {
    const { text, urgent } = waiting;
    waiting = null;
    quietUntil = Date.now() + PAUSE;
    (urgent ? alert : say).textContent = text;
    (urgent ? say : alert).textContent = "";
  }

  return function announce(text, urgent) {
    const idle = waiting === null;
    if (idle || urgent || !waiting.urgent) {
      waiting = { text, urgent };
    }
    if (idle) {
      setTimeout(speak, Math.max(0, quietUntil - Date.now()));
    }
  };
}

function spokenVerdict(judged) {
  const series = judged.shown ? `series ${seriesTitle(judged.shown)}` : "";
  return [clean(judged.name), wordOf(judged.state), series].filter(Boolean).join(", ");
}

export function createSpeechView(say, alert) {
  const announce = createAnnouncer(say, alert);
  let verdicts = new Map();
  return function render(view) {
    const next = new Map();
    for (const judged of view.stations) {
      const state = view.link.hatched
        ? "lost"
        : view.link.phase === "loading"
          ? "loading"
          : judged.state;
      const key = `${state} ${judged.shown?.key}`;
      next.set(judged.name, key);
      if (verdicts.get(judged.name) !== key && state !== "loading") {
        const text =
          state === "lost" ? "Not live. Do not rely on this screen" : spokenVerdict(judged);
        announce(text, isUrgent(state));
      }
    }
    verdicts = next;
  };
}
