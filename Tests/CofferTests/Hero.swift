@testable import Coffer

/// A record as a program would write it.
struct Hero: Codable, Equatable, Sendable {
    var id: String
    var name: String
    var level: Int
    var tags: [String] = []
    var home: Home?
    var share: Double = 0.5
    var big: UInt64 = .max

    struct Home: Codable, Equatable, Sendable {
        var town: String
        var rooms: [Int]
    }

    init(_ id: String, name: String? = nil, level: Int = 1) {
        self.id = id
        self.name = name ?? id
        self.level = level
    }

    static let schema = """
        {"type":"object","required":["id"],"properties":{"id":{"type":"string"},\
        "name":{"type":"string","coffer:index":true},"level":{"type":"integer"},\
        "mark":{"type":"string","coffer:unique":true}}}
        """

    static let level = Field<Int>("level")
    static let name = Field<String>("name")

    /// A vault with an empty collection `heroes`.
    static func vault(_ scratch: Scratch) throws -> Vault {
        let vault = try scratch.vault()
        _ = try vault.apply([SchemaSource(name: "heroes", json: Array(schema.utf8))])
        return vault
    }
}
