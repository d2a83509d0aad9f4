// SPDX-License-Identifier: Apache-2.0
// Words: values, units and sentences, without a browser.
import assert from "node:assert/strict";
import test from "node:test";
import * as words from "../../static/words.js";

const say = (parts) => parts.map((part) => part.strong ?? part.text).join("");
const finding = (parameter, have, expect, more = {}) => ({
  checker: "checker-template",
  parameter,
  have,
  expect,
  severity: "fail",
  message: "x",
  ...more,
});
const value = (name, of) => words.formatValue(words.parameterOf(name), of);

test("values have their units and the shape that people know", () => {
  assert.equal(value("TR", 1300), "1300 ms");
  assert.equal(value("TR", "1300.0"), "1300 ms");
  assert.equal(value("FA", 60), "60°");
  assert.equal(value("Matrix", [94, 0, 0, 88]), "94 × 88");
  assert.equal(value("Matrix", "[0, 94, 88, 0]"), "94 × 88");
  assert.equal(value("PixelResol", [2.2978723049164, 2.2978723049164]), "2.298 × 2.298 mm");
  assert.equal(value("Phase", 1), "positive (1)");
  assert.equal(value("Phase", "0"), "negative (0)");
  assert.equal(value("BWPPE", 39.872), "39.872 Hz/px");
  assert.equal(value("TE", "4.8,38.76"), "4.8, 38.76 ms");
  assert.equal(value("TR", [20, 100]), "20, 100 ms");
  assert.equal(value("FA", "2,10"), "2, 10°");
  assert.equal(value("iPAT", "p2"), "p2");
  for (const absent of [null, undefined, "", "null"]) {
    assert.equal(value("TR", absent), "–");
  }
});

test("a checker that failed is named", () => {
  assert.equal(words.failedText({}), "");
  assert.equal(words.failedText(undefined), "");
  assert.equal(words.failedText({ failed: ["site"] }), "site failed: no verdict of it");
  assert.equal(words.failedText({ failed: ["a", "b"] }), "a, b failed: no verdict of them");
});

test("digits before the decimal point are never rounded away", () => {
  assert.equal(words.formatNumber(123257.647), "123258");
  assert.equal(words.formatNumber(0.000123456), "0.0001235");
  assert.equal(words.formatNumber(-33), "−33");
});

test("two values that differ never look alike", () => {
  const pixel = words.parameterOf("PixelResol");
  assert.deepEqual(words.formatPair(pixel, [2.29782, 2.29782], [2.29791, 2.29791]), [
    "2.2978 × 2.2978 mm",
    "2.2979 × 2.2979 mm",
  ]);
  assert.deepEqual(words.formatPair(words.parameterOf("TR"), "1300.0", "1300"), [
    "1300 ms",
    "1300 ms",
  ]);
});

test("values that would look alike are told apart to the end", () => {
  const matrix = words.parameterOf("Matrix");
  assert.deepEqual(words.formatPair(matrix, "[94, 0, 0, 88]", "[0, 94, 88, 0]"), [
    "94 × 0 × 0 × 88",
    "0 × 94 × 88 × 0",
  ]);
  assert.deepEqual(words.formatPair(words.parameterOf("TR"), "1300.00001", 1300), [
    "1300.00001 ms",
    "1300 ms",
  ]);
});

test("what was sent is no choice, and what is no number is quoted", () => {
  const said = (...given) => say(words.findingsSentence([finding(...given)], {}));
  assert.equal(said("TE", "4.8, 38.76", "4.8"), "TE is 4.8, 38.76 ms, template 4.8 ms");
  assert.equal(said("TR", "abc", "1300"), "TR is “abc”, template 1300 ms");
  assert.equal(said("TR", "2000", null), "TR is 2000 ms");
  assert.equal(said("Phase", "2", "3"), "Phase is 2, template 3");
});

test("one difference is said with value, template and evidence", () => {
  assert.equal(
    say(words.findingsSentence([finding("TR", "2000", "1300")], { n: 412 })),
    "TR is 2000 ms, template 1300 ms (seen 412 times)",
  );
  assert.equal(
    say(words.findingsSentence([finding("BWP", "2055", "2045")], { n: 2 })),
    "BWP is 2055 Hz/px, template 2045 Hz/px (seen twice only)",
  );
  assert.equal(
    say(words.findingsSentence([finding("TE", "33", "30,35")], {})),
    "TE is 33 ms, template 30 or 35 ms",
  );
  assert.equal(
    say(words.findingsSentence([finding("Phase", "0", "1")], {})),
    "Phase encoding is reversed: negative (0), template positive (1)",
  );
  assert.equal(
    say(words.findingsSentence([finding("iPAT", null, "p2")], {})),
    "iPAT is not in the header, template p2",
  );
  assert.equal(
    say(words.findingsSentence([finding("Comments", "a", "b")], {})),
    "Comments is “a”, template “b”",
  );
});

test("several differences are said in the table's order", () => {
  const three = [
    finding("FA", "70", "60"),
    finding("TE", "33", "30"),
    finding("TR", "2000", "1300"),
  ];
  assert.equal(
    say(words.findingsSentence(three, { n: 9 })),
    "3 parameters differ: TR 2000 ms (template 1300 ms), TE 33 ms (30 ms) and 1 more",
  );
});

test("a site's checker speaks for itself, with its name", () => {
  const own = finding("FA", "120", "90", { checker: "checker-limit", message: "FA is above 90" });
  assert.equal(say(words.findingsSentence([own], {})), "FA is above 90 (checker-limit)");
});

test("a site's checker speaks for itself among others too", () => {
  const own = finding("FA", "120", "90", { checker: "checker-limit", message: "FA is above 90" });
  assert.equal(
    say(words.findingsSentence([own, finding("TR", "2000", "1300")], { n: 3 })),
    "2 parameters differ: TR 2000 ms (template 1300 ms), FA is above 90 (checker-limit)",
  );
});

test("a change names both values and the image", () => {
  assert.equal(
    say(words.changesSentence({ TR: { from: "1300", to: "2000", instance: 46 } })),
    "TR went from 1300 to 2000 ms at image 46",
  );
  assert.equal(
    say(
      words.changesSentence({
        TE: { from: 30, to: 33 },
        TR: { from: 1300, to: 2000, instance: 4 },
      }),
    ),
    "2 parameters changed: TR from 1300 to 2000 ms, TE from 30 to 33 ms at image 4",
  );
});

test("texts too long for a sentence are left to the table", () => {
  const shims = "-2173,-2599,7633,33,30,-81,130,22,123261657,1";
  assert.equal(
    say(words.changesSentence({ Shims: { from: shims, to: `${shims}2`, instance: 13 } })),
    "Shims changed at image 13",
  );
  assert.equal(
    say(
      words.changesSentence({
        FA: { from: "60", to: "52", instance: 13 },
        Shims: { from: shims, to: "x" },
      }),
    ),
    "2 parameters changed: FA from 60 to 52°, Shims at image 13",
  );
  const long = `%CustomerSeq%/${"a".repeat(80)}/end`;
  assert.ok(
    say(words.findingsSentence([finding("SequenceFile", long, long + "s")], {})).length < 120,
  );
});

test("what the template was looked up by does not count as compared", () => {
  const content = { compared: ["Project", "SequenceName", "TR", "TE"], template: { n: 412 } };
  assert.equal(
    say(words.conformsSentence(content)),
    "All 2 parameters as in the template (seen 412 times)",
  );
});

test("differences are signed and only where they say something", () => {
  const difference = (name, have, expect) =>
    words.formatDifference(words.parameterOf(name), have, expect);
  assert.equal(difference("TR", 2000, 1300), "+700 ms");
  assert.equal(difference("TE", "30", "30.5"), "−0.5 ms");
  assert.equal(difference("Matrix", [94, 0, 0, 88], [96, 0, 0, 88]), "");
  assert.equal(difference("TE", "33", "30,35"), "");
  assert.equal(difference("PED_major", "ROW", "COL"), "");
});

test("control characters and turned text become visible", () => {
  assert.equal(words.clean("a\u0000b\u202ec\nd\u0085"), "a�b�c�d�");
  assert.equal(words.clean("<b>ü 日本</b>"), "<b>ü 日本</b>");
});

test("reasons for what was not compared", () => {
  const content = { input: { TR: 1, FoV: null, iPAT: null }, template: { n: 3, TR: null } };
  assert.equal(words.notComparedReason("FoV", content), "not sent live");
  assert.equal(words.notComparedReason("iPAT", content), "not in the header");
  assert.equal(words.notComparedReason("TR", content), "not in the template");
});

test("times are the daemon's own", () => {
  const at = Date.parse("2026-11-24T14:31:25+01:00");
  assert.equal(words.clockTime(at, 60, true), "14:31:25");
  assert.equal(words.clockTime(at, -300), "08:31");
  assert.equal(words.calendarDate(Date.parse("2026-11-24T23:30:00Z"), 60), "2026-11-25");
  assert.equal(words.isoDate("20260914"), "2026-09-14");
});

test("durations stay short", () => {
  assert.deepEqual([4000, 119000, 121000, 8000000].map(words.duration), [
    "4 s",
    "119 s",
    "2 min",
    "2 h",
  ]);
});
