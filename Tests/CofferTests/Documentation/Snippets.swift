import Coffer
import Foundation

/// What the articles of the documentation show, as it is compiled.
enum Snippets {
    static func surroundings(_ folder: String) -> Surroundings {
        let surroundings = Surroundings(
            stateDirectory: folder + "/state",
            now: { Int64(Date().timeIntervalSince1970 * 1_000) },
            bootTime: { DispatchTime.now().uptimeNanoseconds / 1_000_000 },
            bootID: nil)
        return surroundings
    }

    static func secret(_ text: String) throws -> Secret {
        let bytes = Array(text.utf8)
        let password = try Secret(count: bytes.count) { buffer in
            for index in bytes.indices { buffer[index] = bytes[index] }
        }
        return password
    }

    static func create(
        _ path: String, _ password: borrowing Secret, _ options: Vault.CreateOptions,
        _ surroundings: Surroundings
    ) throws -> Vault {
        let made = try Vault.create(
            at: path, password: password, options: options, in: surroundings)
        made.recoveryKey?.withBytes { print("keep this: \($0.count) characters") }
        let vault = try Vault.open(at: path, password: password, in: surroundings)
        return vault
    }

    static func files(_ vault: Vault, _ folder: String) async throws -> (Int, [UInt8], [UInt8]) {
        var options = Files.AddOptions()
        options.links = ["npcs/ana"]
        try vault.files.add(
            [NewFile(at: folder + "/tavern.ogg", as: "music/tavern.ogg")], options: options
        ) { added in
            print(added.name, added.outcome, added.stored)
        }
        var size = 0
        for try await bytes in vault.files.bytes("music/tavern.ogg") {
            size += bytes.count
        }
        let music = try vault.files.open("music/tavern.ogg")
        let header = try music.read(0..<4_096)
        let last = try music.read(music.file.size - 128..<music.file.size)
        return (size, header, last)
    }

    struct NPC: Codable, Sendable {
        var id: String
        var name: String
        var level: Int
        var town: String?
    }

    static func schema(_ vault: Vault) throws {
        let schema = """
            {"type": "object", "required": ["id", "name"], "properties": {
              "id": {"type": "string"},
              "name": {"type": "string", "coffer:index": true},
              "level": {"type": "integer"},
              "town": {"type": "string"}}}
            """
        _ = try vault.apply([SchemaSource(name: "npcs", json: Array(schema.utf8))])
    }

    static func collection(_ vault: Vault) throws -> [String] {
        let npcs = vault.collection("npcs", of: NPC.self)
        try npcs.put(NPC(id: "ana", name: "Ana", level: 3))
        try npcs.put([NPC(id: "bo", name: "Bo", level: 5), NPC(id: "cy", name: "Cy", level: 1)])
        let ana = try npcs.get("ana")
        try npcs.update("ana") { $0.level += 1 }
        try npcs.delete("cy")

        let level = Field<Int>("level")
        let name = Field<String>("name")
        let strong = try npcs.find(where: level > 3 && name.hasPrefix("A"))
        let count = try npcs.count(where: level >= 5 || name == "Ana")
        let best = try npcs.find(sort: .descending("level"), limit: 1)
        return ["\(ana?.version ?? 0)", "\(strong.count)", "\(count)", best[0].name]
    }

    static func pages(_ npcs: RecordCollection<NPC>) async throws -> Int {
        var sum = 0
        for try await npc in npcs.all(where: Field<Int>("level") > 0) {
            sum += npc.level
        }
        return sum
    }

    static func untyped(_ vault: Vault) throws -> String? {
        let npcs = vault.collection("npcs")
        try npcs.update("ana") { try $0.set("level", 9) }
        let level = try npcs.get("ana")?.value.get("level", as: Int.self)
        return level.map { "\($0)" }
    }

    static func conflict(
        _ npcs: RecordCollection<NPC>, _ editor: (inout NPC) throws -> Void
    ) throws -> Stored<NPC>? {
        guard let opened = try npcs.get("ana") else { return nil }
        var edited = opened.value
        try editor(&edited)
        return try npcs.put(
            edited, for: opened,
            onConflict: .merge { base, theirs, mine in
                var both = theirs
                if mine.name != base.name { both.name = mine.name }
                if mine.level != base.level { both.level = mine.level }
                return both
            })
    }

    static func transactions(_ vault: Vault) throws -> (Int, Int) {
        let (total, strong) = try vault.read { snapshot in
            let npcs = snapshot.collection("npcs", of: NPC.self)
            return (try npcs.count(), try npcs.count(where: Field<Int>("level") > 3))
        }
        try vault.write { transaction in
            let npcs = transaction.collection("npcs", of: NPC.self)
            try npcs.update("ana") { $0.town = "Tor" }
            try npcs.put(NPC(id: "dee", name: "Dee", level: 2, town: "Tor"))
        }
        return (total, strong)
    }

    static func query(_ vault: Vault) throws -> [String] {
        var lines: [String] = []
        try vault.query(
            "SELECT town, count(*) AS n FROM npcs WHERE level >= :least GROUP BY town",
            parameters: ["least": .integer(2)]
        ) { row in
            lines.append("\(row["town"].text): \(row["n"].text)")
            return true
        }
        return lines
    }

    static func changes(_ vault: Vault, _ limit: UInt64) async throws -> UInt64 {
        var last: UInt64 = 0
        for try await change in vault.changes(since: last) {
            print(change.collection, change.id, change.kind)
            last = change.number
            if last >= limit { break }
        }
        return last
    }

    static func backUp(
        _ vault: Vault, _ folder: String, isCancelled: Bool
    ) throws -> Vault.Backup {
        let made = try vault.backUp(to: folder) { done, total in !isCancelled }
        return made
    }

    static func maintain(_ vault: Vault, _ folder: String) throws -> [String] {
        var lines: [String] = []
        try vault.setBackupPolicy(Vault.BackupPolicy(folders: [folder]))
        try vault.maintain { result in lines.append("\(result.task.kind): \(result.result)") }
        return lines
    }

    static func verify(
        _ path: String, _ publicKey: String, _ surroundings: Surroundings
    ) throws -> Bool {
        let bundles = Bundles(in: surroundings)
        let verdict = try bundles.verify(path, signer: publicKey)
        guard verdict.word == .trusted else { return false }
        return true
    }

    static func restore(
        _ folder: String, to path: String, _ password: consuming Secret,
        _ surroundings: Surroundings
    ) throws -> Bundles.Restored {
        let bundles = Bundles(in: surroundings)
        let plan = try bundles.plan(from: folder)
        let restored = try bundles.restore(plan, to: path, key: .password(password))
        return restored
    }

    /// Gives the records and persons new keys.
    static func rotate(
        _ vault: Vault, _ show: (UInt64, UInt64) -> Void
    ) async throws -> UInt64 {
        var moved: UInt64 = 0
        let service = RotationService(vault)
        for try await step in try service.rotate(.data) {
            show(step.done, step.total)
            if let result = step.result { moved = result.moved }
        }
        return moved
    }
}
