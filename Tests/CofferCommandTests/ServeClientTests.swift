import Foundation
import Testing

/// The clients in `Docs/Examples`, run as their readers run them.
@Suite(.enabled(if: BuiltProgram.isThere)) struct ServeClientTests {
    /// The first of the programs that runs; says so when none does.
    private static func find(_ name: String, _ script: String, _ places: [String?]) -> String? {
        for place in places.compactMap({ $0 }) {
            let process = Process()
            process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
            process.arguments = [place] + [script.hasPrefix("import") ? "-c" : "-p", script]
            let output = Pipe()
            process.standardOutput = output
            process.standardError = FileHandle.nullDevice
            guard (try? process.run()) != nil else { continue }
            let path = String(decoding: output.fileHandleForReading.availableData, as: UTF8.self)
            process.waitUntilExit()
            if process.terminationStatus == 0 {
                return path.trimmingCharacters(in: .whitespacesAndNewlines)
            }
        }
        print("SKIPPED: \(name) is not installed, so its client is not run here.")
        return nil
    }

    private static let node = find("node", "process.execPath", ["node"])

    private static let python = find(
        "python3", "import sys; print(sys.executable)",
        ["python3", ProcessInfo.processInfo.environment["COFFER_PYTHON"]])

    private static let examples = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        .appendingPathComponent("Docs/Examples").path

    private func run(_ program: String?, _ script: String) throws {
        let program = try #require(program)
        let box = try Sandbox()
        try box.makeVault("game", ["--template", "campaign"])
        box.environment["EXAMPLES"] = Self.examples
        let outcome = try box.shell(#""$1" "$2""#, [program, try box.path(writing: script)])
        #expect(outcome.status == 0, "\(outcome.errors)")
        #expect(outcome.output == "done\n")
        #expect(outcome.errors == "")
        #expect(try box.open(["list", "npcs", "--json"]).rows.count == 2)
        #expect(try box.open(["check"]).status == 0)
    }

    @Test(.enabled(if: node != nil)) func theClientInJavaScriptDoesWhatItSays() throws {
        try run(
            Self.node,
            """
            const assert = require("node:assert");
            const { execFileSync } = require("node:child_process");
            const { Coffer } = require(process.env.EXAMPLES + "/client.js");
            (async () => {
              const program = process.env.COFFER;
              const vault = new Coffer([], { program });
              await assert.rejects(vault.ask("list", { collection: "npcs" }), { code: "locked" });
              await vault.ask("unlock", { password: "correct horse battery" });
              const all = await Promise.all([
                vault.ask("version"),
                vault.ask("add", { collection: "npcs", fields: { id: "a", name: "Ä\\u2028\\n" } }),
                vault.ask("get", { collection: "npcs", record: "a", field: "name" }),
              ]);
              assert.equal(all[0].protocol, 1);
              assert.equal(all[1].created, true);
              assert.equal(all[2], "Ä\\u2028\\n");
              const changes = [];
              vault.on("change", (change) => changes.push(change.kind));
              await vault.ask("subscribe");
              const failing = vault.transaction(async () => {
                await vault.ask("add", { collection: "npcs", fields: { id: "b", name: "B" } });
                throw new Error("no");
              });
              await assert.rejects(failing, { message: "no" });
              await vault.transaction(async () => {
                await vault.ask("add", { collection: "npcs", fields: { id: "c", name: "C" } });
                await vault.ask("add", { collection: "npcs", fields: { id: "d", name: "D" } });
              });
              const words = ["rm", "npcs", "d", "--password-file", "password", "--quiet"];
              execFileSync(program, words, { stdio: "inherit" });
              for (let tries = 0; changes.length < 3 && tries < 100; tries++)
                await new Promise((resolve) => setTimeout(resolve, 100));
              assert.deepEqual(changes, ["put", "put", "delete"]);
              const some = await vault.ask("list", { collection: "npcs", limit: 1 });
              assert.equal(some.length, 1);
              assert.equal(some.more, true);
              const long = { do: "x".repeat(17 << 20) };
              await assert.rejects(vault.ask("get", { record: long }), { code: "invalid" });
              const last = vault.ask("status");
              assert.equal(await vault.end(), 0);
              assert.equal((await last).locked, false);
              await assert.rejects(new Coffer([], { program: "/none" }).ask("x"), { code: "ended" });
              console.log("done");
            })();
            """)
    }

    @Test(.enabled(if: python != nil)) func theClientInPythonDoesWhatItSays() throws {
        try run(
            Self.python,
            """
            import os, subprocess, sys
            sys.dont_write_bytecode = True
            sys.path.insert(0, os.environ["EXAMPLES"])
            from client import Coffer, CofferError

            def code(body):
                try:
                    body()
                except CofferError as error:
                    return error.code

            program = os.environ["COFFER"]
            vault = Coffer(program=program)
            assert code(lambda: vault.ask("list", collection="npcs")) == "locked"
            vault.ask("unlock", password="correct horse battery")
            assert vault.ask("version")["protocol"] == 1
            text = "Ä\\u2028\\n"
            assert vault.ask("add", collection="npcs", fields={"id": "a", "name": text})["created"]
            assert vault.ask("get", collection="npcs", record="a", field="name") == text
            vault.ask("subscribe")
            try:
                with vault.transaction():
                    vault.ask("add", collection="npcs", fields={"id": "b", "name": "B"})
                    raise KeyError("no")
            except KeyError:
                pass
            with vault.transaction():
                vault.ask("add", collection="npcs", fields={"id": "c", "name": "C"})
                vault.ask("add", collection="npcs", fields={"id": "d", "name": "D"})
            words = [program, "rm", "npcs", "d", "--password-file", "password", "--quiet"]
            subprocess.run(words, check=True)
            kinds = []
            for event in vault.events(seconds=10):
                kinds.append(event["kind"])
                if len(kinds) == 3:
                    break
            assert kinds == ["put", "put", "delete"], kinds
            assert list(vault.events()) == []
            assert len(vault.ask("list", collection="npcs", limit=1)) == 1 and vault.more
            assert vault.ask("search", words="c", **{"in": "npcs"}) and not vault.more
            assert code(lambda: vault.ask("get", record="x" * (17 << 20))) == "invalid"
            assert vault.close() == 0
            locked = Coffer("--password-file", "none", program=program, stderr=subprocess.DEVNULL)
            assert code(lambda: locked.ask("x")) == "ended"
            print("done")
            """)
    }
}

extension Sandbox {
    /// The path of a new file with a script.
    fileprivate func path(writing script: String) throws -> String {
        try write("script", script)
        return path("script")
    }
}
