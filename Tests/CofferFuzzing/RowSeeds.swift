import CofferBytes
import CofferFormat

/// Valid rows of vaults, for the targets that take them apart.
internal enum RowSeeds {
    static func id(_ number: UInt8) -> Identifier {
        Identifier(version: 4, from: [UInt8](repeating: number, count: 16).span)
    }

    private static func secret(_ number: UInt8) -> SecretBytes {
        SecretBytes(count: 32) { for index in $0.indices { $0[index] = number } }
    }

    private static func bytes(_ secret: borrowing SecretBytes) -> [UInt8] {
        secret.withBytes { bytes in bytes.indices.map { bytes[$0] } }
    }

    private static let password = SlotRow(
        slot: id(1), kind: .password, cost: SlotRow.Cost(memory: 65_536, passes: 3, lanes: 4),
        salt: [UInt8](repeating: 1, count: 16), publicKey: [UInt8](repeating: 2, count: 32),
        sealedSecret: [UInt8](repeating: 3, count: 104), root: id(2),
        ephemeral: [UInt8](repeating: 4, count: 32),
        wrappedRoot: [UInt8](repeating: 5, count: 104))

    static let slots: [[UInt8]] = [
        password.bytes,
        SlotRow(
            slot: id(3), kind: .recovery, cost: .none, salt: [], publicKey: password.publicKey,
            sealedSecret: [], root: id(2), ephemeral: password.ephemeral,
            wrappedRoot: password.wrappedRoot
        ).bytes,
    ]

    static var roster: [UInt8] {
        var roster = Roster()
        for (number, label) in [(UInt32(1), "password"), (4, "Åse's paper")] {
            roster.append(
                Roster.Entry(
                    number: number, digest: [UInt8](repeating: 1, count: 32), slot: id(1),
                    kind: number == 1 ? .password : .recovery,
                    publicKey: [UInt8](repeating: 2, count: 32), created: 7, label: label),
                authKey: secret(3))
        }
        return bytes(roster.serialized())
    }

    static var keys: [[UInt8]] {
        let archived = [[], [UInt8](repeating: 8, count: 64)].map { word in
            let facts = KeyRow.Facts(
                id: id(1), purpose: .signing, state: .archived, created: 3, subject: nil,
                word: word)
            return bytes(KeyRow(facts: facts, key: secret(9)).serialized())
        }
        return archived
            + [KeyRow.Purpose.records, .subject, .signing].map { purpose in
                let facts = KeyRow.Facts(
                    id: id(1), purpose: purpose, state: .active, created: 3,
                    subject: purpose == .subject ? id(2) : nil)
                return bytes(KeyRow(facts: facts, key: secret(9)).serialized())
            }
    }

    private static var state: VaultState {
        var state = VaultState(instance: id(1))
        for collection in [UInt32(1), 2] {
            let one = VaultState.Tally(
                rows: 2, sum: Sum256([UInt8](repeating: 1, count: 32)) ?? Sum256())
            state.bodies[VaultState.Body(.records, collection: collection)] = one
            state.bodies[VaultState.Body(.history, collection: collection)] = VaultState.Tally()
            state.counters[collection] = VaultState.Counters(nextField: 7, nextHistory: 1)
        }
        state.devices = [id(4): 3, id(5): 9]
        return state
    }

    static var states: [[UInt8]] { [VaultState(instance: id(1)).bytes, state.bytes] }

    static var remembered: [[UInt8]] {
        [[], [UInt8](repeating: 3, count: 32)].map {
            RememberedState(
                state: state, digest: [UInt8](repeating: 1, count: 16), seen: 5, signer: $0
            ).bytes
        }
    }

    static var headers: [[UInt8]] {
        [[], [1], [1, 3, 12, 2_040]].map {
            RecordHeader(created: 1, modified: 2, device: id(1), revision: 3, present: $0).bytes
        }
    }

    static var audits: [[UInt8]] {
        [[], [AuditEntry.Detail("collections", "npcs"), AuditEntry.Detail("", "é")]].map {
            AuditEntry(
                number: 4, previous: [UInt8](repeating: 7, count: 32), time: -1, act: "export",
                details: $0
            ).bytes
        }
    }

    static var definitions: [[UInt8]] {
        var name = Definition.Field(number: 1, name: "name", scope: .vault)
        name.isIndexed = true
        name.isUnique = true
        name.column = 2
        var other = Definition.Field(number: 3, name: "other", scope: .vault)
        other.target = 1
        other.onDelete = .clear
        other.column = 4
        var rank = Definition.Field(number: 5, name: "rank", scope: .vault)
        rank.isPlain = true
        rank.column = 6
        let letter = Definition.Field(number: 7, name: "letter", scope: .subject)
        return [Definition.Subject.none, .own, .field(1)].map { subject in
            let isPersonal = subject != .none
            let overflow = Definition.Field(
                number: 8, name: "", scope: isPersonal ? .subject : .vault)
            let fields = [name, other, rank] + (isPersonal ? [letter] : []) + [overflow]
            let clear = [
                Definition.Column(.index, 2), Definition.Column(.clear, 4),
                Definition.Column(.clear, 6),
            ]
            return Definition(
                collection: 1, version: 2, created: 3, name: "npcs", keyField: 1,
                subject: subject, overflowField: 8, fields: fields,
                columns: clear + fields.map { Definition.Column(.field, $0.number) },
                schema: Array(#"{"type":"object"}"#.utf8)
            ).bytes
        }
    }
}
