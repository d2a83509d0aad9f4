// SPDX-License-Identifier: Apache-2.0
// The page: one plain object of state, and one render per frame that makes the document follow it;
// and the keys.
import { Connection, readHealth } from "./connection.js";
import { applyMessage, applyState, createModel, judge, sameStation, zoneOf } from "./model.js";
import { createSeriesView, createTableView } from "./panels.js";
import { only, phone, rememberView, showView, toggleTheme, viewOf } from "./look.js";
import {
  createFrameView,
  createSpeechView,
  createStationView,
  element,
  setAttribute,
} from "./view.js";

const HEALTH = 15000; // ms between two looks at /healthz
const HEALTH_LIMIT = 3000;

const by = (role) => document.querySelector(`[data-role=${role}]`);

const state = {
  model: createModel(),
  station: only,
  view: viewOf(location.href),
  selected: null,
  onlyDifferences: phone.matches,
  health: null,
  canAnswer: false, // deviations, as the daemon's configuration has it
};
let scheduled = false;
let shownAs = "overview";

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
  toggleView() {
    const view = state.view === "bedside" ? "overview" : "bedside";
    rememberView(view);
    choose({ view });
  },
};

by("only").addEventListener("click", actions.toggleDifferences);
by("more").addEventListener("click", actions.toggleDifferences);
by("back").addEventListener("click", actions.followScanner);
by("bedside").addEventListener("click", actions.toggleView);
by("theme").addEventListener("click", toggleTheme);
phone.addEventListener("change", () => choose({ onlyDifferences: phone.matches }));

// ---- the daemon ------------------------------------------------------------------------------

const cover = by("cover");
let covering = null; // its animation; to ask for it makes the browser work out all styles anew

/** Holds off the layer that covers the page when this script has died. */
function holdCover() {
  if (covering?.currentTime === null) {
    covering = null; // cancelled: another has its place, or none
  }
  covering ??= cover.getAnimations()[0] ?? null;
  if (covering) {
    covering.currentTime = 0;
  }
}

async function fetchState(limit) {
  const answer = await fetch("/state", { cache: "no-store", signal: AbortSignal.timeout(limit) });
  if (!answer.ok) {
    throw new Error(`/state: ${answer.status}`);
  }
  const seq = answer.headers.get("MRQART-Seq");
  state.canAnswer = answer.headers.get("MRQART-Acknowledge") === "on";
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
    acts: by("strip-acts"),
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
  place: by("place"),
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
  const shown = only ? stations.filter(({ name }) => sameStation(name, only)) : stations;
  if (shown.length === 0) {
    shown.push(judge({ name: only ?? "", series: new Map(), unreadable: null, silent: null }, now));
  }
  const selected = shown.find(({ name }) => sameStation(name, state.station)) ?? shown[0];
  const picked = selected.station.series.get(state.selected) ?? null;
  const nothing = link.phase !== "loading" && selected.ordered.length === 0 && shown.length === 1;
  return {
    link,
    bedside: state.view === "bedside" && !nothing,
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
    canAnswer: state.canAnswer,
    nothing,
    only,
    actions,
    again: change, // there is more to show than fits into one frame
    earlier: parts.get("history")?.isShown() ?? false,
    keeps: parts.get("filter")?.keeps() ?? null,
    known: state.model.known.filter((name) => !sameStation(name, only)),
  };
}

const [setup, panels, strip] = ["setup", "panels", "open"].map(by);

function renderPanels(view) {
  const { nothing, bedside } = view;
  setAttribute(setup, "hidden", !nothing);
  setAttribute(panels, "hidden", nothing || bedside);
  setAttribute(strip, "hidden", nothing && !view.link.notice && !view.lostFile);
  if (nothing && !view.link.hatched) {
    use("setup").catch(() => {}); // the connection has just gone: the banner will say so
  }
}

/** Bedside, or overview: where nothing has come yet, the set-up is what helps. */
function showAs(view) {
  if (view !== shownAs) {
    shownAs = view;
    showView(view);
    import("./bedside.js").then(({ keepAwake }) => keepAwake(view === "bedside"), () => {});
  }
}

function render() {
  scheduled = false;
  const view = look();
  showAs(view.bedside ? "bedside" : "overview");
  renderStations(view);
  renderSeries(view);
  renderTable(view);
  renderFrame(view);
  renderSpeech(view);
  renderPanels(view);
  parts.forEach((part) => part.render?.(view));
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

// ---- what is loaded when it is first asked for ------------------------------------------------

/**
 * Modules of their own: the button and key that ask for them, and what is then called. desk: what
 * they change is not in the bedside view.
 */
const PARTS = [
  { name: "help", role: "help", key: "?", act: "toggle" },
  { name: "answer", role: "answer", key: "a", act: "answer" },
  { name: "answer", role: "keep", act: "toggle" },
  { name: "sound", role: "sound", key: "s", act: "toggle" },
  { name: "history", role: "earlier", key: "h", act: "toggle", desk: true },
  { name: "filter", role: "filter", act: "toggle", desk: true },
  { name: "physicist", role: "copy", act: "copy" },
  { name: "physicist", role: "print", act: "print" },
];

const parts = new Map(); // name → what its create() made
const asked = new Map(); // name → the promise of it

const shared = { by, actions, look, change, keys: { areOn: () => keysOn, set: setKeys } };

let style;

/** The looks of the parts, before the first of them shows. */
function loadStyle() {
  style ??= new Promise((resolve) => {
    const link = element("link", { rel: "stylesheet", href: "/static/parts.css" });
    link.onload = link.onerror = resolve;
    document.head.append(link);
  });
  return style;
}

async function load(name, tries) {
  const again = tries ? `?${tries}` : ""; // a module that failed once stays failed by its address
  const looks = name === "setup" ? null : loadStyle(); // it has its looks in page.css
  const [module] = await Promise.all([import(`./${name}.js${again}`), looks]);
  const part = module.create(shared);
  parts.set(name, part);
  part.render?.(look()); // never a part without its texts, not even for a frame
  return part;
}

let failures = 0;

/** The part of that name; rejected where the daemon is not there to give it. */
function use(name) {
  if (!asked.has(name)) {
    const promise = load(name, failures);
    promise.catch(() => {
      failures += 1;
      asked.delete(name);
    });
    asked.set(name, promise);
  }
  return asked.get(name);
}

/** For printing: before anybody can ask for it. */
function expectPrint() {
  use("physicist").catch(() => {});
}

/** Asks a part to act, and shows what came of it. */
async function ask({ name, act, desk }) {
  if (desk && state.view === "bedside") {
    return;
  }
  try {
    (await use(name))[act]();
    change();
  } catch (error) {
    console.warn(`${name}: ${error.message}`); // not live: the page says so itself
  }
}

// ---- keys -------------------------------------------------------------------------------------

const STORED = "mrqart-keys";

function stored(key) {
  try {
    return localStorage.getItem(key);
  } catch {
    return null; // storage is forbidden
  }
}

function storeKeys(on) {
  try {
    localStorage.setItem(STORED, on ? "on" : "off");
  } catch {
    // storage is forbidden: the choice lasts as long as the page
  }
}

let keysOn = stored(STORED) !== "off";

function setKeys(on) {
  keysOn = on;
  storeKeys(on);
}

function moveSelection(step) {
  const rows = [...document.querySelectorAll(".list button[data-series]")].filter(
    (row) => row.offsetParent, // of the session, or of earlier ones
  );
  const at = rows.findIndex((row) => row.getAttribute("aria-current") === "true");
  const row = rows[Math.min(Math.max(at + step, 0), rows.length - 1)];
  if (row) {
    actions.selectSeries(row.dataset.series);
    row.focus({ preventScroll: true });
    row.scrollIntoView({ block: "nearest" });
  }
}

function escape() {
  if ([...parts.values()].some((part) => part.close?.())) {
    return;
  }
  if (state.view === "bedside") {
    actions.toggleView();
  } else {
    actions.followScanner();
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
  "b": actions.toggleView,
  "f": fullScreen,
  "t": actions.toggleTheme,
  ...Object.fromEntries(
    PARTS.filter(({ key }) => key).map((part) => [part.key, () => ask(part)]),
  ),
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
  addEventListener("keydown", expectPrint, { once: true });
  addEventListener("pointerdown", expectPrint, { once: true });
  for (const part of PARTS) {
    by(part.role).addEventListener("click", () => ask(part));
  }
}

// ---- start -----------------------------------------------------------------------------------

setInterval(everySecond, 1000);
setInterval(checkHealth, HEALTH);
addEventListener("online", wake);
addEventListener("resize", change); // sentences are fitted to their places
document.addEventListener("visibilitychange", () => !document.hidden && wake());
connection.open();
render();
listenToKeys();
if (stored("mrqart-sound") === "on") {
  use("sound").then(change, () => {}); // says itself whether the browser lets it
}
