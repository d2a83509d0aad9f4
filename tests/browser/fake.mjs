// SPDX-License-Identifier: Apache-2.0
// A daemon that does what a test tells it: the page's files, /state, /healthz and a websocket.
import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { gzipSync } from "node:zlib";
import { createServer } from "node:http";
import { basename, extname, join } from "node:path";
import { fileURLToPath } from "node:url";

const STATIC = fileURLToPath(new URL("../../static/", import.meta.url));
const TYPES = {
  ".html": "text/html; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".svg": "image/svg+xml",
};
const POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; " +
  "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
const HEADERS = { "Content-Security-Policy": POLICY, "X-Content-Type-Options": "nosniff" };

function frame(text) {
  const body = Buffer.from(text);
  const head = body.length < 126 ? Buffer.alloc(2) : Buffer.alloc(body.length < 65536 ? 4 : 10);
  head[0] = 0x81;
  if (body.length < 126) {
    head[1] = body.length;
  } else if (body.length < 65536) {
    head[1] = 126;
    head.writeUInt16BE(body.length, 2);
  } else {
    head[1] = 127;
    head.writeBigUInt64BE(BigInt(body.length), 2);
  }
  return Buffer.concat([head, body]);
}

export class Fake {
  constructor() {
    this.epoch = "first";
    this.seq = 0;
    this.stations = {}; // name → {seq, history: [{series, content}]}
    this.folders = [{ name: "/data/dicomstream", state: "watched" }];
    this.templates = 212;
    this.warnings = [];
    this.healthStatus = 200;
    this.clients = new Set();
    this.fetches = 0; // of /state
    this.stateStatus = 200;
    this.zone = "+01:00";
    this.refuse = false; // websockets
    this.silent = false; // no alive
    this.answers = true; // people may answer deviations
    this.refusal = null; // {status, error} for the next answers
    this.parameters = PARAMETERS;
    this.share = undefined;
  }

  async start(port = 0) {
    this.server = createServer((request, response) => this.answer(request, response));
    this.server.on("upgrade", (request, socket) => this.upgrade(request, socket));
    await new Promise((resolve) => this.server.listen(port, "127.0.0.1", resolve));
    this.port = this.server.address().port;
    this.address = `http://127.0.0.1:${this.port}`;
    this.alive = setInterval(() => this.sendAlive(), 5000);
    return this;
  }

  async stop() {
    clearInterval(this.alive);
    this.clients.forEach(({ socket }) => socket.destroy());
    this.clients.clear();
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  time(ms = Date.now()) {
    const sign = this.zone[0] === "-" ? -1 : 1;
    const minutes = sign * (Number(this.zone.slice(1, 3)) * 60 + Number(this.zone.slice(4)));
    return new Date(ms + minutes * 60000).toISOString().replace("Z", this.zone);
  }

  state() {
    return Object.fromEntries(
      Object.entries(this.stations).map(([station, { history, silent = null }]) => [
        station,
        { station, ...history[0], history, silent },
      ]),
    );
  }

  async answer(request, response) {
    const { pathname } = new URL(request.url, this.address);
    const json = (value, status = 200, more = {}) => {
      response.writeHead(status, {
        ...HEADERS,
        "Content-Type": "application/json",
        "Cache-Control": "no-store",
        ...more,
      });
      response.end(JSON.stringify(value));
    };
    if (pathname === "/state") {
      this.fetches += 1;
      if (this.stateStatus !== 200) {
        json({}, this.stateStatus);
        return;
      }
      json(this.state(), 200, {
        "MRQART-Epoch": this.epoch,
        "MRQART-Seq": String(this.seq),
        "MRQART-Acknowledge": this.answers ? "on" : "off",
      });
    } else if (pathname === "/acknowledge") {
      await this.takeAnswer(request, json);
    } else if (pathname === "/parameters.json") {
      json(this.parameters);
    } else if (pathname === "/healthz") {
      json(
        {
          status: "ok",
          warnings: this.warnings,
          version: "0.1.0",
          epoch: this.epoch,
          instances: { "source-inotify": { folders: this.folders, share: this.share } },
          pipeline: {
            names: { wanted: ["MR.*", "*.dcm", "*.IMA"], refused: 2, examples: ["a.txt"] },
          },
          keeper: { database: { templates: this.templates } },
        },
        this.healthStatus,
      );
    } else {
      await this.file(pathname, response);
    }
  }

  async takeAnswer(request, json) {
    let body = "";
    for await (const part of request) {
      body += part;
    }
    const { station, series: key, answer, reason } = JSON.parse(body);
    const found = this.stations[station]?.history.find(({ series }) => series.key === key);
    if (this.refusal || !found) {
      const { status, error } = this.refusal ?? { status: 404, error: "There is no such series" };
      json({ error }, status);
      return;
    }
    this.acknowledge(station, found.series, answer, reason);
    json({});
  }

  async file(pathname, response) {
    const name = pathname.startsWith("/static/") ? basename(pathname) : "index.html";
    try {
      const body = gzipSync(await readFile(join(STATIC, name)), { level: 1 }); // as sink-http does
      response.writeHead(200, {
        ...HEADERS,
        "Content-Type": TYPES[extname(name)] ?? "text/plain",
        "Content-Encoding": "gzip",
      });
      response.end(body);
    } catch {
      response.writeHead(404, HEADERS).end();
    }
  }

  upgrade(request, socket) {
    if (this.refuse) {
      socket.destroy();
      return;
    }
    const key = request.headers["sec-websocket-key"];
    const accept = createHash("sha1")
      .update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`)
      .digest("base64");
    socket.write(
      "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n" +
        `Sec-WebSocket-Accept: ${accept}\r\n\r\n`,
    );
    const station = new URL(request.url, this.address).searchParams.get("station");
    const client = { socket, station };
    this.clients.add(client);
    socket.on("close", () => this.clients.delete(client));
    socket.on("error", () => this.clients.delete(client));
    socket.resume();
    socket.write(
      frame(
        JSON.stringify({
          station: null,
          type: "hello",
          time: this.time(),
          content: { version: "0.1.0", epoch: this.epoch, seq: this.seq },
        }),
      ),
    );
  }

  sendAlive() {
    if (!this.silent) {
      this.broadcast({ type: "alive", epoch: this.epoch, seq: this.seq, time: this.time() });
    }
  }

  broadcast(message) {
    const bytes = frame(JSON.stringify(message));
    for (const { socket, station } of this.clients) {
      if (station === null || message.station === station || !message.station) {
        socket.write(bytes);
      }
    }
  }

  /** An event: counted, and sent unless lost is set (what a gap is made of). */
  event(type, station, series, content, { lost = false } = {}) {
    this.seq += 1;
    const entry = station === null ? null : (this.stations[station] ??= { seq: 0, history: [] });
    if (entry) {
      entry.seq += 1;
    }
    if (!lost) {
      this.broadcast({
        station,
        type,
        content,
        seq: this.seq,
        station_seq: entry?.seq ?? null,
        series,
        time: this.time(),
      });
    }
  }

  /** One more series of a station, begun ago ms ago; last image lastAgo ms ago. */
  add(station, facts, content, { ago = 0, lastAgo = 0, lost = false } = {}) {
    const series = {
      uid: `1.2.3.${station}.${facts.number}`,
      study: "1.2.3",
      project: "Brain^wpc-8620",
      expected: null,
      count: 1,
      status: content.status,
      started: this.time(Date.now() - ago),
      last: this.time(Date.now() - lastAgo),
      key: `key-${station}-${facts.number}`,
      phase: lastAgo < 60000 ? "running" : "ended",
      gap: null,
      incomplete: false,
      repeats: null,
      acknowledged: null,
      written: this.time(Date.now() - lastAgo - 200),
      ...facts,
    };
    (this.stations[station] ??= { seq: 0, history: [] }).history.unshift({ series, content });
    this.event("new", station, series, content, { lost });
    return series;
  }

  /** One more image of a series. */
  update(station, series, options) {
    series.count += 1;
    series.last = this.time();
    series.written = series.last;
    series.phase = "running";
    this.event("update", station, series, series.count - 1, options);
  }

  /** No image since its last one, though more are due. */
  stall(station, series) {
    Object.assign(series, { phase: "stalled", gap: 1.3 });
    const { count, expected, last } = series;
    const silent = (Date.now() - Date.parse(last)) / 1000;
    this.event("stalled", station, series, { silent, gap: 1.3, count, expected });
  }

  resume(station, series, silent) {
    series.phase = "running";
    this.event("resumed", station, series, { silent });
  }

  end(station, series, reason = "complete") {
    const { count, expected } = series;
    const incomplete = expected !== null && count < expected;
    Object.assign(series, { phase: "ended", incomplete });
    this.event("ended", station, series, { count, expected, incomplete, reason });
  }

  /** The station has sent nothing since the last image of a series. */
  silence(station, series) {
    const since = series.last;
    this.stations[station].silent = since;
    const silent = (Date.now() - Date.parse(since)) / 1000;
    this.event("silent", station, series, { silent, since });
  }

  acknowledge(station, series, answer, reason = "") {
    series.acknowledged = answer && { answer, reason, time: this.time() };
    this.event("acknowledged", station, series, { answer, reason });
  }
}

const PARAMETERS = {
  TR: {
    name: "Repetition time",
    unit: "ms",
    meaning: "Time between two excitations of the same slice.",
    why: "Signal and contrast change.",
    vendors: {
      SIEMENS: { called: "TR", where: "Routine card" },
      PHILIPS: { called: "TR (ms)", where: "Contrast tab" },
    },
  },
  SAR: { name: "A site's own", meaning: "<b>Text</b>", vendors: {} },
};

export const INPUT = {
  TR: 1300,
  TE: 30,
  FA: 60,
  Matrix: [94, 0, 0, 88],
  PixelResol: [2.2978723049164, 2.2978723049164],
  Phase: 1,
  PED_major: "COL",
  iPAT: "p2",
  BWP: 2045,
  BWPPE: 39.872,
  SequenceType: "epfid2d1_94",
  SequenceFile: "%CustomerSeq%/cmrr_mbep2d_bold",
  Comments: "Unaliased MB4/PE4",
  TA: null,
  FoV: null,
  Shims: "-2173,-2599,7633,33,30,-81,130,22,123261657,1",
  Project: "Brain^wpc-8620",
  SequenceName: "x",
};
const COMPARED = [
  "Project",
  "SequenceName",
  "TR",
  "TE",
  "FA",
  "Matrix",
  "PixelResol",
  "Phase",
  "PED_major",
  "iPAT",
  "BWP",
  "BWPPE",
  "SequenceType",
  "SequenceFile",
  "Comments",
];

function text(value) {
  return value === null ? null : Array.isArray(value) ? `[${value.join(", ")}]` : String(value);
}

/** A check result: the template with some values changed in the file. */
export function result(changes = {}, { status, n = 412, checker = "checker-template" } = {}) {
  const findings = Object.entries(changes).map(([parameter, have]) => ({
    checker,
    parameter,
    expect: text(INPUT[parameter]),
    have: text(have),
    severity: status === "warns" ? "warn" : "fail",
    message: null,
  }));
  const { Shims, ...template } = INPUT;
  const verdict = status ?? (findings.length ? "deviates" : "conforms");
  return {
    status: verdict,
    conforms: verdict !== "deviates",
    findings,
    compared: COMPARED,
    errors: Object.fromEntries(
      findings.map(({ parameter, expect, have }) => [parameter, { expect, have }]),
    ),
    input: { ...INPUT, ...changes, dcm_path: "/data/dicomstream/a.dcm" },
    template: { ...template, n, first: "20230102", last: "20260914" },
  };
}

export function noTemplate() {
  return {
    status: "no-template",
    conforms: true,
    findings: [],
    compared: [],
    errors: {},
    input: INPUT,
    template: {},
  };
}

/** So many series that conform, spread over stations, the newest a minute ago. */
export function fill(fake, stations, series) {
  for (let number = 1; number <= series; number++) {
    const station = stations[number % stations.length];
    fake.add(station, { number, name: `series_${number}`, count: 3 }, result(), {
      ago: 1000 * (series + 70 - number),
      lastAgo: 1000 * (series + 70 - number),
    });
  }
}

/** The session of the pictures: twelve series, one repeated, one without template, one open. */
export function session(fake, station, { open = true } = {}) {
  const minute = 60000;
  const plan = [
    [1, "localizer", 52, 3],
    [2, "mprage_sag", 48, 208],
    [3, "mprage_sag_ND", 48, 208],
    [4, "t2_space_new", 44, 176],
    [5, "SpinEcho_T2", 42, 30],
    [6, "mprage_sag_ND2", 40, 208],
    [7, "rest_AP", 31, 300],
    [8, "SpinEchoFieldMap_AP", 23, 3],
    [9, "SpinEchoFieldMap_PA", 22, 3],
    [10, "rest_AP", 20, 300],
    [11, "RewardedAnti1", 12, 420],
  ];
  for (const [number, name, ago, count] of plan) {
    const content = number === 4 ? noTemplate() : number === 7 ? result({ Phase: 0 }) : result();
    fake.add(station, { number, name, count, expected: count }, content, {
      ago: ago * minute,
      lastAgo: (ago - 1) * minute,
    });
  }
  if (!open) {
    return fake.stations[station].history[0].series;
  }
  return fake.add(
    station,
    { number: 12, name: "RewardedAnti2", count: 46, expected: 420 },
    result({ TR: 2000 }),
    { ago: minute, lastAgo: 0 },
  );
}
