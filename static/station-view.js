// SPDX-License-Identifier: Apache-2.0
// One scanner: its tab in the bar and its banner.
import { element, keyed, setAttribute, setSentence, setShape, setText, shape } from "./dom.js";
import { actionOf, sentenceOf, wordOf, seriesTitle } from "./phrases.js";
import { loudestOf, stateOf } from "./verdict.js";
import { clean, clockTime, duration } from "./words.js";

const ARRIVING = 5000; // ms since the last image
const LONG = 60; // characters of a sentence that is set smaller, on two lines

const GRIDS = { 1: "one", 2: "two", 3: "few", 4: "few" }; // by the number of stations

const LOUDNESS = {
  "deviates": "fill",
  "changed": "fill",
  "unreadable": "tint",
  "no-template": "tint",
  "warns": "tint",
  "lost": "hatch",
};

const PAST = {
  "conforms": "conformed",
  "deviates": "deviated",
  "changed": "changed",
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
  return state === "waiting"
    ? "Last series"
    : `Last series, ended ${clockTime(shown.last, view.zone)}`;
}

function ageText(judged, view) {
  const { shown } = judged;
  if (!shown || (!judged.running && !view.link.hatched)) {
    return "";
  }
  const age = view.now - shown.last;
  if (view.link.hatched) {
    return `last at ${clockTime(shown.last, view.zone, true)}`;
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
    sentence: sentenceOf(judged, view.zone),
    action: actionOf(judged),
  };
}

function updateBanner(banner, judged, view) {
  const [mark, facts, counter] = banner.children;
  const [eyebrow, word, sentence, action] = facts.children;
  const [, when, series, project] = eyebrow.children;
  const [count, of, age] = counter.children;
  const { shown } = judged;
  const shownFace = face(judged, view);
  setAttribute(banner, "data-state", shownFace.state);
  setAttribute(banner, "data-loud", LOUDNESS[shownFace.state] ?? "plain");
  setAttribute(banner, "data-selected", judged.name === view.station);
  setShape(mark, shownFace.state);
  setText(when, whenText(judged, view.link, view));
  setText(series, shown ? seriesTitle(shown) : "");
  setText(
    project,
    view.link.hatched && shown
      ? (PAST[judged.state] ?? PAST[stateOf(shown)] ?? "")
      : clean(shown?.project),
  );
  setText(word, wordOf(shownFace.state));
  setSentence(sentence, shownFace.sentence);
  setAttribute(sentence, "data-long", sentence.textContent.length > LONG);
  setText(action, shownFace.action);
  setText(count, shown ? String(shown.count) : "");
  setText(of.firstElementChild, shown?.expected ? `of ${shown.expected}` : "");
  setText(of.lastElementChild, shown ? " images" : "");
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
  setShape(tab.firstElementChild, state, "solid");
  setAttribute(tab, "aria-current", judged.name === view.station ? "true" : null);
  setAttribute(tab, "title", `${clean(judged.name)}: ${wordOf(state)}`);
}

export function createStationView({ banners, tabs }, actions) {
  return function render(view) {
    const { stations } = view;
    setAttribute(banners, "class", `banners ${GRIDS[stations.length] ?? "many"}`);
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
