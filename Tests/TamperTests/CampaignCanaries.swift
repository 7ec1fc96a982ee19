import Foundation

/// A generated campaign and the words of it that must not be readable anywhere.
struct CampaignCanaries {
    /// Names of collections and fields, keys, and values.
    let names: [String]
    let keys: [String]
    let values: [String]
    let folder: String
    /// The schema of every collection, ready to be applied.
    let schemas: [String]

    var all: [String] { names + keys + values }

    /// `COFFER_DATA`, else `../shared/data`; nil where it is absent.
    static let data: String? = {
        let named = ProcessInfo.processInfo.environment["COFFER_DATA"]
        let package = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent()
        let folder = named ?? package.deletingLastPathComponent().path + "/shared/data"
        guard FileManager.default.fileExists(atPath: folder + "/make_campaign.py") else {
            print("Skipped: \(folder) is absent; name real sets with COFFER_DATA.")
            return nil
        }
        return folder
    }()

    /// Makes the medium campaign in a folder and picks 2,000 words from it.
    ///
    /// - Parameter isUsual: Whether a word lies in a vault without any of it too.
    init(in folder: String, data: String, isUsual: ([String]) throws -> Set<String>) throws {
        self.folder = folder
        let made = try Program.run(
            [
                "/usr/bin/env", "python3", data + "/make_campaign.py", "--size", "medium", "--out",
                folder,
            ], state: folder)
        guard made.status == 0 else {
            throw RawDatabase.Failure(code: made.status, message: made.errors)
        }
        schemas = try FileManager.default.contentsOfDirectory(atPath: data + "/campaign-schemas")
            .filter { $0.hasSuffix(".schema.json") }.sorted()
            .map { data + "/campaign-schemas/" + $0 }
        var words = Words()
        for file in try FileManager.default.contentsOfDirectory(atPath: folder).sorted()
        where file.hasSuffix(".ndjson") {
            words.names.insert(String(file.dropLast(7)))
            for line in try Place.read("\(folder)/\(file)").split(separator: UInt8(ascii: "\n")) {
                words.take(try JSONSerialization.jsonObject(with: Data(line)), of: file)
            }
        }
        let all = words.names.filter { $0.utf8.count >= 6 }
        let usual = try isUsual(all.sorted())
        names = all.subtracting(usual).sorted()
        keys = Self.spread(words.keys, 700)
        values = Self.spread(words.values, 2_000 - names.count - keys.count)
    }

    /// So many different words, the same share from every collection as far as it has them.
    private static func spread(_ byFile: [String: Set<String>], _ count: Int) -> [String] {
        var pools = byFile.sorted { $0.key < $1.key }.map { file, words in
            let sorted = words.sorted()
            let share = min(sorted.count, count)
            return (0..<share).map { sorted[$0 * sorted.count / share] }.shuffled()
        }
        var picked: Set<String> = []
        while picked.count < count, pools.contains(where: { !$0.isEmpty }) {
            for index in pools.indices where picked.count < count {
                if let word = pools[index].popLast() { picked.insert(word) }
            }
        }
        return picked.sorted()
    }

    /// What stands in the files, gathered.
    private struct Words {
        var names: Set<String> = []
        var keys: [String: Set<String>] = [:]
        var values: [String: Set<String>] = [:]

        mutating func take(_ record: Any, of file: String) {
            guard let members = record as? [String: Any] else { return }
            for (name, value) in members {
                names.insert(name)
                if name == "id", let key = value as? String {
                    keys[file, default: []].insert(key)
                } else {
                    gather(value, of: file)
                }
            }
        }

        private mutating func gather(_ value: Any, of file: String) {
            switch value {
            case let text as String:
                // Ids of other records are keys; what is cut, here also where JSON has an escape
                // for a character, stands in for the whole.
                let start = text.unicodeScalars.prefix(60).prefix {
                    $0.isASCII && $0.value >= 32 && $0 != "\"" && $0 != "\\"
                }
                guard start.count >= 8, UUID(uuidString: text) == nil else { return }
                values[file, default: []].insert(String(start))
            case let list as [Any]: for value in list { gather(value, of: file) }
            case let members as [String: Any]:
                for (name, value) in members {
                    // Some objects have ids as names.
                    if UUID(uuidString: name) == nil { names.insert(name) }
                    gather(value, of: file)
                }
            default: break
            }
        }
    }
}
