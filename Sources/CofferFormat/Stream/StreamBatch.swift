package import CofferBytes

/// One batch of the record stream, opened: entries of one kind in one or more parts.
///
/// Source: `Docs/Format.md`, section 19.1.
package struct StreamBatch: Sendable {
    /// What lies under one key.
    package struct Part: Sendable {
        /// The id of the person's data key; zeros for the part under the bundle's seal alone.
        package let key: Identifier
        /// Its bytes in the clear; nil where the person's key is gone.
        package var bytes: [UInt8]?

        /// Puts a part together.
        package init(key: Identifier, bytes: [UInt8]?) {
            self.key = key
            self.bytes = bytes
        }
    }

    /// The key id of the part that no person's key seals.
    package static let noKey = Identifier([UInt8](repeating: 0, count: Identifier.size).span)

    /// What its entries are.
    package let kind: StreamKind
    /// The collection of its entries; 0 where the kind has none.
    package let collection: UInt32
    /// How many entries it has.
    package var count: UInt32
    /// The parts, that without a key first.
    package var parts: [Part]

    /// Starts a batch without entries.
    package init(_ kind: StreamKind, collection: UInt32 = 0) {
        self.kind = kind
        self.collection = collection
        count = 0
        parts = [Part(key: Self.noKey, bytes: [])]
    }

    /// A batch of entries that are under the bundle's seal alone.
    package init(_ kind: StreamKind, collection: UInt32 = 0, count: Int, bytes: [UInt8]) {
        self.kind = kind
        self.collection = collection
        self.count = UInt32(clamping: count)
        parts = [Part(key: Self.noKey, bytes: bytes)]
    }

    /// How many bytes its parts have in the clear.
    package var size: Int { parts.reduce(0) { $0 + ($1.bytes?.count ?? 0) } }
}
