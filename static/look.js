// SPDX-License-Identifier: Apache-2.0
// What must be known before the first paint: which station and view the address names, light or
// dark, and the style sheets that only phones or the bedside view need.

const STORED = "mrqart-theme";
const dark = matchMedia("(prefers-color-scheme: dark)");

export const phone = matchMedia("(max-width: 699px)");

// ---- the address ------------------------------------------------------------------------------

function decoded(part) {
  try {
    return decodeURIComponent(part);
  } catch {
    return part; // a stray percent sign: taken as it stands
  }
}

const path = /^\/(?:station\/)?([^/]+)/.exec(location.pathname);

/** The station of /station/NAME or /NAME; null: all. */
export const only = path ? decoded(path[1]) : null;

/** "bedside" or "overview": what ?view= says, else bedside for a page of one station. */
export function viewOf(address) {
  const asked = new URL(address).searchParams.get("view");
  return ["bedside", "overview"].includes(asked) ? asked : only ? "bedside" : "overview";
}

/** Another view from now on, after a reload too. */
export function rememberView(view) {
  const address = new URL(location.href);
  address.searchParams.set("view", view);
  history.replaceState(null, "", address);
}

// ---- style sheets -----------------------------------------------------------------------------

/** Adds /static/NAME.css once, and makes it hold or not. */
export function useSheet(name, wanted = true) {
  const id = `sheet-${name}`;
  let link = document.getElementById(id);
  if (!link && wanted) {
    link = document.createElement("link");
    Object.assign(link, { id, rel: "stylesheet", href: `/static/${name}.css` });
    link.setAttribute("blocking", "render");
    document.head.append(link);
  }
  if (link) {
    link.media = wanted ? "all" : "not all";
  }
}

/** The sheets of a view on this screen; it stands in html[data-view]. */
export function showView(view) {
  document.documentElement.dataset.view = view;
  useSheet("bedside", view === "bedside");
  useSheet("phone", view !== "bedside" && phone.matches);
}

// ---- light or dark ----------------------------------------------------------------------------

function chosenTheme() {
  try {
    return localStorage.getItem(STORED);
  } catch {
    return null; // storage is forbidden: the choice lasts as long as the page
  }
}

/** The other one, from now on and in this browser. */
export function toggleTheme() {
  const root = document.documentElement;
  root.dataset.theme = root.dataset.theme === "dark" ? "light" : "dark";
  try {
    localStorage.setItem(STORED, root.dataset.theme);
  } catch {
    // as above
  }
}

/** The system's choice until someone makes their own. */
function followSystem() {
  document.documentElement.dataset.theme = chosenTheme() ?? (dark.matches ? "dark" : "light");
}

dark.addEventListener("change", followSystem);
phone.addEventListener("change", () => showView(document.documentElement.dataset.view));
followSystem();
showView(viewOf(location.href));
