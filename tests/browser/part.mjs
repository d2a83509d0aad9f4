// SPDX-License-Identifier: Apache-2.0
// node's test(), of which a process takes its part: MRQART_PART=2/3 is the second of every three.
// So a file of many pages becomes several tests of ctest, and none is long on a busy machine.
import all from "node:test";

const [part, parts] = (process.env.MRQART_PART ?? "1/1").split("/").map(Number);
let count = 0;

export const isMine = (index) => index % parts === part - 1;

export default function test(...described) {
  if (isMine(count++)) {
    all(...described);
  }
}
test.after = all.after;
