// A client of `coffer serve --stdio` for Node.js; Docs/Interface.md, "Serve", has all requests.
//
//     const vault = new Coffer(["--vault", "game"]);
//     await vault.ask("unlock", { password });
//     const npcs = await vault.ask("list", { collection: "npcs", limit: 20 });
//     vault.on("change", (change) => …); await vault.ask("subscribe");
"use strict";
const { spawn } = require("node:child_process");
const { EventEmitter } = require("node:events");

class CofferError extends Error {} // With `code`, and `index` where one of several was refused.

class Coffer extends EventEmitter {
  #child; #ended; #asked = []; #last = 0; #pieces = []; // Answers come in the order of requests.

  constructor(options = [], { program = "coffer", ...rest } = {}) {
    super();
    const stdio = ["pipe", "pipe", "inherit"];
    this.#child = spawn(program, ["serve", "--stdio", ...options], { ...rest, stdio });
    this.#child.stdout.setEncoding("utf8").on("data", (text) => this.#take(text));
    this.#child.stdin.on("error", () => {}); // What is not answered is told below.
    this.#ended = new Promise((resolve) => this.#child.on("close", resolve).on("error", resolve));
    this.#ended.then((status) => {
      const error = { code: "ended", message: `coffer has ended (${status})` };
      while (this.#asked.length > 0) this.#tell({ ok: false, error });
    });
  }

  // Promises the result of a request; `more` is a property of an array that goes on.
  ask(name, members = {}) {
    const line = JSON.stringify({ ...members, id: ++this.#last, do: name });
    this.#child.stdin.write(line + "\n");
    return new Promise((resolve, reject) => this.#asked.push({ resolve, reject }));
  }

  // Runs an asynchronous function in one transaction. Meanwhile every request is a part of it.
  async transaction(body, members = {}) {
    await this.ask("begin", members);
    try {
      const result = await body(this);
      await this.ask("commit");
      return result;
    } catch (error) {
      await this.ask("rollback").catch(() => {});
      throw error;
    }
  }

  // Ends the process and promises its exit status.
  end() {
    this.#child.stdin.end();
    return this.#ended;
  }

  #take(text) {
    this.#pieces.push(text);
    if (!text.includes("\n")) return;
    const lines = this.#pieces.join("").split("\n");
    this.#pieces = [lines.pop()];
    for (const line of lines) this.#tell(JSON.parse(line));
  }

  #tell(line) {
    if ("event" in line) return void this.emit(line.event === "error" ? "lost" : line.event, line);
    const { resolve, reject } = this.#asked.shift();
    if (!line.ok) return reject(Object.assign(new CofferError(line.error.message), line.error));
    resolve(line.more ? Object.assign(line.result, { more: true }) : line.result);
  }
}

module.exports = { Coffer, CofferError };
