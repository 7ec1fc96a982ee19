import CofferBytes
import CofferFormat

/// What must hold for the rows of a vault: what is read is written as it was.
internal enum RowProperties {
    static func slot(_ input: [UInt8]) -> String? {
        same(input, try? SlotRow(parsing: input).bytes)
    }

    static func roster(_ input: [UInt8]) -> String? {
        guard !input.isEmpty else { return nil }
        let roster = try? Roster(parsing: secret(input))
        return same(
            input, roster?.serialized().withBytes { bytes in bytes.indices.map { bytes[$0] } })
    }

    static func key(_ input: [UInt8]) -> String? {
        guard !input.isEmpty, let row = try? KeyRow(parsing: secret(input)) else { return nil }
        return same(input, row.serialized().withBytes { bytes in bytes.indices.map { bytes[$0] } })
    }

    static func state(_ input: [UInt8]) -> String? {
        same(input, try? VaultState(parsing: input).bytes)
    }

    static func definition(_ input: [UInt8]) -> String? {
        guard let definition = try? Definition(parsing: input) else { return nil }
        let entries = TableLayout.entries(of: definition, hasHistory: true)
        guard Set(entries).count == entries.count else { return "a table or index twice" }
        return same(input, definition.bytes)
    }

    static func recordHeader(_ input: [UInt8]) -> String? {
        same(input, try? RecordHeader(parsing: input).bytes)
    }

    static func audit(_ input: [UInt8]) -> String? {
        same(input, try? AuditEntry(parsing: input).bytes)
    }

    static func tombstone(_ input: [UInt8]) -> String? {
        same(input, try? Tombstone(parsing: input).bytes)
    }

    static func remembered(_ input: [UInt8]) -> String? {
        same(input, try? RememberedState(parsing: input).bytes)
    }

    static func vaultHeader(_ input: [UInt8]) -> String? {
        guard let header = try? VaultHeader(parsing: input),
            header.format == VaultHeader.currentFormat
        else { return nil }
        return same(input, header.bytes)
    }

    private static func same(_ input: [UInt8], _ written: [UInt8]?) -> String? {
        guard let written else { return nil }
        return written == input ? nil : "what was read is written in another form"
    }

    private static func secret(_ bytes: [UInt8]) -> SecretBytes {
        SecretBytes(count: bytes.count) { secret in
            for index in bytes.indices { secret[index] = bytes[index] }
        }
    }
}
