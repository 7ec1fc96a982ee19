internal import CCofferUTF8proc
internal import CofferSchema

/// Words of a text, as a search sees them.
///
/// A word is a run of letters, digits and marks. Scripts that write no spaces have a word for each
/// character, and so have symbols, so that emoji can be found.
internal enum SearchText {
    /// Where the words of a text in UTF-8 lie.
    static func words(_ bytes: Span<UInt8>) -> [Range<Int>] {
        var words: [Range<Int>] = []
        var start: Int?
        var index = 0
        while index < bytes.count {
            let (kind, size) = kind(bytes, index)
            switch kind {
            case .letter:
                start = start ?? index
            case .mark:
                break
            case .single, .other:
                if let begun = start { words.append(begun..<index) }
                start = nil
                if kind == .single { words.append(index..<index + size) }
            }
            index += size
        }
        if let begun = start { words.append(begun..<bytes.count) }
        return words
    }

    /// A word without regard to case, accents and normalisation.
    static func fold(_ word: Span<UInt8>) -> [UInt8] {
        var folded: [UInt8] = []
        folded.reserveCapacity(word.count)
        for index in word.indices {
            guard word[index] < 0x80 else {
                let bytes = word.indices.map { word[$0] }
                return Array(Unicode15.fold(String(decoding: bytes, as: UTF8.self)).utf8)
            }
            folded.append(lower(word[index]))
        }
        return folded
    }

    /// Whether ASCII bytes hold an ASCII word somewhere, whatever stands around it.
    static func contains(_ bytes: Span<UInt8>, _ word: [UInt8]) -> Bool {
        guard let first = word.first, bytes.count >= word.count else { return word.isEmpty }
        for start in 0...(bytes.count - word.count) where lower(bytes[start]) == first {
            var length = 1
            while length < word.count, lower(bytes[start + length]) == word[length] {
                length += 1
            }
            if length == word.count { return true }
        }
        return false
    }

    static func isASCII(_ bytes: Span<UInt8>) -> Bool {
        for index in bytes.indices where bytes[index] >= 0x80 { return false }
        return true
    }

    private static func lower(_ byte: UInt8) -> UInt8 {
        byte >= 65 && byte <= 90 ? byte + 32 : byte
    }

    private enum Kind { case letter, mark, single, other }

    private static func kind(_ bytes: Span<UInt8>, _ index: Int) -> (Kind, Int) {
        let byte = bytes[index]
        if byte < 0x80 {
            let isWord =
                (byte >= 48 && byte <= 57) || (byte >= 97 && byte <= 122)
                || (byte >= 65 && byte <= 90)
            return (isWord ? .letter : .other, 1)
        }
        var point: Int32 = 0
        let size = unsafe bytes.withUnsafeBufferPointer { buffer in
            guard let start = buffer.baseAddress else { return 0 }
            return unsafe utf8proc_iterate(start + index, buffer.count - index, &point)
        }
        guard size > 0 else { return (.other, 1) }
        return (kind(of: point), size)
    }

    private static func kind(of point: Int32) -> Kind {
        switch utf8proc_category(point) {
        case UTF8PROC_CATEGORY_LU, UTF8PROC_CATEGORY_LL, UTF8PROC_CATEGORY_LT,
            UTF8PROC_CATEGORY_LM, UTF8PROC_CATEGORY_LO, UTF8PROC_CATEGORY_ND,
            UTF8PROC_CATEGORY_NL, UTF8PROC_CATEGORY_NO:
            return writesNoSpaces(point) ? .single : .letter
        case UTF8PROC_CATEGORY_MN, UTF8PROC_CATEGORY_MC, UTF8PROC_CATEGORY_ME: return .mark
        case UTF8PROC_CATEGORY_SO, UTF8PROC_CATEGORY_SC, UTF8PROC_CATEGORY_SM: return .single
        default: return .other
        }
    }

    /// Thai, Lao, Burmese, Khmer, and the ideographs and syllables of East Asia.
    private static func writesNoSpaces(_ point: Int32) -> Bool {
        switch point {
        case 0x0E00...0x0EFF, 0x1000...0x109F, 0x1780...0x17FF, 0x2E80...0x9FFF,
            0xF900...0xFAFF, 0x20000...0x3FFFF:
            true
        default: false
        }
    }
}
