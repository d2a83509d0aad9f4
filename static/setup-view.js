// SPDX-License-Identifier: Apache-2.0
// Nothing to show yet: what is set up and what is not, from /healthz. Loaded only when needed.
import { element, keyed, setAttribute, setText } from "./dom.js";
import { clean, plural } from "./words.js";

const WATCHED = new Set(["watched", "polled"]);
const TROUBLES = { waiting: "does not exist", gone: "the folder is gone" };

/** Every value found under a key, at any depth. */
function collect(value, key, found = []) {
  if (value !== null && typeof value === "object") {
    for (const [name, inner] of Object.entries(value)) {
      if (name === key) {
        found.push(inner);
      }
      collect(inner, key, found);
    }
  }
  return found;
}

function firstNumber(health, key) {
  return collect(health, key).find((value) => typeof value === "number") ?? null;
}

/** What the page uses of /healthz: folders, templates, refused names, warnings, and a fault. */
export function readHealth(health, status) {
  const folders = collect(health, "folders").flat()
    .filter((folder) => typeof folder?.name === "string")
    .map(({ name, state }) => ({ name, state: TROUBLES[state] ?? clean(state), ok: WATCHED.has(state) }));
  const names = collect(health, "names")[0] ?? {};
  const warnings = (health.warnings ?? []).map(String);
  const gone = folders.filter(({ ok }) => !ok);
  const blind = gone.length > 0 && gone.length === folders.length;
  let fault = null;
  if (blind) {
    fault = `MRQART is running but not watching ${clean(gone[0].name)}: ${gone[0].state}`;
  } else if (status === 503) {
    fault = `MRQART is running but cannot work: ${clean(warnings[0] ?? "see its log")}`;
  }
  return { folders, templates: firstNumber(health, "templates"), names, warnings, fault };
}

function folderChecks({ folders }) {
  if (folders.length === 0) {
    return [{ key: "folder", ok: false, text: "No folder is watched",
      hint: "Name one as paths in /etc/mrqart.conf" }];
  }
  return folders.map(({ name, state, ok }) => ({
    key: `folder ${name}`, ok, text: ok ? `Watching ${clean(name)}` : `${clean(name)}: ${state}`,
    hint: ok ? "" : "Make it, or change paths in /etc/mrqart.conf",
  }));
}

function templateCheck({ templates }) {
  return templates > 0
    ? { key: "templates", ok: true, text: `Templates: ${templates}`, hint: "" }
    : { key: "templates", ok: false, text: "Templates: none", hint: "mrqart db import FOLDER" };
}

function imageCheck({ names }) {
  const wanted = (names.wanted ?? ["MR.*", "*.dcm", "*.IMA"]).map(clean).join(", ");
  const examples = (names.examples ?? []).slice(0, 3).map(clean).join(", ");
  const refused = names.refused > 0
    ? ` ${plural(names.refused, "name", "names")} refused so far, such as ${examples}.` : "";
  return { key: "image", ok: false, text: "First image: none yet",
    hint: `Names must match ${wanted}.${refused} A folder on CIFS or NFS gives no notice of what `
      + "other hosts write." };
}

function checksOf(view) {
  const heard = !view.link.hatched && view.link.phase !== "loading";
  const checks = [{
    key: "page", ok: heard, text: heard ? "This page hears MRQART" : "This page does not hear MRQART",
    hint: heard ? "" : "Is mrqartd running? systemctl status mrqart",
  }];
  return view.health
    ? [...checks, ...folderChecks(view.health), templateCheck(view.health), imageCheck(view.health)]
    : checks;
}

function makeCheck({ key }) {
  return element("li", { "data-check": key.split(" ")[0] },
    element("span", { "class": "tick", "aria-hidden": "true" }), element("b"), element("span", { class: "hint" }));
}

function updateCheck(node, { ok, text, hint }) {
  const [tick, what, how] = node.children;
  setAttribute(node, "data-ok", String(ok));
  setText(tick, ok ? "✓" : "–");
  setText(what, text);
  setText(how, hint);
}

function makeSetup(section) {
  section.append(
    element("header", { class: "panel-head" }, element("h2")),
    element("ul", { class: "checks" }),
    element("p", { class: "links" }),
    element("p", { class: "about" }, "Start the stream at the scanner, or try ",
      element("code", {}, "mrqart simulate --once"), "."),
  );
}

export function renderSetup(section, view) {
  if (section.childElementCount === 0) {
    makeSetup(section);
  }
  const [head, checks, links] = section.children;
  const title = view.only ? `No image from ${clean(view.only)} yet` : "No image has arrived yet";
  setText(head.firstElementChild, title);
  keyed(checks, checksOf(view), ({ key }) => key, makeCheck, updateCheck);
  setAttribute(links, "hidden", !view.only || view.known.length === 0);
  keyed(links, view.only ? view.known : [], (name) => name,
    (name) => element("a", { href: `/station/${encodeURIComponent(name)}` }, element("bdi", {}, clean(name))),
    () => {});
}
