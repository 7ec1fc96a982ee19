extension Argon2id {
    /// How much work a password costs: checked on creation, so that no other work is ever done.
    ///
    /// The numbers come out of a file before anything about it is proved. Above the limits it
    /// would be the vault that attacks the machine; below the floor, a copy with lowered numbers
    /// that makes guessing cheap.
    package struct Parameters: Hashable, Sendable {
        /// Argon2id (RFC 9106, section 3.1: type y); the others are refused.
        package static let variant: UInt64 = 2
        /// Version 1.3 (RFC 9106, section 3.1); 1.0 is refused.
        package static let version: UInt64 = 0x13
        /// Salts of 16 bytes (RFC 9106, section 3.1) to 32.
        package static let allowedSalt: ClosedRange<UInt64> = 16...32

        /// 256 MiB, three passes, four lanes.
        package static let standard = Parameters(
            unchecked: 262_144, passes: 3, lanes: 4)

        /// Memory in KiB.
        package let memoryKiB: UInt32
        /// Passes over the memory.
        package let passes: UInt32
        /// Lanes, which are also the threads.
        package let lanes: UInt32

        /// Takes numbers from anywhere and refuses what is outside the limits, naming it.
        ///
        /// - Throws: `refusedLimit`, for the first number that is outside.
        package init(
            variant: UInt64 = Self.variant, version: UInt64 = Self.version,
            memoryKiB: UInt64, passes: UInt64, lanes: UInt64
        ) throws(CryptoError) {
            try self.init(
                variant: variant, version: version, memoryKiB: memoryKiB, passes: passes,
                lanes: lanes, within: .current)
        }

        internal init(
            variant: UInt64 = Self.variant, version: UInt64 = Self.version,
            memoryKiB: UInt64, passes: UInt64, lanes: UInt64, within limits: Limits
        ) throws(CryptoError) {
            try Self.check("Argon2 variant", variant, Self.variant...Self.variant)
            try Self.check("Argon2 version", version, Self.version...Self.version)
            try Self.check("Argon2 memory in KiB", memoryKiB, limits.memoryKiB)
            try Self.check("Argon2 passes", passes, limits.passes)
            try Self.check("Argon2 lanes", lanes, limits.lanes)
            // At least eight blocks of 1 KiB for each lane (RFC 9106, section 3.1).
            try Self.check(
                "Argon2 memory in KiB", memoryKiB, 8 * lanes...limits.memoryKiB.upperBound)
            self.init(
                unchecked: UInt32(truncatingIfNeeded: memoryKiB),
                passes: UInt32(truncatingIfNeeded: passes),
                lanes: UInt32(truncatingIfNeeded: lanes))
        }

        private init(unchecked memoryKiB: UInt32, passes: UInt32, lanes: UInt32) {
            self.memoryKiB = memoryKiB
            self.passes = passes
            self.lanes = lanes
        }

        private static func check(
            _ name: String, _ value: UInt64, _ allowed: ClosedRange<UInt64>
        ) throws(CryptoError) {
            guard allowed.contains(value) else {
                throw .refusedLimit(name: name, value: value, allowed: allowed)
            }
        }
    }

    /// What parameters are allowed.
    internal struct Limits: Sendable {
        /// Memory in KiB.
        internal let memoryKiB: ClosedRange<UInt64>
        /// Passes over the memory.
        internal let passes: ClosedRange<UInt64>
        /// Lanes.
        internal let lanes: ClosedRange<UInt64>

        /// 64 MiB to 4 GiB, 3 to 32 passes, 1 to 16 lanes: the floor is the second recommended
        /// option of RFC 9106, section 4.
        internal static let product = Limits(
            memoryKiB: 65_536...4_194_304, passes: 3...32, lanes: 1...16)

        #if COFFER_TEST_FLOOR
        /// Debug builds: a test may derive keys in a millisecond.
        internal static let current = Limits(
            memoryKiB: 64...4_194_304, passes: 1...32, lanes: 1...16)
        #else
        internal static let current = product
        #endif
    }
}
