// The real program on a virtual rack, as its users start it, in a folder that goes at the end.
import { spawn, spawnSync } from "node:child_process";
import { mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";

const program = process.env.MODEMBANK_PROGRAM;
if (!program) throw new Error("MODEMBANK_PROGRAM wants the path of the program");

/** How long anything may take, on a slow machine and under sanitizers. Nothing waits so long. */
export const patience = 60_000;
export const password = "a red apple a day";

/** What `look` gives, once that is something; it is asked until then. */
export async function until(what, look) {
  for (const end = Date.now() + patience; Date.now() < end; await pause(50)) {
    const found = await look();
    if (found) return found;
  }
  throw new Error(`waited in vain: ${what}`);
}

/** A process that does not outlive the test, whatever becomes of that. */
class Child {
  constructor(args, log) {
    this.log = log;
    const out = openSync(log, "w");
    this.process = spawn("setpriv", ["--pdeathsig", "TERM", program, ...args],
      { stdio: ["ignore", out, out] });
    this.ended = new Promise((done) => this.process.on("exit", (code, signal) => {
      this.status = signal || code;
      done();
    }));
  }
  said() { return readFileSync(this.log, "utf8"); }
  /** The first match in what it says. */
  async says(pattern) {
    return until(`${pattern} in ${this.log}`, () => {
      const found = pattern.exec(this.said());
      if (!found && this.status !== undefined) throw new Error(`it ended:\n${this.said()}`);
      return found;
    });
  }
  async stop() {
    this.process.kill("SIGTERM");
    await this.ended;
    if (this.status !== 0) throw new Error(`it ended with ${this.status}:\n${this.said()}`);
  }
}

export class Bank {
  static async open({ modems = 2 } = {}) {
    const bank = new Bank();
    bank.folder = mkdtempSync(join(tmpdir(), "modembank-console-"));
    bank.runs = 0;
    bank.rack = new Child(["rack", "--modems", modems, "--dir", join(bank.folder, "rack"),
      "--latency-ms", "20", "--report-delay-ms", "50"].map(String), join(bank.folder, "rack.log"));
    await bank.rack.says(/control socket/);
    bank.configure("127.0.0.1:0");
    await bank.start();
    return bank;
  }

  configure(listen) {
    this.config = join(this.folder, "modembank.toml");
    writeFileSync(this.config, `[store]
path = "${join(this.folder, "modembank.db")}"
[http]
listen = "${listen}"
[region]
country = "IR"
timezone = "Asia/Tehran"
[discovery]
paths = ["${join(this.folder, "rack", "slot-*")}"]
[limits]
per_minute = 60
per_day = 1000
[sending]
countries = ["*"]
[webhooks]
allow = ["127.0.0.1:9"]
`, { mode: 0o600 });
  }

  async start() {
    this.serve = new Child(["serve", "--config", this.config],
      join(this.folder, `serve-${++this.runs}.log`));
    const [, address] = await this.serve.says(/http\.listening address=(\S+)\n/);
    this.url = `http://${address}`;
    this.configure(address);  // also the next run is found there
  }
  /** The link by which the first administrator gets in. */
  async setupLink() { return (await this.serve.says(/ link=(\S+)\n/))[1]; }
  stop() { return this.serve.stop(); }

  async close() {
    try {
      if (this.serve.status === undefined) await this.serve.stop();
      await this.rack.stop();
    } finally {
      if (!process.env.MODEMBANK_KEEP) rmSync(this.folder, { recursive: true });
    }
  }

  run(args, input = "") {
    const { status, stdout, stderr } = spawnSync(program, [...args, "--config", this.config],
      { input, encoding: "utf8" });
    if (status !== 0) throw new Error(`${args.join(" ")}: ${stderr}`);
    return stdout;
  }
  addUser(name, role) { this.run(["user", "add", name, "--role", role], `${password}\n`); }

  /** One line of the rack's control language (docs/virtual-rack.md); the answer after "ok". */
  ask(line) {
    return new Promise((done, fail) => {
      let answer = "";
      const socket = connect(join(this.folder, "rack", "control"), () => socket.write(`${line}\n`));
      socket.setEncoding("utf8").on("error", fail).on("data", (text) => {
        answer += text;
        if (!answer.endsWith("\n")) return;
        socket.end();
        if (answer.startsWith("ok")) done(answer.slice(3).trim());
        else fail(new Error(`${line}: ${answer}`));
      });
    });
  }
  /** A text comes in. */
  hear(from, text, slot = "slot-01") {
    return this.ask(`deliver ${slot} ${from} ${text.replace(/\\/g, "\\\\").replace(/\n/g, "\\n")}`);
  }

  /** A call of the API by an application: for what a test presupposes, not for what it tests. */
  async call(method, path, body) {
    this.key ||= JSON.parse(this.run(["key", "create", "--name", "test", "--scope", "admin",
      "--json"])).key;
    const answer = await fetch(this.url + path, { method, body: body && JSON.stringify(body),
      headers: { Authorization: `Bearer ${this.key}`, "Content-Type": "application/json" } });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${text}`);
    return text && JSON.parse(text);
  }
  ready(slot = "slot-01") {
    return until(`${slot} is ready`, async () =>
      (await this.call("GET", "/v1/modems")).items.some((one) =>
        one.name === slot && one.state === "ready"));
  }
  /** The message, once it is in that state. */
  message(id, state) {
    return until(`${id} is ${state}`, async () => {
      const message = await this.call("GET", `/v1/messages/${id}`);
      return message.state === state && message;
    });
  }
  /** The id of the conversation in which that was said: it is there a moment after it came. */
  conversation(text) {
    return until(`a conversation with ${text}`, async () =>
      (await this.call("GET", "/v1/conversations?limit=200")).items.find((one) =>
        one.last_text === text)?.id);
  }
}
