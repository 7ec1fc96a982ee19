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
    /// No opened record is kept for later yet, so there is nothing to count: all of it is zero.
    public var statistics: Statistics { Statistics() }
}
