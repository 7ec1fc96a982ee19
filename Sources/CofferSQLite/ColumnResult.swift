internal import CCofferSQLite

/// Where a ``VirtualCursor`` puts the value of a column; NULL until something is put there.
///
/// It is lent for one call and must not be kept.
@safe
package struct ColumnResult {
    private let context: OpaquePointer

    internal init(_ context: OpaquePointer) { unsafe self.context = context }

    /// Puts nothing.
    package func setNull() { unsafe sqlite3_result_null(context) }

    /// Puts an integer.
    package func set(_ value: Int64) { unsafe sqlite3_result_int64(context, value) }

    /// Puts a double.
    package func set(_ value: Double) { unsafe sqlite3_result_double(context, value) }

    /// Puts text, which is copied.
    package func set(text value: String) {
        unsafe value.utf8Span.span.withUnsafeBufferPointer {
            unsafe setText(UnsafeRawBufferPointer($0))
        }
    }

    /// Puts text in UTF-8, which is copied.
    package func set(text value: Span<UInt8>) {
        unsafe value.withUnsafeBufferPointer { unsafe setText(UnsafeRawBufferPointer($0)) }
    }

    /// Puts bytes, which are copied.
    package func set(blob value: Span<UInt8>) {
        unsafe value.withUnsafeBufferPointer { bytes in
            guard let start = bytes.baseAddress, bytes.count > 0 else {
                return unsafe sqlite3_result_zeroblob(context, 0)
            }
            unsafe sqlite3_result_blob64(
                context, start, UInt64(bytes.count), CCofferSQLite_transient())
        }
    }

    private func setText(_ bytes: UnsafeRawBufferPointer) {
        guard let start = bytes.baseAddress else {
            return unsafe sqlite3_result_text64(
                context, "", 0, CCofferSQLite_transient(), UInt8(SQLITE_UTF8))
        }
        unsafe sqlite3_result_text64(
            context, start.assumingMemoryBound(to: CChar.self), UInt64(bytes.count),
            CCofferSQLite_transient(), UInt8(SQLITE_UTF8))
    }
}
