package import CofferBytes

/// Compresses and expands the parts of the record stream.
///
/// Source: `Docs/Format.md`, section 19.1, coding 1: RFC 8878, one frame that states its size.
package struct StreamCompressor: ~Copyable, Sendable {
    /// A part has at most this many bytes in the clear: a largest field, and what is around it.
    package static let partLimit = FieldCoding.defaultLimit + (64 << 20)

    /// One below the library's default.
    ///
    /// A part is large and its entries are alike, so a quicker search finds nearly as much.
    private static let level: Int32 = 2

    private var frames: FieldCompressor

    /// Starts one; its memory comes with its first use.
    package init() { frames = FieldCompressor(level: Self.level) }

    /// The frame of a part; nil where it would not be shorter.
    package mutating func compress(_ bytes: [UInt8]) -> ArraySlice<UInt8>? {
        let frame = frames.frame(of: bytes.span)
        return frame.isEmpty || frame.count >= bytes.count ? nil : frame
    }

    /// The part of a frame.
    ///
    /// - Throws: `invalid` where it is not exactly one frame of `count` bytes; `limit`.
    package mutating func expand(
        _ frame: Span<UInt8>, to count: Int
    ) throws(ByteReader.Failure) -> [UInt8] {
        guard count >= 0, count <= Self.partLimit else { throw .limit }
        do throws(FieldCodingError) {
            return try frames.expand(frame, to: count)
        } catch { throw .invalid }
    }
}
