// SPDX-License-Identifier: Apache-2.0
// The page: one plain object of state, and one render per frame that makes the document follow it;
// and the keys.
import { Connection, readHealth } from "./connection.js";
import { applyMessage, applyState, createModel, judge, zoneOf } from "./model.js";
import { createSeriesView, createTableView, renderSetup } from "./panels.js";
import { toggleTheme } from "./theme.js";
import {
  createFrameView,
  createSpeechView,
  createStationView,
  element,
  setAttribute,
} from "./view.js";

const HEALTH = 15000; // ms between two looks at /healthz
const HEALTH_LIMIT = 3000;

const path = /^\/station\/([^/]+)/.exec(location.pathname);
const only = path ? decoded(path[1]) : null;

function decoded(part) {
  try {
    return decodeURIComponent(part);
  } catch {
    return part; // a stray percent sign: taken as it stands
  }
}

const phone = matchMedia("(max-width: 699px)");
const by = (role) => document.querySelector(`[data-role=${role}]`);

const state = {
  model: createModel(),
  station: only,
  selected: null,
  onlyDifferences: phone.matches,
  health: null,
};
let scheduled = false;

// ---- what people do --------------------------------------------------------------------------

/** Takes what somebody has chosen, and shows it at once. */
function choose(choice) {
  Object.assign(state, choice);
  render();
}

const actions = {
  selectStation: (name) => choose({ station: name, selected: null }),
  selectSeries: (key) => choose({ selected: key }),
  followScanner: () => choose({ selected: null }),
  toggleDifferences: () => choose({ onlyDifferences: !state.onlyDifferences }),
  toggleTheme,
};

by("only").addEventListener("click", actions.toggleDifferences);
by("more").addEventListener("click", actions.toggleDifferences);
by("back").addEventListener("click", actions.followScanner);
by("theme").addEventListener("click", toggleTheme);
phone.addEventListener("change", () => choose({ onlyDifferences: phone.matches }));

// ---- the daemon ------------------------------------------------------------------------------

const cover = by("cover");

/** Holds off the layer that covers the page when this script has died. */
function holdCover() {
  const [animation] = cover.getAnimations();
  if (animation) {
    animation.currentTime = 0;
  }
}

async function fetchState(limit) {
  const answer = await fetch("/state", { cache: "no-store", signal: AbortSignal.timeout(limit) });
  if (!answer.ok) {
    throw new Error(`/state: ${answer.status}`);
  }
  const seq = answer.headers.get("MRQART-Seq");
  return {
    epoch: answer.headers.get("MRQART-Epoch"),
    seq: seq === null ? null : Number(seq),
    state: await answer.json(),
  };
}

function socketAddress() {
  const address = new URL("/ws", location.href);
  address.protocol = location.protocol === "https:" ? "wss:" : "ws:";
  if (only) {
    address.searchParams.set("station", only);
  }
  return address;
}

const connection = new Connection({
  filtered: only !== null,
  environment: {
    open: () => new WebSocket(socketAddress()),
    fetchState,
    now: () => Date.now(),
    setTimer: (call, ms) => setTimeout(call, ms),
    clearTimer: (timer) => clearTimeout(timer),
    random: Math.random,
  },
  handlers: {
    heard: holdCover,
    changed: change,
    message: (message) => applyMessage(state.model, message, Date.now() + connection.offset),
    state: (content, { afresh, missed }) => {
      checkHealth();
      return applyState(state.model, content, {
        afresh,
        missed,
        only,
        at: Date.now() + connection.offset,
      });
    },
  },
});

async function checkHealth() {
  try {
    const answer = await fetch("/healthz", {
      cache: "no-store",
      signal: AbortSignal.timeout(HEALTH_LIMIT),
    });
    state.health = readHealth(await answer.json(), answer.status);
  } catch {
    state.health = null; // the websocket tells whether the daemon is there
  }
  change();
}

// ---- rendering -------------------------------------------------------------------------------

const renderStations = createStationView({ banners: by("banners"), tabs: by("tabs") }, actions);
const renderSeries = createSeriesView(
  {
    strip: by("open"),
    stripText: by("strip-text"),
    trail: by("trail"),
    list: by("list"),
    rows: by("rows"),
    listTitle: by("list-head"),
  },
  actions,
);
const renderTable = createTableView({
  panel: by("comparison"),
  title: by("table-head"),
  back: by("back"),
  only: by("only"),
  more: by("more"),
  body: by("parameters"),
  scroll: by("table-scroll"),
  delay: by("delay"),
});
const renderSpeech = createSpeechView(
  document.getElementById("say"),
  document.getElementById("alert"),
);
const renderFrame = createFrameView({
  icon: document.querySelector("link[rel=icon]"),
  connection: by("connection-text"),
  clock: by("clock"),
  pinned: by("pinned"),
  isPhone: () => phone.matches,
});

/** Everything that the views show, for this moment. */
function look() {
  const link = connection.status();
  const fault =
    link.phase === "live" || link.phase === "late" ? (state.health?.fault ?? null) : null;
  if (fault) {
    link.phase = "lost";
    link.hatched = true;
  }
  const now = Date.now() + link.offset;
  const zone = zoneOf(link.zoneTime) ?? -new Date().getTimezoneOffset();
  const stations = [...state.model.stations.values()].map((station) => judge(station, now));
  stations.sort((a, b) => (a.name < b.name ? -1 : 1));
  const shown = only ? stations.filter(({ name }) => name === only) : stations;
  if (shown.length === 0) {
    shown.push(judge({ name: only ?? "", series: new Map(), unreadable: null }, now));
  }
  const selected = shown.find(({ name }) => name === state.station) ?? shown[0];
  const picked = selected.station.series.get(state.selected) ?? null;
  const nothing = link.phase !== "loading" && selected.ordered.length === 0 && shown.length === 1;
  return {
    link,
    fault,
    now,
    time: Date.now(),
    offset: link.offset,
    zone,
    stations: shown,
    station: selected.name,
    selected,
    series: picked ?? selected.shown,
    following: !picked || picked === selected.shown,
    onlyDifferences: state.onlyDifferences,
    lostFile: state.model.lostFiles,
    noTemplates: state.health?.templates === 0 && !nothing,
    warning: state.health?.warnings[0] ?? null,
    health: state.health,
    nothing,
    only,
    actions,
    known: state.model.known.filter((name) => name !== only),
  };
}

function renderPanels(view) {
  const { nothing } = view;
  setAttribute(by("setup"), "hidden", !nothing);
  setAttribute(by("panels"), "hidden", nothing);
  setAttribute(by("open"), "hidden", nothing && !view.link.notice && !view.lostFile);
  if (nothing) {
    renderSetup(by("setup"), view);
  }
}

function render() {
  scheduled = false;
  const view = look();
  renderStations(view);
  renderSeries(view);
  renderTable(view);
  renderFrame(view);
  renderSpeech(view);
  renderPanels(view);
}

/** Something has changed: one render with the next frame, or soon where no frames are drawn. */
function change() {
  if (!scheduled) {
    scheduled = true;
    if (document.hidden) {
      setTimeout(render, 200);
    } else {
      requestAnimationFrame(render);
    }
  }
}

function everySecond() {
  connection.tick();
  const { hatched, phase } = connection.status();
  if (hatched || phase === "loading") {
    holdCover(); // the page says itself that it is not live; the cover is for when it cannot
  }
  change();
}

/** At once when somebody looks at the page again, or the network is back. */
function wake() {
  connection.tick();
  connection.hurry();
  render();
}

// ---- keys -------------------------------------------------------------------------------------

const STORED = "mrqart-keys";

const KEYS = [
  ["↑ ↓ or k j", "series before or after, in the list"],
  ["Enter", "its table"],
  ["Esc", "back to what is being scanned"],
  ["d", "only differences, or all parameters"],
  ["1 … 9", "scanner, in the order of the tabs"],
  ["f", "full screen"],
  ["t", "light or dark"],
  ["?", "this help"],
];

function keysAreOn() {
  try {
    return localStorage.getItem(STORED) !== "off";
  } catch {
    return true;
  }
}

function storeKeys(on) {
  try {
    localStorage.setItem(STORED, on ? "on" : "off");
  } catch {
    // storage is forbidden: the choice lasts as long as the page
  }
}

function fillHelp(setOn, close) {
  const box = element("input", { type: "checkbox", id: "keys-on" });
  box.checked = keysAreOn();
  box.addEventListener("change", () => setOn(box.checked));
  const done = element("button", { type: "button", class: "link" }, "Close");
  done.addEventListener("click", close);
  help.append(
    element("header", { class: "panel-head" }, element("h2", {}, "Keys"), done),
    element(
      "dl",
      {},
      ...KEYS.flatMap(([key, what]) => [element("dt", {}, key), element("dd", {}, what)]),
    ),
    element("p", {}, element("label", { for: "keys-on" }, box, " Single keys work on this page")),
    element(
      "p",
      { class: "about" },
      "A solid shape needs something; an outlined one is settled. " +
        "The banner follows the scanner; choosing a series changes the table only.",
    ),
  );
}

const help = document.getElementById("help");
let keysOn = keysAreOn();

function setKeys(on) {
  keysOn = on;
  storeKeys(on);
}

function toggleHelp(open = help.hidden) {
  if (help.childElementCount === 0) {
    fillHelp(setKeys, () => toggleHelp(false));
  }
  help.hidden = !open;
  setAttribute(by("help"), "aria-expanded", String(open));
  if (!open && help.contains(document.activeElement)) {
    by("help").focus();
  }
}

function moveSelection(step) {
  const rows = [...by("rows").querySelectorAll("button[data-series]")];
  const at = rows.findIndex((row) => row.getAttribute("aria-current") === "true");
  const row = rows[Math.min(Math.max(at + step, 0), rows.length - 1)];
  if (row) {
    actions.selectSeries(row.dataset.series);
    row.focus({ preventScroll: true });
    row.scrollIntoView({ block: "nearest" });
  }
}

function escape() {
  if (help.hidden) {
    actions.followScanner();
  } else {
    toggleHelp(false);
  }
}

/** From a row to its table; on anything else Enter does what it always does. */
function enterTable({ target }) {
  const row = target.matches?.("button.row");
  if (row) {
    actions.selectSeries(target.dataset.series);
    by("comparison").focus();
  }
  return row;
}

function fullScreen() {
  const leaving = document.fullscreenElement;
  (leaving ? document.exitFullscreen() : document.documentElement.requestFullscreen?.())?.catch(
    () => {},
  ); // the browser may refuse; nothing depends on it
}

const SINGLES = {
  "k": () => moveSelection(-1),
  "j": () => moveSelection(1),
  "d": actions.toggleDifferences,
  "f": fullScreen,
  "t": actions.toggleTheme,
  "?": () => toggleHelp(),
};

function pressSingle(key) {
  if (/^[1-9]$/.test(key)) {
    const station = look().stations[Number(key) - 1];
    if (station?.name) {
      actions.selectStation(station.name);
    }
    return true;
  }
  SINGLES[key]?.();
  return key in SINGLES;
}

function press(event) {
  const { key, target } = event;
  if (key === "Escape") {
    escape();
    return true;
  }
  if ((key === "ArrowUp" || key === "ArrowDown") && !by("comparison").contains(target)) {
    moveSelection(key === "ArrowUp" ? -1 : 1);
    return true;
  }
  return key === "Enter" ? enterTable(event) : keysOn && pressSingle(key);
}

const FIELDS = "input:not([type=checkbox]), select, textarea, [contenteditable]";

function listenToKeys() {
  document.addEventListener("keydown", (event) => {
    const { ctrlKey, altKey, metaKey, target } = event;
    if (!ctrlKey && !altKey && !metaKey && !target.closest?.(FIELDS) && press(event)) {
      event.preventDefault();
    }
  });
  by("help").addEventListener("click", () => toggleHelp());
}

// ---- start -----------------------------------------------------------------------------------

setInterval(everySecond, 1000);
setInterval(checkHealth, HEALTH);
addEventListener("online", wake);
document.addEventListener("visibilitychange", () => !document.hidden && wake());
connection.open();
render();
listenToKeys();
