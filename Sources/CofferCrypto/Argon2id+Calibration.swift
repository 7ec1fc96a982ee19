internal import CofferBytes

extension Argon2id {
    /// Finds parameters that take about the target time on this machine.
    ///
    /// Passes go up, memory stays: memory is what makes guessing dear. On a machine too slow
    /// for the target at the floor, the floor stands. Costs one derivation at the floor.
    ///
    /// - Parameters:
    ///   - targetMilliseconds: How long one derivation may take.
    ///   - memoryKiB: The memory of one derivation.
    ///   - lanes: The lanes of one derivation.
    ///   - clock: A steady clock in nanoseconds.
    /// - Throws: `refusedLimit` when memory or lanes are outside the limits; `outOfMemory`;
    ///   `library`.
    package static func calibrate(
        targetMilliseconds: UInt64 = 700, memoryKiB: UInt64 = 262_144, lanes: UInt64 = 4,
        clock: () -> UInt64
    ) throws(CryptoError) -> Parameters {
        let allowed = Limits.product.passes
        let floor = try Parameters(memoryKiB: memoryKiB, passes: allowed.lowerBound, lanes: lanes)
        let password = SecretBytes(count: 16) { _ in }
        let start = clock()
        _ = try derive(
            password: password, salt: [UInt8](repeating: 0, count: 16), parameters: floor)
        let end = clock()
        let elapsed = end > start ? end - start : 1
        let perPass = max(1, elapsed / allowed.lowerBound)
        let target = targetMilliseconds.multipliedReportingOverflow(by: 1_000_000)
        let passes = target.overflow ? allowed.upperBound : target.partialValue / perPass
        return try Parameters(
            memoryKiB: memoryKiB,
            passes: min(max(passes, allowed.lowerBound), allowed.upperBound), lanes: lanes)
    }
}
