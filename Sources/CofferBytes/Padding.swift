/// How long a sealed plaintext is made, so that its length says little about it.
package enum Padding {
    /// Below this many bytes, lengths go up in steps of 16; from it on they follow PADMÉ.
    private static let smallLimit = 256

    /// The padded length for `count` bytes: never smaller, and itself a padded length.
    ///
    /// PADMÉ (Nikitin et al., "Reducing Metadata Leakage from Encrypted Files and
    /// Communication with PURBs", PoPETS 2019, section 4) keeps only the highest bits of the
    /// length, and so costs at most 12 percent and reveals O(log log) bits.
    package static func paddedLength(_ count: Int) -> Int {
        if count <= smallLimit { return max(16, (count + 15) / 16 * 16) }
        let exponent = Int.bitWidth - 1 - count.leadingZeroBitCount
        let mantissa = Int.bitWidth - exponent.leadingZeroBitCount
        let mask = 1 << (exponent - mantissa) - 1
        let (sum, overflow) = count.addingReportingOverflow(mask)
        return overflow ? count : sum & ~mask
    }
}
