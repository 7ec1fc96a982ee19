package import CofferBytes

/// The keys of a bundle's time: `keyring.json` (`Docs/Format.md`, section 17).
///
/// Everything secret in it is sealed; the rows are as they stand in the vault, and nothing is
/// believed of them before the roster agrees.
package struct KeyringDocument: Equatable, Sendable {
    /// A row with its number.
    package struct Row: Equatable, Sendable {
        /// The number, from 1.
        package let number: UInt32
        /// The bytes of the column `seal`.
        package let bytes: [UInt8]

        /// Takes a row over.
        package init(number: UInt32, bytes: [UInt8]) {
            self.number = number
            self.bytes = bytes
        }
    }

    /// The largest row of `slot` or `dkey` in bytes.
    package static let rowLimit = 1_024
    /// The largest sealed roster: 16 KiB (section 15) and the seal around it.
    package static let rosterLimit = 16_384 + 72 + 16
    /// A key of 32 bytes under Cobblestone-256.
    package static let sealedKeySize = 104

    /// The vault.
    package let vault: Identifier
    /// The bundle.
    package let bundle: Identifier
    /// From 1, one more whenever the bundle's keys are written anew.
    package let revision: UInt64
    /// The rows of `slot`, ascending.
    package let slots: [Row]
    /// The sealed roster.
    package let roster: [UInt8]
    /// The rows of `dkey` that are nobody's, ascending.
    package let keys: [Row]
    /// The sealed key of `subjects.seal`, 104 bytes.
    package let subjects: [UInt8]

    /// Puts a keyring together.
    package init(
        vault: Identifier, bundle: Identifier, revision: UInt64, slots: [Row], roster: [UInt8],
        keys: [Row], subjects: [UInt8]
    ) {
        self.vault = vault
        self.bundle = bundle
        self.revision = revision
        self.slots = slots
        self.roster = roster
        self.keys = keys
        self.subjects = subjects
    }

    /// Reads `keyring.json`.
    ///
    /// - Throws: `unknown` for another format (``BundleFormat/number(of:)`` tells which),
    ///   `limit` for what is too long or too many, `invalid` for every text that would be written
    ///   in another way, `truncated` and `trailing`.
    package init(parsing bytes: [UInt8]) throws(ByteReader.Failure) {
        guard bytes.count <= BundleMember.keyring.sizeLimit else { throw .limit }
        var text = BundleText(bytes)
        try text.expect("{\"format\":")
        try text.version()
        try text.expect(",\"vault\":\"")
        vault = try text.identifier()
        try text.expect("\",\"bundle\":\"")
        bundle = try text.identifier()
        try text.expect("\",\"revision\":")
        revision = try text.number()
        guard revision > 0 else { throw .invalid }
        try text.expect(",\"slots\":[")
        slots = try Self.rows(&text, limit: SlotRow.countLimit)
        try text.expect(",\"roster\":\"")
        roster = try Self.base64(&text, limit: Self.rosterLimit)
        try text.expect("\",\"keys\":[")
        keys = try Self.rows(&text, limit: .max)
        try text.expect(",\"subjects\":\"")
        subjects = try Self.base64(&text, limit: Self.sealedKeySize)
        guard subjects.count == Self.sealedKeySize else { throw .invalid }
        try text.expect("\"}\n")
        try text.end()
    }

    /// The bytes of `keyring.json`.
    package var bytes: [UInt8] {
        var text: [UInt8] = []
        func add(_ part: String) { text.append(contentsOf: part.utf8) }
        func add(_ rows: [Row]) {
            var isFirst = true
            for row in rows {
                if !isFirst { add(",") }
                isFirst = false
                add("{\"number\":\(row.number),\"row\":\"")
                add(CofferBytes.Base64.encode(row.bytes))
                add("\"}")
            }
        }
        add("{\"format\":1,\"vault\":\"\(vault)\",\"bundle\":\"\(bundle)\"")
        add(",\"revision\":\(revision),\"slots\":[")
        add(slots)
        add("],\"roster\":\"")
        add(CofferBytes.Base64.encode(roster))
        add("\",\"keys\":[")
        add(keys)
        add("],\"subjects\":\"")
        add(CofferBytes.Base64.encode(subjects))
        add("\"}\n")
        return text
    }

    /// Takes rows, which ascend by number, and the bracket after them.
    private static func rows(
        _ text: inout BundleText, limit: Int
    ) throws(ByteReader.Failure) -> [Row] {
        var rows: [Row] = []
        if text.takes("]") { return rows }
        repeat {
            guard rows.count < limit else { throw .limit }
            try text.expect("{\"number\":")
            let number = try text.number32()
            guard number > rows.last?.number ?? 0 else { throw .invalid }
            try text.expect(",\"row\":\"")
            rows.append(Row(number: number, bytes: try base64(&text, limit: rowLimit)))
            try text.expect("\"}")
        } while text.takes(",")
        try text.expect("]")
        return rows
    }

    private static func base64(
        _ text: inout BundleText, limit: Int
    ) throws(ByteReader.Failure) -> [UInt8] {
        let raw = try text.base64(until: UInt8(ascii: "\""), limit: (limit + 2) / 3 * 4)
        guard raw.count <= limit else { throw .limit }
        return raw
    }
}
