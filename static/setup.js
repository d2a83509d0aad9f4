// SPDX-License-Identifier: Apache-2.0
// The first set-up: as long as no image has arrived, what is watched and since when, what was
// refused and why, and the share to connect, all as /healthz tells it. Loaded only then.
import { collect } from "./connection.js";
import { element, keyed, setAttribute, setText } from "./view.js";
import { calendarDate, clean, clockTime, plural } from "./words.js";

const TOLD = 3; // examples of names that were refused

/** "since 14:02", with the date where it was not today. */
function sinceText(since, { now, zone }) {
  const at = Date.parse(since ?? "");
  if (!Number.isFinite(at)) {
    return "";
  }
  const date = calendarDate(at, zone);
  const today = date === calendarDate(now, zone);
  return ` since ${today ? "" : `${date} `}${clockTime(at, zone)}`;
}

/** Each set of watched folders is an instance of its own in /healthz. */
function folderChecks({ folders, raw }, view) {
  if (folders.length === 0) {
    return [
      {
        key: "folder",
        ok: false,
        text: "No folder is watched",
        hint: "Name one as paths in /etc/mrqart.conf",
      },
    ];
  }
  const told = collect(raw, "folders").flat();
  return folders.map(({ name, state, ok }) => {
    const since = told.find((folder) => folder?.name === name)?.since;
    return {
      key: `folder ${name}`,
      ok,
      text: ok ? `Watching ${clean(name)}${sinceText(since, view)}` : `${clean(name)}: ${state}`,
      hint: ok ? "" : "Make it, or change paths in /etc/mrqart.conf",
    };
  });
}

function shareChecks({ raw }) {
  const shares = collect(raw, "share").filter((share) => typeof share === "string" && share);
  return [...new Set(shares)].map((share) => ({
    key: `share ${share}`,
    ok: null, // only the scanner knows
    text: `Connect ${clean(share)}`,
    hint: "At the scanner: the share that it streams its images to",
  }));
}

function templateCheck({ templates }) {
  return templates > 0
    ? { key: "templates", ok: true, text: `Templates: ${templates}`, hint: "" }
    : { key: "templates", ok: false, text: "Templates: none", hint: "mrqart db import FOLDER" };
}

/** What came and was not taken: names that fit no pattern, and files that no worker could read. */
function refusedText({ names }, lostFile) {
  const parts = [];
  if (names.refused > 0) {
    const examples = (names.examples ?? []).slice(0, TOLD).map(clean).join(", ");
    const such = examples ? `, such as ${examples}` : "";
    parts.push(`${plural(names.refused, "name", "names")} refused so far${such}.`);
  }
  if (lostFile) {
    const { file, text, count } = lostFile;
    const name = clean(file.split("/").at(-1));
    parts.push(`${plural(count, "file", "files")} could not be read: ${name}: ${clean(text)}.`);
  }
  return parts.map((part) => `${part} `).join("");
}

function imageCheck(health, lostFile) {
  const wanted = (health.names.wanted ?? ["MR.*", "*.dcm", "*.IMA"]).map(clean).join(", ");
  return {
    key: "image",
    ok: false,
    text: "First image: none yet",
    hint:
      `Names must match ${wanted}. ${refusedText(health, lostFile)}A folder on CIFS or NFS gives ` +
      "no notice of what other hosts write.",
  };
}

/** What must be right before the first image can come, in the order of its way. */
export function checksOf(view) {
  const { health, link, lostFile } = view;
  const heard = !link.hatched && link.phase !== "loading";
  const page = {
    key: "page",
    ok: heard,
    text: heard ? "This page hears MRQART" : "This page does not hear MRQART",
    hint: heard ? "" : "Is mrqartd running? systemctl status mrqart",
  };
  if (!health) {
    return [page];
  }
  return [
    page,
    ...folderChecks(health, view),
    ...shareChecks(health),
    templateCheck(health),
    imageCheck(health, lostFile),
  ];
}

function makeCheck({ key }) {
  return element(
    "li",
    { "data-check": key.split(" ")[0] },
    element("span", { "class": "tick", "aria-hidden": "true" }),
    element("b"),
    element("span", { class: "hint" }),
  );
}

function updateCheck(node, { ok, text, hint }) {
  const [tick, what, how] = node.children;
  setAttribute(node, "data-ok", ok === null ? null : String(ok));
  setText(tick, ok === null ? "→" : ok ? "✓" : "–");
  setText(what, text);
  setText(how, hint);
}

function makeLink(name) {
  const href = `/station/${encodeURIComponent(name)}`;
  return element("a", { href }, element("bdi", {}, clean(name)));
}

export function create({ by }) {
  const title = element("h2");
  const checks = element("ul", { class: "checks" });
  const links = element("p", { class: "links" });
  const trial = element("code", {}, "mrqart simulate --once");
  by("setup").append(
    element("header", { class: "panel-head" }, title),
    checks,
    links,
    element("p", { class: "about" }, "Start the stream at the scanner, or try ", trial, "."),
  );
  return {
    render(view) {
      const known = view.only ? view.known : [];
      setText(
        title,
        view.only ? `No image from ${clean(view.only)} yet` : "No image has arrived yet",
      );
      keyed(checks, checksOf(view), ({ key }) => key, makeCheck, updateCheck);
      setAttribute(links, "hidden", known.length === 0);
      keyed(
        links,
        known,
        (name) => name,
        makeLink,
        () => {},
      );
    },
  };
}
