import CofferBytes
import CofferCrypto
import CofferFormat
import CofferKeys
import CofferRecords
import CofferStore
import Testing

@testable import CofferBundles
@testable import CofferCare

/// Sections 17 and 18 of the format: keys, sums and signers of bundles.
@Suite struct BundleVectors {
    @Test func keysOfPersonsOpenAsTheFilesSay() throws {
        try run("subjects") { vector in
            let document = KeyringDocument(
                vault: try vector.identifier("vault"), bundle: try vector.identifier("bundle"),
                revision: UInt64(try vector.integer("revision")), slots: [], roster: [], keys: [],
                subjects: try vector.bytes("subjects"))
            let root = RootKey(id: document.vault, secret: try vector.secret("root"))
            do {
                let rows = try BundleKeyring.open(
                    document, subjects: try vector.bytes("seal"), root: root)
                let wanted = try vector.parts("rows")
                try vector.same("rows", rows.subjects.count, wanted.count)
                for (row, part) in zip(rows.subjects, wanted) {
                    try part.same("number", Int(row.number), try part.integer("number"))
                    try part.same("who", row.who?.bytes ?? [])
                    try part.same("row", row.seal)
                }
            } catch is KeysError {
                // Whether they do not open or hold something else is told apart by nobody.
                throw Refusal(.authenticationFailed, .notCanonical)
            }
        }
    }

    @Test func contentIDsAreTheOnesOfTheFiles() throws {
        try run("content") { vector in
            let list = try ChecksumList(parsing: Array(try vector.text("sums").utf8))
            #expect(try list.vault == vector.identifier("vault"))
            #expect(try list.bundle == vector.identifier("bundle"))
            guard try list.contentID == vector.bytes("content") else { throw Refusal(.mismatch) }
        }
    }

    @Test func signersReachAsFarAsTheFilesSay() throws {
        try run("signer") { vector in
            let signers = try SignerStatements(parsing: Array(try vector.text("signers").utf8))
            guard try signers.vault == vector.identifier("vault") else { throw Refusal(.mismatch) }
            let trusted = try Minisign.PublicKey(line: try vector.text("trusted"))
            try vector.same(
                "reached", signers.reach(of: trusted).map(\.line),
                try vector.list("reached", of: String.self))
        }
    }

    /// The keys that the product makes of a bundle key.
    private func keys(_ vector: Vector) throws -> BundleKeys {
        let vault = try vector.identifier("vault")
        let root = try RootKey(.system)
        let facts = KeyRow.Facts(
            id: try Randomness.system.identifier(), purpose: .bundle, state: .active, created: 0,
            subject: nil)
        var keyring = Keyring(vault: vault, root: root)
        let seal = try Cobblestone.sealSecret(
            KeyRow(facts: facts, key: try vector.secret("key")).serialized(), under: root.sealing,
            context: SealContext.make(
                "coffer/v1/key", vault.bytes, root.id.bytes, UInt32(1).bigEndianBytes, []),
            randomness: .system)
        try keyring.add(number: 1, who: nil, seal: seal)
        return BundleKeys(try keyring.active(.bundle), vault: vault)
    }

    @Test func segmentsOpenAsTheFilesSay() throws {
        try run("segment") { vector in
            let keys = try keys(vector)
            let context = StreamContext(
                vault: try vector.identifier("vault"), bundle: try vector.identifier("bundle")
            ).segment(try vector.integer("number"))
            let piece = try Cobblestone.open(
                try vector.bytes("seal"), under: keys.sealing, context: context)
            try vector.same("context", context)
            try vector.same("piece", piece)
            // The MAC key shows in what it makes.
            let given = MACKey(try vector.secret("macKey"))
            #expect(keys.mac.code(piece.span) == given.code(piece.span))
        }
    }

    @Test func digestsAreTheOnesOfTheFiles() throws {
        try run("digest") { vector in
            let end = try StreamEnd(parsing: try vector.bytes("end"))
            let digest = StreamCodes.digest(
                end, key: MACKey(try vector.secret("macKey")),
                vault: try vector.identifier("vault"), bundle: try vector.identifier("bundle"))
            guard try digest == vector.bytes("digest") else {
                throw Refusal(.authenticationFailed)
            }
            try vector.same("end", end.bytes)
            for (name, counts) in [("entries", end.entries), ("live", end.live)] {
                try vector.same(name, counts.all.map(Int.init), vector.list(name, of: Int.self))
            }
            try vector.same("liveCode", end.liveCode)
            try vector.same("ownSum", end.ownSum.bytes)
        }
    }
}
