// SPDX-License-Identifier: Apache-2.0
// Nothing to show yet: what is set up and what is not, from /healthz. Loaded only when needed.
import { element, keyed, setAttribute, setText } from "./dom.js";
import { clean, plural } from "./words.js";

function folderChecks({ folders }) {
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
  return folders.map(({ name, state, ok }) => ({
    key: `folder ${name}`,
    ok,
    text: ok ? `Watching ${clean(name)}` : `${clean(name)}: ${state}`,
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
  const refused =
    names.refused > 0
      ? ` ${plural(names.refused, "name", "names")} refused so far, such as ${examples}.`
      : "";
  return {
    key: "image",
    ok: false,
    text: "First image: none yet",
    hint:
      `Names must match ${wanted}.${refused} A folder on CIFS or NFS gives no notice of what ` +
      "other hosts write.",
  };
}

function checksOf(view) {
  const heard = !view.link.hatched && view.link.phase !== "loading";
  const checks = [
    {
      key: "page",
      ok: heard,
      text: heard ? "This page hears MRQART" : "This page does not hear MRQART",
      hint: heard ? "" : "Is mrqartd running? systemctl status mrqart",
    },
  ];
  return view.health
    ? [...checks, ...folderChecks(view.health), templateCheck(view.health), imageCheck(view.health)]
    : checks;
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
    element(
      "p",
      { class: "about" },
      "Start the stream at the scanner, or try ",
      element("code", {}, "mrqart simulate --once"),
      ".",
    ),
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
  keyed(
    links,
    view.only ? view.known : [],
    (name) => name,
    (name) =>
      element(
        "a",
        { href: `/station/${encodeURIComponent(name)}` },
        element("bdi", {}, clean(name)),
      ),
    () => {},
  );
}
