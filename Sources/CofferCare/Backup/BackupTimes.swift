package import CofferRecords

/// When a vault was backed up.
package enum BackupTimes {
    /// When its last bundle was made, in milliseconds since 1970; nil where there is none.
    ///
    /// - Throws: As reading the vault does.
    package static func last(_ reader: RecordReader) throws -> Int64? {
        try reader.knownBundles().map(\.created).max()
    }
}
