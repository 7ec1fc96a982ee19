internal import CofferBytes

/// Writes and reads the plaintexts of fields; ``FieldCoding`` documents their form.
///
/// Keep one for many fields: it owns a compressor, a parser and buffers.
///
/// - Important: The buffers hold the last values in the clear until the coder goes away; like
///   every value that is shown to a caller, they are not erased.
package struct FieldCoder: ~Copyable, Sendable {
    private let limit: Int
    private var compressor = FieldCompressor()
    private var parser = JSONParser()
    private var scratch: [UInt8] = []

    /// Creates a coder for values of up to `limit` bytes, as text or as bytes.
    package init(limit: Int = FieldCoding.defaultLimit) {
        self.limit = min(max(limit, 0), FieldCoding.defaultLimit)
    }

    /// Appends the plaintext of `value`.
    ///
    /// - Throws: ``FieldCodingError/unwritable`` and ``FieldCodingError/tooLong``; `output` is
    ///   then as it was.
    package mutating func encode(
        _ value: Value, into output: inout [UInt8]
    ) throws(FieldCodingError) {
        switch value {
        case .null: append(.null, to: &output)
        case .bool(let flag): append(flag ? .yes : .no, to: &output)
        case .integer(let integer):
            append(.integer, word: UInt64(bitPattern: integer), to: &output)
        case .double(let double):
            guard double.isFinite else { throw .unwritable }
            append(.double, word: double.bitPattern, to: &output)
        case .number(let literal):
            guard JSONNumber.isValid(literal) else { throw .unwritable }
            let exact = Value(numberLiteral: literal)
            guard case .number = exact else { return try encode(exact, into: &output) }
            try append(.number, text: literal, to: &output)
        case .text(let text): try append(.text, text: text, to: &output)
        case .bytes(let content): try append(.bytes, body: content.span, to: &output)
        case .array, .object:
            scratch.removeAll(keepingCapacity: true)
            guard JSON.write(value, into: &scratch) else { throw .unwritable }
            let text = scratch
            try append(.json, body: text.span, to: &output)
        }
    }

    /// Appends the plaintext of what was lent.
    ///
    /// - Important: JSON is not parsed; ``decode(_:)`` refuses what `encode` would have written
    ///   otherwise.
    /// - Throws: ``FieldCodingError/wrongBody`` for text that is not UTF-8, a number that `encode`
    ///   would have written otherwise, and a double that is not finite;
    ///   ``FieldCodingError/tooLong``; `output` is then as it was.
    package mutating func encode(
        _ content: FieldContent, _ body: Span<UInt8>, into output: inout [UInt8]
    ) throws(FieldCodingError) {
        switch content {
        case .null, .bool, .integer, .double, .number:
            let value = try value(content, body)
            do throws(FieldCodingError) {
                try encode(value, into: &output)
            } catch { throw error == .unwritable ? .wrongBody : error }
        case .bytes: try append(.bytes, body: body, to: &output)
        case .text, .json:
            guard Self.isText(body) else { throw .wrongBody }
            var tag = FieldCoding.Tag.text
            if case .json = content { tag = .json }
            try append(tag, body: body, to: &output)
        }
    }

    /// Reads a plaintext.
    ///
    /// - Throws: ``FieldCodingError``, all but `unwritable`, for anything that `encode` would
    ///   not have written.
    package mutating func decode(_ input: Span<UInt8>) throws(FieldCodingError) -> Value {
        let header = try FieldHeader(input)
        guard let plain = try expanded(header, input) else {
            let body = input.extracting(header.body)
            return try value(scalar(header.tag, body), body)
        }
        return try value(scalar(header.tag, plain.span), plain.span)
    }

    /// Reads a plaintext as `lend(_:to:)` does, where its body lies in it as it is.
    ///
    /// - Returns: What it holds and where; nil when the body is compressed.
    /// - Throws: As `lend(_:to:)`.
    package func find(
        _ input: Span<UInt8>
    ) throws(FieldCodingError) -> (content: FieldContent, body: Range<Int>)? {
        let header = try FieldHeader(input)
        guard header.plainCount == nil else { return nil }
        try header.checkPadding(of: input)
        guard header.body.count <= limit else { throw .tooLong }
        return (try content(header.tag, input.extracting(header.body)), header.body)
    }

    /// Makes a value of what was lent.
    ///
    /// - Throws: ``FieldCodingError/wrongBody`` for text that is not UTF-8, a number that
    ///   `encode` would have written otherwise, and JSON that is not as ``JSON/write(_:)`` gives it.
    package mutating func value(
        _ content: FieldContent, _ body: Span<UInt8>
    ) throws(FieldCodingError) -> Value {
        switch content {
        case .null: return .null
        case .bool(let flag): return .bool(flag)
        case .integer(let integer): return .integer(integer)
        case .double(let double): return .double(double)
        case .number:
            let literal = try text(body)
            guard JSONNumber.isValid(literal) else { throw .wrongBody }
            let value = Value(numberLiteral: literal)
            guard case .number = value else { throw .wrongBody }
            return value
        case .text: return .text(try text(body))
        case .bytes: return .bytes(unsafe body.withUnsafeBufferPointer { unsafe Array($0) })
        case .json: return try json(body)
        }
    }

    /// Reads a plaintext and lends what it holds, without making a value of it.
    ///
    /// The span has the literal of a number, the UTF-8 of a text, the bytes, or the JSON text of
    /// an array or object; that JSON is not parsed again.
    ///
    /// - Throws: As `decode(_:)`, all but what only parsing tells.
    package mutating func lend(
        _ input: Span<UInt8>, to receiver: (FieldContent, Span<UInt8>) -> Void
    ) throws(FieldCodingError) {
        let header = try FieldHeader(input)
        guard let plain = try expanded(header, input) else {
            let body = input.extracting(header.body)
            return receiver(try content(header.tag, body), body)
        }
        receiver(try content(header.tag, plain.span), plain.span)
    }

    /// The decompressed body; nil when it lies in the input as it is.
    private mutating func expanded(
        _ header: FieldHeader, _ input: Span<UInt8>
    ) throws(FieldCodingError) -> [UInt8]? {
        try header.checkPadding(of: input)
        guard let plainCount = header.plainCount else {
            guard header.body.count <= limit else { throw .tooLong }
            return nil
        }
        guard plainCount <= limit else { throw .tooLong }
        guard plainCount >= FieldCoding.compressionFloor,
            input.count < FieldCoding.paddedLength(stored: plainCount, plain: nil)
        else { throw .wrongCompression }
        return try compressor.expand(input.extracting(header.body), to: plainCount)
    }

    /// What lies in a body, its text taken on trust.
    private func scalar(
        _ tag: FieldCoding.Tag, _ body: Span<UInt8>
    ) throws(FieldCodingError) -> FieldContent {
        switch tag {
        case .null, .no, .yes:
            guard body.isEmpty else { throw .wrongBody }
            return tag == .null ? .null : .bool(tag == .yes)
        case .integer: return .integer(Int64(bitPattern: try word(body)))
        case .double:
            let double = Double(bitPattern: try word(body))
            guard double.isFinite else { throw .wrongBody }
            return .double(double)
        case .number: return .number
        case .text: return .text
        case .bytes: return .bytes
        case .json: return .json
        }
    }

    private func content(
        _ tag: FieldCoding.Tag, _ body: Span<UInt8>
    ) throws(FieldCodingError) -> FieldContent {
        let content = try scalar(tag, body)
        switch content {
        case .number, .text, .json:
            guard Self.isText(body) else { throw .wrongBody }
            return content
        default: return content
        }
    }

    private static func isText(_ body: Span<UInt8>) -> Bool {
        unsafe body.withUnsafeBufferPointer {
            unsafe (try? UTF8Span(validating: $0.span)) != nil
        }
    }

    /// Reads a plaintext where it lies.
    ///
    /// - Throws: As `decode(_:)` of a span.
    package mutating func decode(
        _ input: UnsafeRawBufferPointer
    ) throws(FieldCodingError) -> Value {
        try decode(unsafe Span<UInt8>(_unsafeBytes: input))
    }
}

extension FieldCoder {
    private func append(_ tag: FieldCoding.Tag, to output: inout [UInt8]) {
        output.append(tag.rawValue)
        output.append(0)
        for _ in 0..<14 { output.append(0) }
    }

    private func append(_ tag: FieldCoding.Tag, word: UInt64, to output: inout [UInt8]) {
        output.append(tag.rawValue)
        output.append(8)
        unsafe withUnsafeBytes(of: word.bigEndian) { unsafe output.append(contentsOf: $0) }
        for _ in 0..<6 { output.append(0) }
    }

    private mutating func append(
        _ tag: FieldCoding.Tag, text: String, to output: inout [UInt8]
    ) throws(FieldCodingError) {
        try append(tag, body: text.utf8Span.span, to: &output)
    }

    private mutating func append(
        _ tag: FieldCoding.Tag, body: Span<UInt8>, to output: inout [UInt8]
    ) throws(FieldCodingError) {
        guard body.count <= limit else { throw .tooLong }
        let plainLength = FieldCoding.paddedLength(stored: body.count, plain: nil)
        if body.count >= FieldCoding.compressionFloor {
            let frame = compressor.frame(of: body)
            let length = FieldCoding.paddedLength(stored: frame.count, plain: body.count)
            if !frame.isEmpty, length < plainLength {
                let end = output.count + length
                output.reserveCapacity(end)
                output.append(tag.rawValue | FieldCoding.compressedFlag)
                append(length: frame.count, to: &output)
                append(length: body.count, to: &output)
                output.append(contentsOf: frame)
                while output.count < end { output.append(0) }
                return
            }
        }
        let end = output.count + plainLength
        output.append(tag.rawValue)
        append(length: body.count, to: &output)
        unsafe body.withUnsafeBufferPointer { unsafe output.append(contentsOf: $0) }
        while output.count < end { output.append(0) }
    }

    private func append(length: Int, to output: inout [UInt8]) {
        var rest = length
        while rest >= 0x80 {
            output.append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        output.append(UInt8(truncatingIfNeeded: rest))
    }

    private func word(_ body: Span<UInt8>) throws(FieldCodingError) -> UInt64 {
        guard body.count == 8 else { throw .wrongBody }
        var word: UInt64 = 0
        for index in 0..<8 { word = word << 8 | UInt64(body[index]) }
        return word
    }

    private func text(_ body: Span<UInt8>) throws(FieldCodingError) -> String {
        guard let text = try? UTF8Span(validating: body) else { throw .wrongBody }
        return String(copying: text)
    }

    private mutating func json(_ body: Span<UInt8>) throws(FieldCodingError) -> Value {
        let value: Value
        do throws(JSONError) { value = try parser.parse(body) } catch { throw .wrongBody }
        switch value {
        case .array, .object: break
        default: throw .wrongBody
        }
        scratch.removeAll(keepingCapacity: true)
        JSON.write(value, into: &scratch)
        let isSame = unsafe body.withUnsafeBufferPointer { body in
            unsafe scratch.withUnsafeBufferPointer { unsafe $0.elementsEqual(body) }
        }
        guard isSame else { throw .wrongBody }
        return value
    }
}
