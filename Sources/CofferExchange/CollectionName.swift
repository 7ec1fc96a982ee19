/// How collections that a file does not name are named.
///
/// 1. The file's name without folders and without its last extension.
/// 2. It is cut into words: at everything that is no letter or digit, and where a capital
///    follows a small letter or a digit, or begins a word after capitals (`SRDSpells`; `NPCs` is one).
/// 3. Words in front that name a rules set and not what is inside are dropped, unless nothing
///    would be left: `5e`, `srd`.
/// 4. The rest, in lower case, joined by `_`; `records` when nothing is left.
///
/// So `5e-SRD-Magic-Items.json` is `magic_items` and `CreatureAction.json` is
/// `creature_action`. The rule looks at one name only: the same file gives the same collection
/// whatever it is imported with. A name in lower case with `_` stays as it is.
package enum CollectionName {
    private static let labels: Set<String> = ["5e", "srd"]

    /// The name for the records of a file.
    package static func forFile(_ path: String) -> String {
        var name = path.split(separator: "/").last ?? ""
        if let dot = name.lastIndex(of: "."), dot != name.startIndex { name = name[..<dot] }
        var words = words(in: name)
        let kept = words.drop { labels.contains($0) }
        if !kept.isEmpty { words = Array(kept) }
        return joined(words)
    }

    /// The name for a part of a file that carries one of its own.
    package static func forPart(_ name: String) -> String { joined(words(in: name[...])) }

    private static func joined(_ words: [String]) -> String {
        words.isEmpty ? "records" : words.joined(separator: "_")
    }

    private static func words(in name: Substring) -> [String] {
        var words: [String] = []
        var word = ""
        let letters = Array(name)
        for (index, letter) in letters.enumerated() {
            guard letter.isLetter || letter.isNumber else {
                if !word.isEmpty { words.append(word) }
                word = ""
                continue
            }
            if let last = word.last, letter.isUppercase {
                let next = index + 1 < letters.count ? letters[index + 1] : " "
                let isPlural =
                    next == "s" && (index + 2 == letters.count || !letters[index + 2].isLetter)
                if !last.isUppercase || next.isLowercase && !isPlural {
                    words.append(word)
                    word = ""
                }
            }
            word.append(letter)
        }
        if !word.isEmpty { words.append(word) }
        return words.map { $0.lowercased() }
    }
}
