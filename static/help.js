// SPDX-License-Identifier: Apache-2.0
// Help: the keys, what each state asks for, what each parameter means on the console at hand, and
// how a screen stays awake. Loaded when somebody asks for it.
import { awakeText } from "./bedside.js";
import { element, keyed, setAttribute, setText, shape } from "./view.js";
import { PARAMETERS, clean, parameterOf, wordOf } from "./words.js";

const KEYS = [
  ["↑ ↓ or k j", "series before or after, in the list"],
  ["Enter", "its table"],
  ["Esc", "back to what is being scanned; closes this help"],
  ["d", "only differences, or all parameters"],
  ["1 … 9", "scanner, in the order of the tabs"],
  ["a", "answer a deviation: it will be repeated, or why it is kept"],
  ["h", "earlier sessions"],
  ["s", "sound on or off"],
  ["b", "bedside view, or list and table"],
  ["f", "full screen"],
  ["t", "light or dark"],
  ["?", "this help"],
];

const STATES = [
  ["conforms", "as in the template. Nothing to do"],
  ["deviates", "differs from the template. Repeat the series before the subject leaves, or answer"],
  ["changed", "a value changed within the series. As for Deviates"],
  ["incomplete", "ended with fewer images than the header says. As for Deviates"],
  ["stalled", "images were due and none came. Look at the scanner"],
  ["unreadable", "a file could not be read. Tell the administrator if it happens again"],
  ["no-template", "nothing to compare with. Check it against the printed protocol"],
  ["warns", "differs from a template that was seen seldom. Compare with the printed protocol"],
  ["silent", "an open session, and no image for minutes. Is the scanner still sending?"],
  ["not-checked", "images of a kind that is not compared"],
  ["waiting", "connected, and nothing is being scanned"],
  ["lost", "this screen does not hear MRQART. Do not rely on it"],
];

/** The first word of a maker's name: how files and parameters.json agree on it. */
function makerOf(name) {
  return /^\w+/.exec(clean(name).toLowerCase())?.[0] ?? "";
}

/** "SIEMENS: TR, Routine card" */
function consoleText([vendor, { called, where }]) {
  return `${clean(vendor)}: ${[called, where].map(clean).filter(Boolean).join(", ")}`;
}

/**
 * What is known of each parameter: name, title, meaning, why it matters, and what consoles call it;
 * only that of the scanner's maker where a header tells it. about: as of /parameters.json.
 */
export function meanings(about, manufacturer) {
  const maker = makerOf(manufacturer);
  const known = about ?? {};
  const names = new Set([...PARAMETERS.map(({ name }) => name), ...Object.keys(known)]);
  return [...names].map((name) => {
    const { name: title, meaning, why, vendors } = known[name] ?? {};
    const all = Object.entries(vendors ?? {});
    const own = all.filter(([vendor]) => makerOf(vendor) === maker);
    return {
      name: clean(name),
      title: clean(title ?? parameterOf(name).title),
      meaning: clean(meaning),
      why: clean(why),
      consoles: (own.length ? own : all).map(consoleText).join(" · "),
    };
  });
}

function section(title, ...content) {
  return element("section", {}, element("h3", {}, title), ...content);
}

function definitions(pairs) {
  return element(
    "dl",
    {},
    ...pairs.flatMap(([term, text]) => [element("dt", {}, term), element("dd", {}, text)]),
  );
}

function stateList() {
  return element(
    "dl",
    { class: "states" },
    ...STATES.flatMap(([state, text]) => [
      element("dt", {}, shape(state), element("span", {}, wordOf(state))),
      element("dd", {}, text),
    ]),
  );
}

function makeMeaning({ name }) {
  const texts = ["title", "meaning", "why", "consoles"].map((part) =>
    element("p", { class: part }),
  );
  return element("li", { "data-meaning": name }, element("b", {}, name), ...texts);
}

function updateMeaning(node, { title, meaning, why, consoles }) {
  const [, ...texts] = node.children;
  [title, meaning, why, consoles].forEach((text, index) => setText(texts[index], text));
}

function keyChoice(keys) {
  const box = element("input", { type: "checkbox", id: "keys-on" });
  box.checked = keys.areOn();
  box.addEventListener("change", () => keys.set(box.checked));
  return element("label", { for: "keys-on" }, box, " Single keys work on this page");
}

const LEGEND =
  "A solid shape needs something; an outlined one is settled. The banner follows the scanner; " +
  "choosing a series changes the table only.";

async function fetchMeanings() {
  const answer = await fetch("/parameters.json", { signal: AbortSignal.timeout(3000) });
  return answer.ok ? answer.json() : null;
}

export function create({ by, keys, change }) {
  const help = document.getElementById("help");
  const list = element("ul", { "class": "meanings", "data-role": "meanings" });
  const close = element("button", { type: "button", class: "link" }, "Close");
  let about = null;
  const show = (open) => {
    const within = help.contains(document.activeElement);
    help.hidden = !open;
    setAttribute(by("help"), "aria-expanded", String(open));
    if (open) {
      help.scrollTop = 0;
      help.focus();
      fetchMeanings().then(
        (answer) => {
          about = answer ?? about;
          change();
        },
        () => {}, // not live, or an older daemon: the names are shown alone
      );
    } else if (within) {
      by("help").focus();
    }
  };
  close.addEventListener("click", () => show(false));
  help.tabIndex = -1;
  help.append(
    element("header", { class: "panel-head" }, element("h2", {}, "Help"), close),
    section("Keys", definitions(KEYS), element("p", {}, keyChoice(keys))),
    section("States", stateList(), element("p", { class: "about" }, LEGEND)),
    section("Parameters", list),
    section("This screen", element("p", {}, awakeText())),
  );
  return {
    toggle: () => show(help.hidden),
    close() {
      const open = !help.hidden;
      show(false);
      return open;
    },
    render({ series }) {
      if (!help.hidden) {
        const items = meanings(about, series?.content?.input?.Manufacturer);
        keyed(list, items, ({ name }) => name, makeMeaning, updateMeaning);
      }
    },
  };
}
