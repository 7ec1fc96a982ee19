internal import CCofferRapidJSON

/// A reader of JSON texts with its buffers, to be kept where many texts are read.
///
/// RapidJSON does the lexing and the grammar; what it lets through and ``JSON`` does not is
/// refused here.
@safe
package struct JSONParser: ~Copyable, @unchecked Sendable {
    // Sendable is true because reading is mutating, so it is exclusive.
    private let parser: OpaquePointer
    private let assembly = JSONAssembly()

    /// Creates a parser; its buffers come with the first text that needs them.
    package init() { unsafe parser = CCofferRapidJSON_create() }

    deinit { unsafe CCofferRapidJSON_free(parser) }

    /// Reads one text.
    ///
    /// - Throws: ``JSONError``, see ``JSON/parse(_:)``.
    package mutating func parse(_ text: Span<UInt8>) throws(JSONError) -> Value {
        defer { assembly.restart() }
        let outcome = unsafe text.withUnsafeBufferPointer { bytes in
            unsafe assembly.withCallbacks { handler, context in
                unsafe CCofferRapidJSON_parse(
                    parser, bytes.baseAddress, bytes.count, UInt32(JSON.depthLimit), handler,
                    context)
            }
        }
        if let found = assembly.failure { throw failure(found.reason, at: found.pointer) }
        if let reason = Self.reason(outcome) {
            throw failure(Self.hasByteOrderMark(text) ? .byteOrderMark : reason)
        }
        switch assembly.result {
        case .value(let value): return value
        case .fault(let fault): throw failure(fault.reason, at: fault.pointer)
        case nil: throw failure(.empty)
        }
    }

    /// Reads one text of any size and hands it over item by item.
    ///
    /// A fault inside an item is the item's; one in the text around it ends the reading.
    ///
    /// - Parameters:
    ///   - refill: Fills the buffer; returns the number of bytes, 0 at the end, nil on failure.
    ///   - openLevels: How many outer arrays and objects are taken apart.
    ///   - itemLimit: How many bytes one item may have; memory follows the longest.
    ///   - deliver: Receives an item; returns false to end the reading early.
    /// - Returns: False when `deliver` ended the reading.
    /// - Throws: ``JSONError`` with offset and line.
    package mutating func read(
        from refill: @escaping (UnsafeMutableRawBufferPointer) -> Int?, openLevels: Int,
        itemLimit: Int, deliver: @escaping (JSONItem) -> Bool
    ) throws(JSONError) -> Bool {
        let place = unsafe Self.place(of: parser)
        let restart = unsafe Self.restart(of: parser)
        let assembly = JSONAssembly(openLevels: openLevels, place: place) { item in
            restart()
            return deliver(item)
        }
        let depth = JSON.depthLimit + openLevels
        let outcome = unsafe run(assembly, from: refill, itemLimit: itemLimit, depth: depth)
        guard let reason = Self.reason(outcome) else { return true }
        if let found = assembly.failure { throw failure(found.reason, at: found.pointer) }
        if outcome == CCofferRapidJSON_stopped { return false }
        throw failure(reason)
    }

    /// Looks at the outline of a text of any size, and whether anything follows its value.
    ///
    /// - Throws: ``JSONError`` with offset and line.
    package mutating func shape(
        of refill: @escaping (UnsafeMutableRawBufferPointer) -> Int?, itemLimit: Int
    ) throws(JSONError) -> JSONShape {
        let scan = JSONShapeScan(restart: unsafe Self.restart(of: parser))
        let depth = JSON.depthLimit + 2
        let outcome = unsafe run(scan, from: refill, itemLimit: itemLimit, depth: depth)
        if outcome == CCofferRapidJSON_trailing { return scan.shape(isFollowed: true) }
        guard let reason = Self.reason(outcome) else { return scan.shape(isFollowed: false) }
        throw failure(reason)
    }

    private func run(
        _ events: JSONEvents, from refill: @escaping (UnsafeMutableRawBufferPointer) -> Int?,
        itemLimit: Int, depth: Int
    ) -> CCofferRapidJSON_Outcome {
        let source = unsafe JSONRefill(refill)
        return withExtendedLifetime(source) {
            unsafe events.withCallbacks { handler, context in
                unsafe CCofferRapidJSON_parseStream(
                    parser, JSONRefill.call, Unmanaged.passUnretained(source).toOpaque(),
                    UInt64(clamping: itemLimit), UInt32(clamping: depth), handler, context)
            }
        }
    }
}

extension JSONParser {
    private static func place(of parser: OpaquePointer) -> () -> (line: Int, offset: Int) {
        {
            unsafe (
                Int(clamping: CCofferRapidJSON_line(parser)),
                Int(clamping: CCofferRapidJSON_offset(parser))
            )
        }
    }

    private static func restart(of parser: OpaquePointer) -> () -> Void {
        { unsafe CCofferRapidJSON_restartLimit(parser) }
    }

    private func failure(_ reason: JSONError.Reason, at pointer: String = "") -> JSONError {
        let (line, offset) = unsafe Self.place(of: parser)()
        return JSONError(reason, offset: offset, line: line, pointer: pointer)
    }

    private static func hasByteOrderMark(_ text: Span<UInt8>) -> Bool {
        text.count >= 3 && text[0] == 0xEF && text[1] == 0xBB && text[2] == 0xBF
    }

    private static func reason(_ outcome: CCofferRapidJSON_Outcome) -> JSONError.Reason? {
        switch outcome {
        case CCofferRapidJSON_complete: nil
        case CCofferRapidJSON_unreadable: .unreadable
        case CCofferRapidJSON_tooLong: .tooLong
        case CCofferRapidJSON_tooDeep: .tooDeep
        case CCofferRapidJSON_empty: .empty
        case CCofferRapidJSON_trailing: .trailing
        case CCofferRapidJSON_truncated: .truncated
        case CCofferRapidJSON_number: .number
        case CCofferRapidJSON_escape: .escape
        case CCofferRapidJSON_surrogate: .surrogate
        case CCofferRapidJSON_encoding: .encoding
        default: .syntax
        }
    }
}
