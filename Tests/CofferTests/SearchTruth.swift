import Foundation

/// Which records of a generated campaign hold which terms, by what is known without the product.
///
/// The generator's own truth takes a term as it is written, anywhere in a text. A search takes
/// whole words, and makes no difference between capitals, accents and normalisations; what it must
/// find is computed here from the campaign's own files, by the Unicode tables of Foundation.
struct SearchTruth {
    /// Records by their collections.
    typealias Found = [String: Set<String>]

    /// What the generator says.
    let exact: [String: Found]
    /// The records with the words of a term, one after the other in one text.
    private(set) var folded: [String: Found]
    private(set) var records = 0

    init(_ campaign: URL) throws {
        let parsed = try JSONSerialization.jsonObject(
            with: Data(contentsOf: campaign.appending(path: "truth/search.json")))
        exact = (parsed as? [String: [String: [String]]] ?? [:]).mapValues {
            $0.mapValues { Set($0) }
        }
        folded = exact.mapValues { _ in [:] }
        var terms: [String: [(term: String, words: [String])]] = [:]
        for term in exact.keys {
            let words = Self.words(term)
            terms[words.first ?? "", default: []].append((term, words))
        }
        for file in try RoundTrip.files(campaign, ".ndjson") {
            let name = String(file.lastPathComponent.dropLast(".ndjson".count))
            for line in try Data(contentsOf: file).split(separator: UInt8(ascii: "\n")) {
                let record = try JSONSerialization.jsonObject(with: line) as? [String: Any] ?? [:]
                let id = record["id"] as? String ?? ""
                records += 1
                for term in Self.terms(of: record, terms) {
                    folded[term, default: [:]][name, default: []].insert(id)
                }
            }
        }
    }

    /// The terms whose words stand in a value.
    private static func terms(
        of value: Any, _ terms: [String: [(term: String, words: [String])]]
    ) -> Set<String> {
        switch value {
        case let text as String:
            let words = words(text)
            var found: Set<String> = []
            for (index, word) in words.enumerated() {
                for (term, wanted) in terms[word] ?? []
                where words[index...].starts(with: wanted) { found.insert(term) }
            }
            return found
        case let list as [Any]:
            return list.reduce(into: []) { $0.formUnion(Self.terms(of: $1, terms)) }
        case let members as [String: Any]:
            return members.values.reduce(into: []) { $0.formUnion(Self.terms(of: $1, terms)) }
        default: return []
        }
    }

    /// The words of a text: runs of letters, digits and marks; a character of a script without
    /// spaces is one of its own, and so is a symbol.
    static func words(_ text: String) -> [String] {
        if text.utf8.allSatisfy({ $0 < 0x80 }) {
            let words = text.utf8.split { byte in
                !((48...57).contains(byte) || (65...90).contains(byte) || (97...122).contains(byte))
            }
            return words.map { String(Substring($0)).lowercased() }
        }
        var words: [String] = []
        var run = String.UnicodeScalarView()
        func end() {
            if !run.isEmpty { words.append(fold(String(run))) }
            run = String.UnicodeScalarView()
        }
        for scalar in text.unicodeScalars {
            switch scalar.properties.generalCategory {
            case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter,
                .otherLetter, .decimalNumber, .letterNumber, .otherNumber:
                if isWord(scalar) {
                    end()
                    words.append(fold(String(scalar)))
                } else {
                    run.append(scalar)
                }
            case .nonspacingMark, .spacingMark, .enclosingMark:
                if !run.isEmpty { run.append(scalar) }
            case .otherSymbol, .currencySymbol, .mathSymbol:
                end()
                words.append(fold(String(scalar)))
            default: end()
            }
        }
        end()
        return words
    }

    /// Whether a character of a script without spaces is meant.
    private static func isWord(_ scalar: Unicode.Scalar) -> Bool {
        [
            0x0E00...0x0EFF, 0x1000...0x109F, 0x1780...0x17FF, 0x2E80...0x9FFF, 0xF900...0xFAFF,
            0x20000...0x3FFFF,
        ].contains { $0.contains(scalar.value) }
    }

    private static func fold(_ word: String) -> String {
        let plain = word.decomposedStringWithCompatibilityMapping.unicodeScalars.filter {
            let category = $0.properties.generalCategory
            return ![.nonspacingMark, .spacingMark, .enclosingMark].contains(category)
                && !$0.properties.isDefaultIgnorableCodePoint
        }
        return String(String.UnicodeScalarView(plain)).lowercased()
            .replacing("ß", with: "ss").replacing("ς", with: "σ")
    }
}

extension SearchTruth: CustomStringConvertible {
    /// How the words of a search and the letters of the generator's truth differ.
    var description: String {
        var counts = (exact: 0, words: 0, more: 0, less: 0)
        for (term, found) in exact {
            let (letters, words) = (Self.pairs(found), Self.pairs(folded[term] ?? [:]))
            counts.exact += letters.count
            counts.words += words.count
            counts.more += words.subtracting(letters).count
            counts.less += letters.subtracting(words).count
        }
        return "\(records) records, \(exact.count) terms in \(counts.exact) as written, in "
            + "\(counts.words) as words (\(counts.more) more, \(counts.less) fewer)"
    }

    private static func pairs(_ found: Found) -> Set<[String]> {
        found.reduce(into: []) { pairs, one in
            pairs.formUnion(one.value.map { [one.key, $0] })
        }
    }
}
