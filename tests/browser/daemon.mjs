// SPDX-License-Identifier: Apache-2.0
// The real daemon for the tests, scanners that write DICOM files into its folder, and the cable
// between it and a browser.
import { spawn, spawnSync } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { connect, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const SOURCE = process.env.MRQART_SOURCE ?? fileURLToPath(new URL("../..", import.meta.url));
const BUILD = process.env.MRQART_BUILD ?? join(SOURCE, "build/dev");
const MRQARTD = join(BUILD, "bin/mrqartd");
const MRQART = join(BUILD, "bin/mrqart");

if (!existsSync(MRQARTD)) {
  console.log(`SKIP: no ${MRQARTD}: build it, or name the build tree in MRQART_BUILD`);
  process.exit(77);
}

/** Serial number, which ends the name of a session's folder, and name of the simulated scanners. */
const SCANNERS = { 167046: "AWP167046", 45012: "MRC45012" };

/** What `--watch` stands for, with room for options of the core. */
const DEFAULTS = readFileSync(join(BUILD, "share/mrqart/default.conf"), "utf8");

/** mrqartd with folders of its own; ports stay the same when it is started again. */
export class Daemon {
  /** options: of the core, {stall_after: 0.5}. */
  constructor(options = {}) {
    this.where = mkdtempSync(join(tmpdir(), "mrqart-"));
    this.folder = join(this.where, "watched");
    mkdirSync(this.folder);
    this.options = options;
    this.ports = ["0", "0"];
  }

  /** Writes the configuration; answers with its path. */
  configure() {
    const given = {
      watch: this.folder,
      database: join(this.where, "db.sqlite"),
      http: `127.0.0.1:${this.ports[0]}`,
      websocket: `127.0.0.1:${this.ports[1]}`,
    };
    const own = Object.entries(this.options).map(([name, value]) => `${name} = ${value};\n`);
    const file = join(this.where, "mrqart.conf");
    writeFileSync(file, own.join("") + DEFAULTS.replace(/\$\{(\w+)\}/g, (_, name) => given[name]));
    return file;
  }

  /** A template database (tests/system/mrqart_test.py), one template per object. */
  templates(...templates) {
    const made = spawnSync(
      "python3",
      [
        "-B",
        "-c",
        "import json, sys\nfrom mrqart_test import make_database, TEMPLATE\n" +
          "make_database(sys.argv[1], *({**TEMPLATE, **t} for t in json.loads(sys.argv[2]))," +
          " n=412)",
        join(this.where, "db.sqlite"),
        JSON.stringify(templates),
      ],
      { cwd: join(SOURCE, "tests/system"), encoding: "utf8" },
    );
    if (made.status !== 0) {
      throw new Error(made.stderr);
    }
  }

  /** Templates of what the simulated scanners send. */
  history() {
    const past = join(this.where, "history");
    for (const words of [
      ["simulate", "--archive", "5", past],
      ["db", "import", "--database", join(this.where, "db.sqlite"), past],
    ]) {
      const made = spawnSync(MRQART, words, { encoding: "utf8" });
      if (made.status !== 0) {
        throw new Error(made.stderr);
      }
    }
  }

  /** One session of each simulated scanner, so many times as fast as real ones. */
  simulate(speed, ...more) {
    const scanners = spawn(
      MRQART,
      ["simulate", "--once", "--keep", "--speed", String(speed), ...more, this.folder],
      { stdio: "ignore" },
    );
    return new Promise((resolve) => scanners.once("exit", resolve));
  }

  /** Takes away what the scanners have written. */
  clear() {
    readdirSync(this.folder).forEach((name) => rmSync(join(this.folder, name), { recursive: true }));
  }

  /** How many files each series of the simulated scanners has: {AWP167046: {1: 9, …}, …}. */
  files() {
    const counts = {};
    for (const folder of readdirSync(this.folder)) {
      const station = SCANNERS[folder.split(".").at(-1)];
      for (const file of readdirSync(join(this.folder, folder))) {
        const number = Number(file.split("_")[1]);
        const series = (counts[station] ??= {});
        series[number] = (series[number] ?? 0) + 1;
      }
    }
    return counts;
  }

  /** Starts it and waits for the ready line. */
  async start() {
    this.process = spawn(
      MRQARTD,
      [
        "--config",
        this.configure(),
        "--state-dir",
        join(this.where, "state"),
      ],
      {
        stdio: ["ignore", "pipe", "pipe"],
        env: {
          ...process.env,
          LSAN_OPTIONS: `suppressions='${SOURCE}/tests/lsan.supp':print_suppressions=0`,
        },
      },
    );
    this.log = "";
    this.process.stderr.on("data", (data) => (this.log += data));
    const line = await new Promise((resolve, reject) => {
      let seen = "";
      this.process.stdout.on("data", (data) => {
        seen += data;
        if (/^ready .*$/m.test(seen)) {
          resolve(/^ready .*$/m.exec(seen)[0]);
        }
      });
      this.process.on("exit", (status) =>
        reject(new Error(`mrqartd ended with ${status}\n${this.log}`)),
      );
    });
    const http = /http=(\S+):(\d+)/.exec(line);
    this.address = `http://${http[1]}:${http[2]}`;
    this.ports = [http[2], /websocket=\S+:(\d+)/.exec(line)[1]];
    return this;
  }

  /** Ends it: SIGTERM or SIGKILL; answers with its exit status. */
  async stop(signal = "SIGTERM") {
    if (!this.process || this.process.exitCode !== null) {
      return this.process?.exitCode ?? 0;
    }
    const ended = new Promise((resolve) => this.process.once("exit", resolve));
    this.process.kill(signal);
    return ended;
  }

  remove() {
    rmSync(this.where, { recursive: true, force: true });
  }

  /** Writes files as a scanner does. files: [name, values of mrqart_test.write_dicom]. */
  write(...files) {
    const made = spawnSync(
      "python3",
      [
        "-B",
        "-c",
        "import json, pathlib, sys\nfrom mrqart_test import write_dicom\n" +
          "for name, values in json.loads(sys.stdin.read()):\n" +
          "    write_dicom(pathlib.Path(sys.argv[1]) / name, **values)",
        this.folder,
      ],
      { cwd: join(SOURCE, "tests/system"), input: JSON.stringify(files), encoding: "utf8" },
    );
    if (made.status !== 0) {
      throw new Error(made.stderr);
    }
  }

  /** count images of a series, after those that were written before. */
  images(number, count, { from = 1, station = "AWP167046", ...values } = {}) {
    const files = Array.from({ length: count }, (_, index) => {
      const instance = from + index;
      const field = (value) => String(value).padStart(6, "0");
      const name = `${station}/001_${field(number)}_${field(instance)}.dcm`;
      return [
        name,
        {
          Station: station,
          SeriesNumber: number,
          InstanceNumber: instance,
          SeriesInstanceUID: `1.2.3.${station.length}.${number}`,
          SequenceName: "RewardedAnti",
          ...values,
        },
      ];
    });
    this.write(...files);
  }

  junk(name, bytes) {
    mkdirSync(join(this.folder, "AWP167046"), { recursive: true });
    writeFileSync(join(this.folder, "AWP167046", name), bytes);
  }
}

/** A cable to the daemon. Pulled, it closes no connection: bytes go no further, in no direction. */
export class Cable {
  async plug(daemon) {
    this.pairs = new Set();
    this.pulled = false;
    this.server = createServer((near) => this.join(near, Number(daemon.ports[0])));
    await new Promise((resolve) => this.server.listen(0, "127.0.0.1", resolve));
    this.address = `http://127.0.0.1:${this.server.address().port}`;
    return this;
  }

  join(near, port) {
    const far = connect(port, "127.0.0.1");
    const pair = [near, far];
    this.pairs.add(pair);
    const end = () => {
      this.pairs.delete(pair);
      pair.forEach((socket) => socket.destroy());
    };
    pair.forEach((socket, index) => {
      socket.on("data", (data) => pair[1 - index].write(data));
      socket.on("error", end);
      socket.on("close", end);
    });
    if (this.pulled) {
      pair.forEach((socket) => socket.pause());
    }
  }

  pull() {
    this.pulled = true;
    this.pairs.forEach((pair) => pair.forEach((socket) => socket.pause()));
  }

  /** Back again. forgotten: what was connected is unknown by now, as behind a router that slept. */
  push({ forgotten = false } = {}) {
    this.pulled = false;
    for (const pair of this.pairs) {
      pair.forEach((socket) => (forgotten ? socket.destroy() : socket.resume()));
    }
  }

  async remove() {
    this.push({ forgotten: true });
    await new Promise((resolve) => this.server.close(resolve));
  }
}
