internal import CofferRecords

extension Vault {
    /// What a vault has done in this process since it was opened.
    public struct Statistics: Sendable, Equatable {
        /// How often a record was asked for that was opened already.
        public internal(set) var cacheHits: UInt64 = 0
        /// How often a record was asked for that had to be opened.
        public internal(set) var cacheMisses: UInt64 = 0
        /// The opened records that are kept at the moment.
        public internal(set) var cachedRecords = 0
        /// What they take, in bytes.
        public internal(set) var cachedBytes = 0

        /// The part of the records asked for that were opened already, from 0 to 1; nil before
        /// the first.
        public var hitRate: Double? {
            let asked = Double(cacheHits) + Double(cacheMisses)
            return asked > 0 ? Double(cacheHits) / asked : nil
        }
    }

    /// What this vault has done so far.
    ///
    /// Records that were asked for one by one are kept opened, up to 32 MiB of them, the least
    /// recently used let go first; they are erased when they are changed, by whatever process, and
    /// when the vault is locked. Each look-up still reads the vault's state. Readings of many go
    /// past them, and so does what is read inside a transaction.
    public var statistics: Statistics {
        exclusivelyOrInside { _ in
            let counts = records.cacheCounts
            return Statistics(
                cacheHits: counts.hits, cacheMisses: counts.misses, cachedRecords: counts.records,
                cachedBytes: counts.bytes)
        }
    }

    /// Bounds what opened records may take in memory, and lets go of those there are.
    ///
    /// - Parameter bytes: 33,554,432 unless told otherwise; 0 keeps none.
    public func limitCache(to bytes: Int) {
        exclusivelyOrInside { _ in records.limitCache(to: bytes) }
    }
}
