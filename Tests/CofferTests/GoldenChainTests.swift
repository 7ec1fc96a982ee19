import Foundation
import Testing

@testable import Coffer

/// The chain of bundles that is kept with the project, read by every later build.
@Suite struct GoldenChainTests {
    private static let folder = IndependentReader.folder.appending(path: "coffer/bundles/v1")

    private static func text(_ name: String) throws -> String {
        try String(contentsOf: folder.appending(path: name), encoding: .utf8)
    }

    private static func word(_ name: String) throws -> String {
        try text(name).trimmingCharacters(in: .newlines)
    }

    /// The listing that the vault gave just before its last bundle.
    private static func expected() throws -> WholeListing {
        try WholeListing(text("listing.ndjson").split(separator: "\n").map(String.init))
    }

    /// A copy: nothing but bundles may be in the folder, and nothing may be made in it.
    private func copy(_ scratch: Scratch) throws -> String {
        let copy = scratch.path + "/chain"
        try FileManager.default.copyItem(
            atPath: Self.folder.appending(path: "chain").path, toPath: copy)
        return copy
    }

    private func restored(_ scratch: Scratch, _ key: consuming Bundles.Key) throws -> Vault {
        let bundles = Bundles(in: scratch.surroundings)
        let plan = try bundles.plan(from: try copy(scratch))
        #expect(plan.bundles.count == 3)
        let made = try bundles.restore(plan, to: scratch.path + "/restored.coffer", key: key)
        #expect(made.withheld == 0)
        return try Vault(at: made.path, in: scratch.surroundings)
    }

    @Test func everyBundleIsTrustedByTheKeyAndByWhatOpensIt() throws {
        let scratch = try Scratch()
        let folder = try copy(scratch)
        let bundles = Bundles(in: scratch.surroundings)
        let items = try bundles.list(folder)
        #expect(items.map(\.problem) == [nil, nil, nil])
        #expect(items.map { $0.facts?.chain } == [1, 2, 3])
        #expect(items.map { $0.facts?.isFull } == [true, false, false])
        #expect(Set(items.map { $0.facts?.signer }).count == 1)
        let signer = try Self.word("public-key.txt")
        // Another key under the same number is another key.
        let other = String(signer.dropLast(4)) + "AAAA"
        for item in items {
            #expect(try bundles.verify(item.path).word == .untrusted)
            #expect(try bundles.verify(item.path, signer: other).word == .untrusted)
            let given = try bundles.verify(item.path, signer: signer)
            #expect(given.word == .trusted && given.trustedBy == "signer")
            let secret = Bundles.Key.recoveryKey(
                try Scratch.password(Self.word("recovery-key.txt")))
            let opened = try bundles.verify(item.path, key: secret)
            #expect(opened.word == .trusted && opened.trustedBy == "password")
        }
    }

    @Test func thePasswordRestoresTheRecordsThatTheVaultHad() throws {
        let scratch = try Scratch()
        let vault = try restored(
            scratch, .password(try Scratch.password(Self.word("password.txt"))))
        try vault.unlock(password: Scratch.password(Self.word("password.txt")))
        let report = try vault.check()
        #expect(report.isSound, "\(report.findings.map(\.code))")
        let lines = try vault.lines()
        let found = try vault.collections().map { collection in
            (lines[collection.name] ?? "").split(separator: "\n").map {
                "{\"collection\":\"\(collection.name)\",\"record\":\($0)}\n"
            }.joined()
        }.joined()
        #expect(try found == Self.text("records.ndjson"))
        print("kept chain, format 1: \(found.split(separator: "\n").count) records")
        #expect(found.split(separator: "\n").count == 17)
    }

    @Test func theRecoveryKeyRestoresTheHistoryThatTheVaultHad() throws {
        let scratch = try Scratch()
        let vault = try restored(
            scratch, .recoveryKey(try Scratch.password(Self.word("recovery-key.txt"))))
        try vault.unlock(recoveryKey: Scratch.password(Self.word("recovery-key.txt")))
        let expected = try Self.expected()
        let names = try Dictionary(
            expected.objects("definition").map { (Self.number($0, "collection"), $0["name"]) },
            uniquingKeysWith: { $1 }
        ).compactMapValues { $0 as? String }.filter { !$0.value.hasPrefix("coffer:") }
        var checked = 0
        let older = try Dictionary(grouping: expected.objects("older")) { "\($0["id"] ?? "")" }
        for (id, versions) in older {
            let name = try #require(names[Self.number(versions[0], "collection")])
            let found = try vault.history(name, id).filter { $0.fate != .current }
            #expect(
                found.reversed().map { "\($0.document.version) \($0.fate) \($0.ended ?? 0)" }
                    == versions.map {
                        let fate = Self.number($0, "reason") == 1 ? "replaced" : "deleted"
                        return "\(Self.number($0, "revision")) \(fate) \(Self.number($0, "time"))"
                    })
            checked += versions.count
        }
        #expect(checked == 9)
        // The change feed has the number of every record and of every deletion.
        var changes: [Int: String] = [:]
        try vault.changes(since: 0) { change in
            changes[Int(change.number)] = "\(change.kind) \(change.id) \(change.version)"
            return true
        }
        var wanted: [Int: String] = [:]
        for record in try expected.objects("record")
        where names[Self.number(record, "collection")] != nil {
            wanted[Self.number(record, "seq")] =
                "put \(record["id"] ?? "") \(Self.number(record, "revision"))"
        }
        for grave in try expected.objects("tombstone") {
            wanted[Self.number(grave, "seq")] =
                "delete \(grave["id"] ?? "") \(Self.number(grave, "revision"))"
        }
        #expect(changes == wanted)
        #expect(wanted.count == 20)
    }

    private static func number(_ object: [String: Any], _ member: String) -> Int {
        object[member] as? Int ?? -1
    }

    @Test(
        .enabled(
            if: IndependentReader.python != nil,
            "needs Python with the packages of Vectors/README.md"))
    func theIndependentReaderFindsTheSame() throws {
        let scratch = try Scratch()
        let password = ["--password-file", Self.folder.appending(path: "password.txt").path]
        let recovery = [
            "--recovery-key-file", Self.folder.appending(path: "recovery-key.txt").path,
        ]
        let expected = try Self.expected()
        let chain = try WholeListing(
            IndependentReader.listing(
                ofBundles: Self.folder.appending(path: "chain").path, secret: recovery))
        #expect(chain.lines == expected.lines)
        #expect(chain.changedStanding(in: expected).isEmpty)
        let vault = try restored(
            scratch, .password(try Scratch.password(Self.word("password.txt"))))
        let found = try WholeListing(
            IndependentReader.listing(ofVault: vault.path, secret: password))
        #expect(found.lines.dropLast() == expected.lines[...])
        #expect(found.changedStanding(in: expected) == BundleReaderTests.restoredChanges)
        let verified = try IndependentReader.run(
            "",
            [
                "verify", Self.folder.appending(path: "chain").path, "--signer",
                Self.folder.appending(path: "public-key.txt").path,
            ])
        #expect(verified.status == 0, "\(verified.output)")
        print("independent reader: the kept chain, \(chain.lines.count) lines alike")
        #expect(chain.lines.count == 59)
    }

    @Test(
        .enabled(
            if: IndependentReader.python != nil,
            "needs Python with the packages of Vectors/README.md"))
    func chainsThatAreSealedRightlyAndWrongAreRefused() throws {
        let scratch = try Scratch()
        let folder = scratch.path + "/forged"
        let outcome = try IndependentReader.run("bundletest.py", [folder])
        #expect(outcome.status == 0, "\(outcome.output)")
        let bundles = Bundles(in: scratch.surroundings)
        let chains = try FileManager.default.contentsOfDirectory(atPath: folder).sorted()
        for name in chains {
            let plan = try bundles.plan(from: folder + "/" + name)
            let error = #expect(throws: VaultError.self, "\(name)") {
                _ = try bundles.restore(
                    plan, to: scratch.path + "/\(name).coffer",
                    key: .recoveryKey(try Scratch.password(Self.word("recovery-key.txt"))))
            }
            #expect(error?.code == .damaged, "\(name): \(error.map { "\($0)" } ?? "restored")")
            let isThere = FileManager.default.fileExists(atPath: scratch.path + "/\(name).coffer")
            #expect(!isThere, "\(name)")
        }
        print("forged chains: \(chains.count) refused")
        #expect(chains.count == 44)
    }
}
