internal import CCofferZstd

/// Zstandard for the bodies of fields, with contexts and buffers that are used again.
@safe
internal struct FieldCompressor: ~Copyable, @unchecked Sendable {
    // Sendable is true because every use is mutating, so it is exclusive.

    /// The library's default, its best ratio at full speed for small bodies.
    internal static let defaultLevel: Int32 = 3

    private let level: Int32
    private var compression: OpaquePointer?
    private var decompression: OpaquePointer?
    private var buffer: [UInt8] = []

    internal init(level: Int32 = Self.defaultLevel) { self.level = level }

    deinit {
        unsafe ZSTD_freeCCtx(compression)
        unsafe ZSTD_freeDCtx(decompression)
    }

    /// The frame for `body`; empty when the library cannot make one.
    internal mutating func frame(of body: Span<UInt8>) -> ArraySlice<UInt8> {
        if unsafe compression == nil {
            unsafe compression = ZSTD_createCCtx()
            // Defaults of the library but for the level: content size yes, checksum no.
            unsafe _ = ZSTD_CCtx_setParameter(compression, ZSTD_c_compressionLevel, level)
        }
        guard let context = unsafe compression else { return [] }
        let bound = ZSTD_compressBound(body.count)
        if buffer.count < bound { buffer = [UInt8](repeating: 0, count: bound) }
        let count = unsafe body.withUnsafeBufferPointer { body in
            unsafe buffer.withUnsafeMutableBufferPointer { buffer in
                unsafe ZSTD_compress2(
                    context, buffer.baseAddress, buffer.count, body.baseAddress, body.count)
            }
        }
        guard ZSTD_isError(count) == 0 else { return [] }
        return buffer[..<count]
    }

    /// The content of `frame`, which must be one frame of our making with `count` bytes in it.
    ///
    /// No more than `count` bytes are ever allocated for it.
    ///
    /// - Throws: ``FieldCodingError/wrongCompression``.
    internal mutating func expand(
        _ frame: Span<UInt8>, to count: Int
    ) throws(FieldCodingError) -> [UInt8] {
        if unsafe decompression == nil { unsafe decompression = ZSTD_createDCtx() }
        guard let context = unsafe decompression else { throw .wrongCompression }
        // RFC 8878, section 3.1.1: magic number, then the descriptor: bit 2 is the checksum, bits
        // 0 and 1 the size of a dictionary id, bit 3 is reserved.
        guard frame.count > 5, frame[0] == 0x28, frame[1] == 0xB5, frame[2] == 0x2F,
            frame[3] == 0xFD, frame[4] & 0b1111 == 0
        else { throw .wrongCompression }
        let isWhole = unsafe frame.withUnsafeBufferPointer { frame in
            unsafe ZSTD_findFrameCompressedSize(frame.baseAddress, frame.count) == frame.count
                && ZSTD_getFrameContentSize(frame.baseAddress, frame.count) == UInt64(count)
        }
        guard isWhole else { throw .wrongCompression }
        var isComplete = false
        let content = unsafe [UInt8](unsafeUninitializedCapacity: count) { content, initialized in
            let written = unsafe frame.withUnsafeBufferPointer { frame in
                unsafe ZSTD_decompressDCtx(
                    context, content.baseAddress, count, frame.baseAddress, frame.count)
            }
            isComplete = written == count
            initialized = isComplete ? count : 0
        }
        guard isComplete else { throw .wrongCompression }
        return content
    }
}
