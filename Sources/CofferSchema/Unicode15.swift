internal import CCofferUTF8proc

/// Normalisation and folding of text, in one version of Unicode whatever the system's.
///
/// A password that was normalised today must give the same bytes in ten years. Normal forms
/// of assigned code points never change (Unicode Standard Annex 15, section 3); those of
/// unassigned ones may, so a password that holds one is refused when it is set.
package enum Unicode15 {
    /// The version of Unicode that the library at hand knows, such as `15.0.0`.
    package static var version: String { unsafe String(cString: utf8proc_unicode_version()) }

    /// The canonical composed form, NFC.
    package static func nfc(_ text: String) -> String {
        // ASCII is in every normal form.
        if text.utf8.allSatisfy({ $0 < 0x80 }) { return text }
        return map(text, options: [UTF8PROC_STABLE, UTF8PROC_COMPOSE])
    }

    /// Whether the text has a code point that Unicode 15 gives no meaning; noncharacters too.
    package static func containsUnassigned(_ text: String) -> Bool {
        text.unicodeScalars.contains { scalar in
            !scalar.isASCII
                && utf8proc_category(Int32(bitPattern: scalar.value)) == UTF8PROC_CATEGORY_CN
        }
    }

    /// A form for search: compatibility forms, capitals and accents make no difference.
    ///
    /// Letters that Unicode does not take apart, such as `ø` and `ł`, stay themselves. Folding
    /// what is folded changes nothing.
    package static func fold(_ text: String) -> String {
        let options = [
            UTF8PROC_STABLE, UTF8PROC_COMPAT, UTF8PROC_COMPOSE, UTF8PROC_CASEFOLD,
            UTF8PROC_IGNORE, UTF8PROC_STRIPMARK,
        ]
        // Composing may make a letter that folds again; a second pass settles it.
        return map(map(text, options: options), options: options)
    }

    private static func map(_ text: String, options: [utf8proc_option_t]) -> String {
        let flags = utf8proc_option_t(rawValue: options.reduce(0) { $0 | $1.rawValue })
        let bytes = text.utf8Span.span
        let result: [UInt8]? = unsafe bytes.withUnsafeBufferPointer { source in
            let length = source.count
            let needed = unsafe utf8proc_decompose(source.baseAddress, length, nil, 0, flags)
            guard needed > 0 else { return needed == 0 ? [] : nil }
            // One more: re-encoding ends what it writes with a zero byte.
            var scalars = [Int32](repeating: 0, count: needed + 1)
            return unsafe scalars.withUnsafeMutableBufferPointer { buffer in
                let count = unsafe utf8proc_decompose(
                    source.baseAddress, length, buffer.baseAddress, needed, flags)
                guard count == needed else { return nil }
                let size = unsafe utf8proc_reencode(buffer.baseAddress, count, flags)
                guard size >= 0 else { return nil }
                return unsafe Array(UnsafeRawBufferPointer(buffer).prefix(size))
            }
        }
        // The library refuses only what is not UTF-8, and lengths beyond the address space.
        return result.map { String(decoding: $0, as: UTF8.self) } ?? text
    }
}
