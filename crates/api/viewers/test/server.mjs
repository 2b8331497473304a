// A server with one account and one key, in a temporary directory, for as long as the tests run.

import { execFile, spawn } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { promisify } from "node:util";

const run = promisify(execFile);

export class Server {
  static async start(executable) {
    const data = await mkdtemp(join(tmpdir(), "switchboard-viewers-"));
    const command = async (...words) => {
      const { stdout } = await run(executable, ["--data", data, "--json", ...words]);
      return JSON.parse(stdout);
    };
    const made = await command("init", "--account", "Northwind", "--email", "ines@northwind.example");
    const account = String(made.account_id);
    const key = await command("key", "create", "--account", account, "--name", "viewers");
    const env = { ...process.env, SWITCHBOARD__LIMITS__PER_KEY_PER_MINUTE: "1000" };
    const child = spawn(executable, ["--data", data, "serve", "--listen", "127.0.0.1:0"], {
      env,
      stdio: ["ignore", "pipe", "pipe"],
    });
    let log = "";
    child.stderr.setEncoding("utf8").on("data", (text) => (log += text));
    for await (const line of createInterface({ input: child.stdout })) {
      const [, origin] = line.match(/^listening on (http:\S+)/) || [];
      if (origin) return new Server(data, child, origin, account, key);
    }
    throw new Error(`the server did not start: ${log}`);
  }

  constructor(data, child, origin, account, key) {
    Object.assign(this, { data, child, origin, account, key });
  }

  async stop() {
    const ended = new Promise((resolve) => this.child.on("exit", resolve));
    this.child.kill("SIGTERM");
    await ended;
    await rm(this.data, { recursive: true });
  }
}
