package import CofferFormat

/// Finds the field that holds the own keys of each collection, record by record.
///
/// A field is one when every record of the collection has it, as a text that is not empty or as
/// an integer, and no two have the same. Only hashes are kept. The number 1 and the text "1" are
/// the same key, since both are typed the same; which texts are the same is for the caller to say,
/// because it derives ids from them.
package struct KeyScan {
    /// The names that are tried, the first that holds is taken.
    package static let candidates = ["id", "_id", "pk", "$id", "index", "key"]

    /// What was found for a collection.
    package enum Finding: Hashable, Sendable {
        /// The field that holds the keys.
        case field(String)
        /// No field does.
        case none
        /// A field may, but there are more records than are kept track of.
        case tooMany(String)
    }

    private struct Candidate {
        let name: String
        var hashes: Set<UInt128> = []
        var isFull = false
    }

    private let names: [String]
    private let limit: Int
    private let canonical: (Value) -> [UInt8]?
    private var collections: [String: [Candidate]] = [:]

    /// Tries `names`, in order of preference, for up to `limit` records of a collection.
    ///
    /// - Parameter canonical: The bytes that equal values share; nil for what can be no key.
    package init(
        names: [String] = candidates, limit: Int = 8_000_000,
        canonical: @escaping (Value) -> [UInt8]?
    ) {
        self.names = names
        self.limit = limit
        self.canonical = canonical
    }

    /// Takes a record into account.
    package mutating func add(_ record: Value, in collection: String) {
        var kept = collections.removeValue(forKey: collection) ?? names.map { Candidate(name: $0) }
        for index in kept.indices.reversed() {
            guard let value = record[kept[index].name], let hash = keyHash(value) else {
                kept.remove(at: index)
                continue
            }
            guard !kept[index].isFull else { continue }
            if !kept[index].hashes.insert(hash).inserted {
                kept.remove(at: index)
            } else if kept[index].hashes.count > limit {
                kept[index].isFull = true
                kept[index].hashes = []
            }
        }
        collections[collection] = kept
    }

    /// What the records so far say about `collection`.
    package func finding(for collection: String) -> Finding {
        guard let candidate = collections[collection]?.first else { return .none }
        return candidate.isFull ? .tooMany(candidate.name) : .field(candidate.name)
    }
}

extension KeyScan {
    /// The hash of a value that can be a key: a text that is not empty, or an integer.
    private func keyHash(_ value: Value) -> UInt128? {
        let text: String
        switch value {
        case .text(let held) where !held.isEmpty: text = held
        case .integer(let integer): text = String(integer)
        default: return nil
        }
        return canonical(.text(text)).map { Self.hash(.bytes($0)) }
    }

    /// 128 bits of a keyed hash: two values with the same one do not happen.
    internal static func hash(_ value: Value) -> UInt128 {
        var low = Hasher()
        low.combine(1)
        value.hash(into: &low)
        var high = Hasher()
        high.combine(2)
        value.hash(into: &high)
        return UInt128(UInt(bitPattern: high.finalize())) << 64
            | UInt128(UInt(bitPattern: low.finalize()))
    }
}
