// SPDX-License-Identifier: Apache-2.0
// A station fed by messages, for tests of what the page makes of it.
import { applyMessage, createModel, judge } from "../../../static/model.js";

globalThis.document ??= { addEventListener() {} }; // bedside.js listens as soon as it is loaded

export const START = Date.parse("2026-11-24T14:00:00Z");

export const time = (seconds) => new Date(START + seconds * 1000).toISOString();

export class Scanner {
  constructor(name = "A") {
    this.name = name;
    this.model = createModel();
    this.seq = 0;
  }

  /** One event of a series at a second; facts and content go over what is usual. */
  send(type, number, status, second, { content, ...facts } = {}) {
    const finding = { checker: "checker-template", parameter: "TR", have: "2000", expect: "1300" };
    const template = { n: 412, first: "20230102", last: "20260914" };
    applyMessage(this.model, {
      station: this.name,
      type,
      seq: ++this.seq,
      time: time(second),
      content: {
        status,
        findings: status === "deviates" ? [finding] : [],
        compared: ["TR"],
        input: { TR: 2000, dcm_path: "/data/doe^jane/001_000012_000001.dcm" },
        template: status === "no-template" ? {} : template,
        ...content,
      },
      series: {
        uid: `1.${number}`,
        key: `key-${number}`,
        study: "1",
        number,
        name: `s${number}`,
        project: "Brain^wpc-8620",
        status,
        count: 1,
        expected: null,
        started: time(second),
        last: time(second),
        ...facts,
      },
    });
  }

  judge(second) {
    return judge(this.model.stations.get(this.name), START + second * 1000);
  }

  series(number) {
    return this.model.stations.get(this.name).series.get(`key-${number}`);
  }
}
