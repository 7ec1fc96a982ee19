internal import CofferBytes

/// What a seal is bound to: a label and length-prefixed parts (`Docs/Format.md`, section 1).
///
/// Two different places never give the same bytes, so a seal opens nowhere but in its own.
package enum SealContext {
    /// The label and the parts, each behind its length.
    package static func make(_ label: String, _ parts: [UInt8]...) -> [UInt8] {
        var writer = ByteWriter(capacity: 96)
        writer.write(label)
        for part in parts { writer.writePrefixed32(part) }
        return writer.bytes
    }
}

extension FixedWidthInteger {
    /// The integer's bytes, most significant first.
    package var bigEndianBytes: [UInt8] {
        unsafe withUnsafeBytes(of: bigEndian) { unsafe Array($0) }
    }
}
