// SPDX-License-Identifier: Apache-2.0
// The real daemon for the tests, and a scanner that writes DICOM files into its folder.
import { spawn, spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
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

/** mrqartd with folders of its own; ports stay the same when it is started again. */
export class Daemon {
  constructor() {
    this.where = mkdtempSync(join(tmpdir(), "mrqart-"));
    this.folder = join(this.where, "watched");
    mkdirSync(this.folder);
    this.ports = ["0", "0"];
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
  simulate(speed) {
    const scanners = spawn(
      MRQART,
      ["simulate", "--once", "--keep", "--speed", String(speed), this.folder],
      { stdio: "ignore" },
    );
    return new Promise((resolve) => scanners.once("exit", resolve));
  }

  /** Starts it and waits for the ready line. */
  async start() {
    this.process = spawn(
      MRQARTD,
      [
        "--watch",
        this.folder,
        "-p",
        this.ports[0],
        "--ws-port",
        this.ports[1],
        "--database",
        join(this.where, "db.sqlite"),
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
