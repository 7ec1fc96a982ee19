import Coffer

/// What stands in the sample vault.
enum SampleContent {
    static let schemas = [
        SchemaSource(name: "houses", json: Array(houses.utf8)),
        SchemaSource(name: "folk", json: Array(folk.utf8)),
        SchemaSource(name: "deeds", json: Array(deeds.utf8)),
    ]

    /// One collection gets a further field and an index later on.
    static let laterSchemas = [
        SchemaSource(
            name: "houses",
            json: Array(
                houses.replacing(
                    "\"motto\"", with: "\"seat\": { \"type\": \"string\" }, \"motto\""
                ).utf8))
    ]

    private static let houses = """
        {
          "type": "object",
          "properties": {
            "id": { "type": "string" },
            "name": { "type": "string", "coffer:index": true },
            "motto": { "type": "string" },
            "wealth": { "type": "number" },
            "liege": {
              "type": ["string", "null"],
              "coffer:references": "houses", "coffer:on-delete": "clear"
            }
          },
          "required": ["id", "name"]
        }
        """

    private static let folk = """
        {
          "type": "object",
          "coffer:subject": "id",
          "coffer:purpose": "Playing together",
          "coffer:basis": "consent",
          "properties": {
            "id": { "type": "string" },
            "name": {
              "type": "string", "coffer:index": true,
              "coffer:personal": { "category": "identity", "source": "provided" }
            },
            "email": {
              "type": "string", "coffer:unique": true,
              "coffer:personal": { "category": "contact", "source": "provided" }
            },
            "joined": { "type": "string" }
          },
          "required": ["id"]
        }
        """

    private static let deeds = """
        {
          "type": "object",
          "properties": {
            "id": { "type": "string" },
            "title": { "type": "string" },
            "year": { "type": "integer", "coffer:plain": true },
            "mood": { "type": ["string", "null"], "coffer:plain": true },
            "weight": { "type": "number", "coffer:plain": true },
            "house": {
              "type": ["string", "null"],
              "coffer:references": "houses", "coffer:on-delete": "restrict"
            }
          },
          "required": ["id", "title"]
        }
        """

    /// The first writing, in the order that references need.
    static let first: [(String, String)] = [
        ("houses", lines(0..<14) { house($0, "first") }),
        ("folk", lines(0..<8) { person($0, "first") }),
        ("deeds", lines(0..<26) { deed($0, "first") }),
    ]

    /// The second: most records change, some are new, some stay.
    static let second: [(String, String)] = [
        ("houses", lines(0..<10) { house($0, "second") }),
        ("folk", lines(0..<9) { person($0, $0 < 6 ? "second" : "first") }),
        ("deeds", lines(4..<30) { deed($0, $0 < 22 ? "second" : "first") }),
    ]

    static let removed: [(String, [String])] = [
        ("deeds", ["deed-0", "deed-1", "deed-24"]), ("folk", ["person-6"]),
    ]

    /// A house of another vault, under the key of one of ours.
    static let foreign = house(0, "foreign")

    private static func lines(_ range: Range<Int>, _ line: (Int) -> String) -> String {
        range.map(line).joined(separator: "\n")
    }

    private static func house(_ index: Int, _ time: String) -> String {
        let liege = index == 0 ? "null" : "\"house-\(index / 2)\""
        // One value is longer than a page, another collection member has no field of its own.
        let motto =
            index == 3
            ? (0..<1_500).map { "\(time) word \($0 &* 2_654_435_761 % 100_003)" }
                .joined(separator: " ")
            : "\(time) motto of house \(index)"
        return """
            {"id":"house-\(index)","name":"House \(index % 5) \(time)","motto":"\(motto)",\
            "wealth":\(index).25,"liege":\(liege),"banner":{"colour":"\(time) \(index)"}}
            """
    }

    private static func person(_ index: Int, _ time: String) -> String {
        """
        {"id":"person-\(index)","name":"Person \(index % 3)","email":"\(time)\(index)@example.org",\
        "joined":"\(time)","\(time) extra":[\(index),true]}
        """
    }

    private static func deed(_ index: Int, _ time: String) -> String {
        let mood = index % 4 == 0 ? "null" : "\"\(time) \u{FFFD} mood \(index % 3)\""
        let house = index % 5 == 0 ? "" : ",\"house\":\"house-\(index % 14)\""
        return """
            {"id":"deed-\(index)","title":"\(time) deed \(index)","year":\(1_000 + index),\
            "mood":\(mood),"weight":\(index).5\(house)}
            """
    }
}
