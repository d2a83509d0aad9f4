// SPDX-License-Identifier: Apache-2.0
// Answers to deviations: one key says that the series will be repeated, a panel beside the page
// takes any other answer, changes it or withdraws it. The daemon keeps it and tells every screen.
import { isAnswered, needsAct, stateOf } from "./model.js";
import { element, keyed, setAttribute, setText } from "./view.js";
import { answerText, clean, clockTime, rowText, seriesTitle } from "./words.js";

const LIMIT = 5000; // ms for the daemon's answer
const REASON = 200; // characters of a reason

const CHOICES = [
  ["repeat", "Repeat"],
  ["unwell", "Keep: subject unwell"],
  ["agreed", "Keep: physicist agreed"],
  ["other", "Other…"],
];

/** Which series one key answers: the selected one if it is open, the banner's, or the newest. */
export function targetOf({ series, selected }) {
  const { open, shown } = selected;
  return open.find((one) => one === series) ?? open.find((one) => one === shown) ?? open.at(-1);
}

/** Series that can be answered, newest first: those open, and those whose answer may change. */
export function answerable({ session, over, fates }) {
  const answered = (series) => !over && needsAct(stateOf(series)) && isAnswered(series);
  const can = (series) => fates.get(series.key).open || answered(series);
  return (session?.series ?? []).filter(can).reverse();
}

/** Asks the daemon to keep an answer; resolves to why it did not, or "". */
export async function post(station, series, answer, reason) {
  const body = { station, series: series.key, answer, reason };
  try {
    const response = await fetch("/acknowledge", {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify(body),
      signal: AbortSignal.timeout(LIMIT),
    });
    if (response.ok) {
      return "";
    }
    const { error } = await response.json().catch(() => ({}));
    return `Not taken: ${clean(error ?? `MRQART answered ${response.status}`)}`;
  } catch {
    return "Not sent: MRQART does not answer";
  }
}

function makeChoices(send, askReason) {
  const buttons = CHOICES.map(([answer, text]) => {
    const button = element("button", { "type": "button", "data-answer": answer }, text);
    button.addEventListener("click", () => (answer === "other" ? askReason() : send(answer, "")));
    return button;
  });
  const withdraw = element("button", { "type": "button", "data-answer": "none" }, "Withdraw");
  withdraw.addEventListener("click", () => send(null, ""));
  return element("div", { class: "choices", role: "group" }, ...buttons, withdraw);
}

function makeReason(key, send) {
  const id = `reason-${key}`;
  const input = element("input", { id, maxlength: REASON, autocomplete: "off" });
  const form = element(
    "form",
    { class: "reason", hidden: true },
    element("label", { for: id }, "Why it is kept (optional; nobody's name)"),
    input,
    element("button", {}, "Send"),
  );
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    form.hidden = true;
    send("other", input.value.trim());
  });
  return form;
}

function makeItem(series, sendFor) {
  const send = (answer, reason) => sendFor(series, answer, reason);
  const form = makeReason(series.key, send);
  const askReason = () => {
    form.hidden = !form.hidden;
    form.querySelector("input").focus();
  };
  return element(
    "li",
    { "data-answer-to": series.key },
    element("p", { class: "which" }, element("bdi"), element("span")),
    element("p", { class: "given" }),
    makeChoices(send, askReason),
    form,
  );
}

function givenText(series, zone, bedside) {
  if (!isAnswered(series)) {
    return "Not answered yet";
  }
  const { time, reason } = series.acknowledged;
  const at = Date.parse(time ?? "");
  const when = Number.isFinite(at) ? `, ${clockTime(at, zone)}` : "";
  return answerText(series) + when + (reason && !bedside ? `: ${clean(reason)}` : "");
}

function updateItem(node, series, { selected, zone }, bedside) {
  const [which, given, choices, form] = node.children;
  const answered = isAnswered(series);
  setText(which.firstElementChild, seriesTitle(series));
  setText(which.lastElementChild, rowText(series, selected.fates.get(series.key)));
  setText(given, givenText(series, zone, bedside));
  setAttribute(choices, "aria-label", `Answer for series ${seriesTitle(series)}`);
  for (const button of choices.children) {
    const { answer } = button.dataset;
    if (answer === "none") {
      setAttribute(button, "hidden", !answered);
    } else {
      setAttribute(button, "hidden", answer === "other" && bedside);
      setAttribute(button, "aria-pressed", String(series.acknowledged?.answer === answer));
    }
  }
  if (bedside) {
    form.hidden = true; // visitors read along: nobody's own words there
  }
}

function fillPanel(panel) {
  const list = element("ul");
  const refusal = element("p", { "class": "refusal", "role": "alert", "data-role": "refusal" });
  const close = element("button", { type: "button", class: "link" }, "Close");
  panel.tabIndex = -1;
  panel.append(
    element("header", { class: "panel-head" }, element("h2", {}, "Answer"), close),
    refusal,
    list,
  );
  return { list, refusal, close };
}

function renderItems(list, view, send) {
  const bedside = document.documentElement.dataset.view === "bedside";
  keyed(
    list,
    answerable(view.selected),
    ({ key }) => key,
    (series) => makeItem(series, send),
    (node, series) => updateItem(node, series, view, bedside),
  );
}

export function create({ by, look, change }) {
  const panel = document.getElementById("answers");
  const { list, refusal, close } = fillPanel(panel);
  let before = null; // what had the focus
  const show = (open) => {
    if (open) {
      before = document.activeElement;
      setText(refusal, "");
    }
    const within = panel.contains(document.activeElement);
    panel.hidden = !open;
    setAttribute(by("keep"), "aria-expanded", String(open));
    if (open) {
      panel.focus();
    } else if (within) {
      before?.focus();
    }
    change();
  };
  const send = async (series, answer, reason) => {
    setText(refusal, "");
    setText(refusal, await post(look().selected.name, series, answer, reason));
  };
  const toggle = () => {
    const { canAnswer, selected } = look();
    show(panel.hidden && canAnswer && answerable(selected).length > 0);
  };
  close.addEventListener("click", () => show(false));
  return {
    toggle,
    /** One key or tap: the series will be repeated; the panel is there to say otherwise. */
    answer() {
      const view = look();
      const target = view.canAnswer && !view.link.hatched ? targetOf(view) : null;
      if (panel.hidden || !target) {
        toggle();
      }
      if (target) {
        send(target, "repeat", "");
      }
    },
    close() {
      const open = !panel.hidden;
      show(false);
      return open;
    },
    render(view) {
      if (!panel.hidden) {
        renderItems(list, view, send);
      }
    },
  };
}
