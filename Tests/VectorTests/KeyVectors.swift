import CofferBytes
import CofferFormat
import CofferKeys
import Testing

@testable import CofferCrypto

@Suite struct KeyVectors {
    @Test func slotsOpenAsTheFilesSay() throws {
        try run("slot") { vector in
            let seal = try vector.bytes("slot")
            let vault = try vector.identifier("vault")
            let row = try SlotRow(parsing: seal)
            try vector.same("slot", row.bytes)
            if row.kind.hashesPassword { try requireProductLimits(row.cost) }
            let opened: Slots.Opened
            if vector.has("recoveryKey") {
                let text = Vector.secret(Array(try vector.text("recoveryKey").utf8))
                let key = try RecoveryKey.decode(text)
                opened = try Slots.open(row, recoveryKey: key, vault: vault)
            } else {
                let password = try Passphrase(opening: try vector.secret("password"))
                if vector.expect == .refusedSharedSecret { try requireNoSharedSecret(row) }
                let keyfile =
                    vector.has("keyfile")
                    ? try KeyfileDigest(of: try vector.secret("keyfile")) : nil
                opened = try Slots.open(row, password: password, keyfile: keyfile, vault: vault)
            }
            try vector.same("auth", opened.authKey.withBytes { $0.array })
            try vector.same("root", opened.root.secret().withBytes { $0.array })
            #expect(opened.root.id == row.root)
        }
    }

    /// The limits of a release: test builds allow cheaper passwords.
    private func requireProductLimits(_ cost: SlotRow.Cost) throws {
        do {
            _ = try Argon2id.Parameters(
                memoryKiB: UInt64(cost.memory), passes: UInt64(cost.passes),
                lanes: UInt64(cost.lanes), within: .product)
        } catch CryptoError.refusedLimit { throw Refusal(.refusedLimit) }
    }

    /// Slots are not told why one of theirs does not open; the step itself says it.
    private func requireNoSharedSecret(_ row: SlotRow) throws {
        let key = try X25519.PrivateKey(scalar: try Randomness.system.secret(32))
        do {
            _ = try key.sharedSecret(with: row.ephemeral)
        } catch CryptoError.invalidKey { throw Refusal(.refusedSharedSecret) }
    }

    @Test func rostersAndSlotsAgreeAsTheFilesSay() throws {
        try run("roster") { vector in
            let root = RootKey(
                id: try vector.identifier("rootId"), secret: try vector.secret("root"))
            let vault = try vector.identifier("vault")
            let context = SealContext.make("coffer/v1/roster", vault.bytes, root.id.bytes)
            // First by its steps, which say why.
            let plain = try Cobblestone.openSecret(
                try vector.bytes("roster"), under: root.sealing, context: context)
            try vector.same("plain", plain.withBytes { $0.array })
            try vector.same("plain", try Roster(parsing: plain).serialized().withBytes { $0.array })
            let roster = try RosterSeal.open(try vector.bytes("roster"), root: root, vault: vault)
            let rows = try vector.parts("slots").map {
                (number: UInt32(try $0.integer("num")), seal: try $0.bytes("seal"))
            }
            try RosterSeal.check(roster, against: rows, root: root)
        }
    }

    @Test func keysOpenAsTheFilesSay() throws {
        try run("key") { vector in
            let root = RootKey(
                id: try vector.identifier("rootId"), secret: try vector.secret("root"))
            let vault = try vector.identifier("vault")
            let number = UInt32(try vector.integer("num"))
            let who = Identifier(try vector.bytes("who"))
            let seal = try vector.bytes("seal")
            let whole = try? Keyring.open(
                number: number, who: who, seal: seal, root: root, vault: vault)
            #expect((whole != nil) == (vector.expect == .success), "\(vector.name)")
            // By its steps, which say why.
            let context = SealContext.make(
                "coffer/v1/key", vault.bytes, root.id.bytes, number.bigEndianBytes,
                who?.bytes ?? [])
            if vector.expect == .success { try vector.same("context", context) }
            let plain = try Cobblestone.openSecret(seal, under: root.sealing, context: context)
            try vector.same("plain", plain.withBytes { $0.array })
            let row = try KeyRow(parsing: plain)
            guard row.facts.subject == who else { throw Refusal(.mismatch) }
            try vector.same("plain", row.serialized().withBytes { $0.array })
            try vector.same("key", row.key.withBytes { $0.array })
            try vector.same(
                "purpose", Int(row.facts.purpose.rawValue), try vector.integer("purpose"))
            try vector.same("state", Int(row.facts.state.rawValue), try vector.integer("state"))
            try vector.same("created", Int(row.facts.created), try vector.integer("created"))
            #expect(whole?.facts == row.facts)
        }
    }
}

extension Span<UInt8> {
    /// A copy; for comparisons in tests.
    var array: [UInt8] { indices.map { self[$0] } }
}
