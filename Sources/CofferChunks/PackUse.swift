package import CofferFormat

/// How much of each pack rows name.
package struct PackUse: Sendable {
    /// What rows name of one pack.
    package struct Use: Sendable {
        /// How many rows.
        package fileprivate(set) var rows: UInt64 = 0
        /// The bytes of their pieces.
        package fileprivate(set) var bytes: UInt64 = 0

        /// How many bytes its pieces would take in a batch of their own.
        package var sizeAlone: UInt64 {
            guard rows > 0 else { return 0 }
            // Head and table have seals of their own.
            let (table, seals) = (rows * UInt64(PackBatch.entrySize), UInt64(512))
            let step = UInt64(ChunkLimits.batchStep)
            return (bytes + table + seals + step - 1) / step * step
        }
    }

    private var all: [Int64: Use] = [:]

    /// Nothing is named yet.
    package init() {}

    /// Takes the row of a chunk in.
    package mutating func take(_ place: ChunkPlace) {
        guard case .pack(let number, _, let length) = place.spot else { return }
        all[number, default: Use()].rows += 1
        all[number, default: Use()].bytes += UInt64(length)
    }

    /// What rows name of a pack.
    package subscript(number: Int64) -> Use { all[number] ?? Use() }

    /// Whether so little of a pack is needed that it is worth to be copied: half of its bytes come
    /// free at least, its padding included.
    package func isMostlyDead(_ number: Int64, _ pack: PackRow) -> Bool {
        let use = self[number]
        return use.rows > 0 && use.sizeAlone <= pack.length / 2
    }
}
