internal import CofferBytes
internal import CofferFormat
internal import CofferRecords

/// Some fields of a record, lent to whoever reads it.
///
/// A value is copied out when it is asked for; the row itself cannot be kept.
public struct FieldRow: ~Copyable {
    private let cursor: FieldCursor
    private let count: Int

    internal init(_ cursor: FieldCursor, count: Int) {
        self.cursor = cursor
        self.count = count
    }

    /// The record's id, a UUID.
    public var id: String { cursor.id.description }

    /// The record's version.
    public var version: UInt64 { cursor.revision }

    /// The value of a field, by its place among those asked for; null when it is absent.
    ///
    /// Values are those of SQL: booleans the integers 1 and 0, arrays and objects JSON text.
    ///
    /// - Throws: ``VaultError/Code/damaged`` when the field does not verify;
    ///   ``VaultError/Code/usage`` for a place that there is not.
    public func value(_ index: Int) throws(VaultError) -> SQLValue {
        guard let (content, bytes) = try unsafe borrow(index) else { return .null }
        return SQLValue(content, unsafe Span<UInt8>(_unsafeBytes: bytes))
    }

    /// Lends the UTF-8 of a text without copying it; nothing where there is no text.
    ///
    /// - Throws: As ``value(_:)``.
    public func withText(_ index: Int, _ body: (Span<UInt8>) -> Void) throws(VaultError) {
        guard let (content, bytes) = try unsafe borrow(index), case .text = content else { return }
        body(unsafe Span<UInt8>(_unsafeBytes: bytes))
    }

    @unsafe
    private func borrow(
        _ index: Int
    ) throws(VaultError) -> (content: FieldContent, bytes: UnsafeRawBufferPointer)? {
        guard index >= 0, index < count else {
            throw VaultError(.usage, "there are \(count) fields in the row, not \(index + 1)")
        }
        do { return try unsafe cursor.borrow(index) } catch { throw VaultError(error) }
    }
}

extension SQLValue {
    /// What a field holds, as SQL shows it.
    internal init(_ content: FieldContent, _ bytes: Span<UInt8>) {
        switch content {
        case .null: self = .null
        case .bool(let flag): self = .integer(flag ? 1 : 0)
        case .integer(let integer): self = .integer(integer)
        case .double(let double): self = .real(double)
        case .text, .json: self = .text(String(copying: bytes))
        case .number:
            let literal = String(copying: bytes)
            self = FieldCursor.double(literal).map { .real($0) } ?? .text(literal)
        case .bytes: self = .blob(unsafe bytes.withUnsafeBufferPointer { unsafe Array($0) })
        }
    }
}

extension String {
    /// Bytes that were found to be UTF-8.
    fileprivate init(copying bytes: Span<UInt8>) {
        self = unsafe bytes.withUnsafeBufferPointer { unsafe String(decoding: $0, as: UTF8.self) }
    }
}
