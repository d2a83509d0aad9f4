// SPDX-License-Identifier: Apache-2.0
// What eslint asks of the page and of its tests: its own recommendations, and what keeps modules
// short, text safe and comparisons strict. Copied beside the packages that it imports.
import js from "@eslint/js";
import globals from "globals";

/** Ways from text to code or markup: names come from files. */
const UNSAFE = ["innerHTML", "outerHTML", "insertAdjacentHTML", "write", "writeln"].map(
  (property) => ({ property, message: "Text is only ever set as text." }),
);

export default [
  js.configs.recommended,
  {
    linterOptions: { reportUnusedDisableDirectives: "error" },
    rules: {
      "curly": "error",
      "eqeqeq": "error",
      "max-depth": ["error", 3],
      "max-lines": ["error", { max: 600, skipBlankLines: true, skipComments: true }],
      "max-params": ["error", 5],
      "no-control-regex": "off", // what makes names safe to show is such an expression
      "no-eval": "error",
      "no-implied-eval": "error",
      "no-param-reassign": "error",
      "no-unused-vars": ["error", { ignoreRestSiblings: true }],
      "no-var": "error",
      "prefer-const": "error",
    },
  },
  {
    files: ["static/**"],
    languageOptions: { globals: globals.browser },
    rules: {
      "max-lines-per-function": ["error", 60],
      "no-restricted-properties": ["error", ...UNSAFE],
    },
  },
  {
    files: ["tests/**"],
    languageOptions: { globals: { ...globals.node, ...globals.browser } },
    rules: { "max-lines": "off" },
  },
];
