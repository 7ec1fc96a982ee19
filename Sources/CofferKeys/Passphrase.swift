internal import CCofferUTF8proc
package import CofferBytes
internal import CofferShims

/// A password in the one form that is hashed: its UTF-8 in NFC.
///
/// The same password typed on two systems may come in composed or decomposed form; both give
/// the same bytes here (Unicode Standard Annex 15).
package struct Passphrase: ~Copyable, Sendable {
    /// The longest password in bytes before normalisation.
    package static let sizeLimit = 1_048_576

    internal let bytes: SecretBytes

    /// Normalises `secret` to open something with it.
    ///
    /// - Throws: `unusablePassword` when it is too long or not UTF-8.
    package init(opening secret: borrowing SecretBytes) throws(KeysError) {
        try self.init(secret, isNew: false)
    }

    /// Normalises `secret` to set it.
    ///
    /// Unassigned code points are refused: a later Unicode version could normalise them
    /// differently, and the owner would be locked out.
    ///
    /// - Throws: `unusablePassword` when it is too long, not UTF-8, holds a NUL or an unassigned
    ///   code point.
    package init(setting secret: borrowing SecretBytes) throws(KeysError) {
        try self.init(secret, isNew: true)
    }

    private init(_ secret: borrowing SecretBytes, isNew: Bool) throws(KeysError) {
        guard secret.count <= Self.sizeLimit else {
            throw .unusablePassword("it is longer than 1 MiB")
        }
        try Self.check(secret, isNew: isNew)
        var mapped: UnsafeMutablePointer<UInt8>?
        let options = utf8proc_option_t(
            UTF8PROC_STABLE.rawValue | UTF8PROC_COMPOSE.rawValue)
        let count = secret.withBytes { bytes in
            unsafe bytes.withUnsafeBufferPointer { buffer in
                unsafe utf8proc_map(buffer.baseAddress, buffer.count, &mapped, options)
            }
        }
        guard count > 0, let mapped = unsafe mapped else {
            throw .unusablePassword("it is not valid UTF-8")
        }
        defer {
            unsafe CofferShims_erase(mapped, Int(count))
            unsafe mapped.deallocate()
        }
        bytes = SecretBytes(count: Int(count)) { target in
            for index in 0..<Int(count) { target[index] = unsafe mapped[index] }
        }
    }

    private static func check(_ secret: borrowing SecretBytes, isNew: Bool) throws(KeysError) {
        let problem: String? = secret.withBytes { bytes in
            unsafe bytes.withUnsafeBufferPointer { buffer in
                guard let start = buffer.baseAddress else { return "it is empty" }
                var offset = 0
                while offset < buffer.count {
                    var point: Int32 = -1
                    let size = unsafe utf8proc_iterate(
                        start + offset, buffer.count - offset, &point)
                    guard size > 0 else { return "it is not valid UTF-8" }
                    if isNew, point == 0 { return "it holds a NUL character" }
                    if isNew, utf8proc_category(point) == UTF8PROC_CATEGORY_CN {
                        return "it holds a character that Unicode has not assigned yet"
                    }
                    offset += size
                }
                return nil
            }
        }
        if let problem { throw .unusablePassword(problem) }
    }
}
