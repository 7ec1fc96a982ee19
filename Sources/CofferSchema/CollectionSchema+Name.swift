extension CollectionSchema {
    /// A name of a collection has at most this many characters.
    package static let longestName = 64

    /// Whether `name` can be the name of a collection: `[a-z][a-z0-9_]*`, at most 64 characters.
    package static func isName(_ name: String) -> Bool {
        let bytes = name.utf8Span.span
        guard bytes.count > 0, bytes.count <= longestName, isLower(bytes[0]) else { return false }
        for index in bytes.indices {
            guard
                isLower(bytes[index]) || bytes[index].decimalDigit != nil
                    || bytes[index] == UInt8(ascii: "_")
            else { return false }
        }
        return true
    }

    private static func isLower(_ byte: UInt8) -> Bool {
        byte >= UInt8(ascii: "a") && byte <= UInt8(ascii: "z")
    }

    /// Makes a name of a collection out of a title or file name; nil where nothing is left of it.
    ///
    /// Accents go, capitals become small, everything else becomes `_`, once where several follow
    /// each other: `Magic Items` is `magic_items`, `5e-SRD` is `c_5e_srd`.
    package static func normalizedName(_ name: String) -> String? {
        var result = ""
        var gap = false
        for scalar in Unicode15.fold(String(name.prefix(256))).unicodeScalars {
            guard ("a"..."z").contains(scalar) || ("0"..."9").contains(scalar) else {
                gap = true
                continue
            }
            if gap, !result.isEmpty { result += "_" }
            gap = false
            result.unicodeScalars.append(scalar)
        }
        guard let first = result.unicodeScalars.first else { return nil }
        if !("a"..."z").contains(first) { result = "c_" + result }
        result = String(result.prefix(longestName))
        while result.hasSuffix("_") { result.removeLast() }
        return result
    }

    /// A name of a field has at most this many bytes: it goes into messages and tables.
    package static let longestFieldName = 128

    /// Whether a field may have this name; others are kept in the overflow.
    package static func isFieldName(_ name: String) -> Bool {
        !name.isEmpty && name.utf8.count <= longestFieldName
            && name.unicodeScalars.allSatisfy { $0.properties.generalCategory != .control }
    }
}
