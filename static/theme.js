// SPDX-License-Identifier: Apache-2.0
// Light or dark: the system's choice until someone makes their own.

const STORED = "mrqart-theme";
const system = matchMedia("(prefers-color-scheme: dark)");

function chosen() {
  try {
    return localStorage.getItem(STORED);
  } catch {
    return null; // storage is forbidden: the choice lasts as long as the page
  }
}

function show(theme) {
  document.documentElement.dataset.theme = theme;
  document.getElementById("dark").media = theme === "dark" ? "all" : "not all";
}

/** The other one, from now on and in this browser. */
export function toggleTheme() {
  const theme = document.documentElement.dataset.theme === "dark" ? "light" : "dark";
  show(theme);
  try {
    localStorage.setItem(STORED, theme);
  } catch {
    // as above
  }
}

function follow() {
  show(chosen() ?? (system.matches ? "dark" : "light"));
}

system.addEventListener("change", follow);
follow();
