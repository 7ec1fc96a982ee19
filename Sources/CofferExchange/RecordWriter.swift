package import CofferFormat

/// Writes records one by one.
package protocol RecordWriter: ~Copyable {
    /// Writes one record.
    ///
    /// - Throws: ``ExchangeError/notAnObject``, ``ExchangeError/unknownColumn(_:)`` for tables,
    ///   and what the sink throws.
    mutating func write(_ record: Value) throws(ExchangeError)

    /// Writes what belongs at the end; nothing may be written after it.
    ///
    /// - Throws: What the sink throws.
    mutating func finish() throws(ExchangeError)
}
