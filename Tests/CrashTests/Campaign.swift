/// A small campaign whose every text is a canary, and what commands are fed with.
enum Campaign {
    /// A word that lies in every record and nowhere else.
    static let canary = "quetzalcoatlus"

    /// Writes the files that operations read.
    static func writeInputs(to folder: String) throws {
        try Files.write(schema, to: folder + "/npcs.schema.json")
        try Files.write(
            #"{"type":"object","properties":{"id":{"type":"string"}}}"#,
            to: folder + "/spells.schema.json")
        try Files.write(npcs(0..<40), to: folder + "/npcs.ndjson")
        try Files.write(items(0..<20), to: folder + "/items.ndjson")
        // Half of it is there already and changed, half is new.
        try Files.write(npcs(20..<60, hp: 99), to: folder + "/more/npcs.ndjson", making: folder)
        try Files.write(npcs(1_000..<1_400), to: folder + "/many.ndjson")
        try Files.write(npcs(38..<44, hp: 7), to: folder + "/put.ndjson")
        try Files.write(requests, to: folder + "/requests.ndjson")
    }

    private static let schema = """
        {"type":"object","properties":{"id":{"type":"string"},
        "name":{"type":"string","coffer:index":true},"hp":{"type":"integer"},
        "notes":{"type":"string"}},"required":["id","name"]}
        """

    /// One transaction over several requests.
    private static var requests: String {
        let records = npcs(38..<44, hp: 7).split(separator: "\n").joined(separator: ",")
        return """
            {"do":"begin"}
            {"do":"put","collection":"npcs","records":[\(records)]}
            {"do":"set","collection":"npcs","record":"npc-3","fields":{"hp":-1}}
            {"do":"set","collection":"npcs","where":"hp = 5","fields":{"hp":50}}
            {"do":"commit"}

            """
    }

    static func npcs(_ numbers: Range<Int>, hp: Int? = nil) -> String {
        numbers.map { number in
            let notes = String(repeating: "\(canary) \(number) ", count: number % 17)
            return #"{"id":"npc-\#(number)","name":"\#(canary) \#(number % 13)","#
                + #""hp":\#(hp ?? number),"notes":"\#(notes)"}"# + "\n"
        }.joined()
    }

    private static func items(_ numbers: Range<Int>) -> String {
        numbers.map { #"{"id":"item-\#($0)","title":"\#(canary) blade","weight":\#($0).5}"# + "\n" }
            .joined()
    }
}

extension Files {
    fileprivate static func write(_ text: String, to path: String, making folder: String) throws {
        try make(folder + "/more")
        try write(text, to: path)
    }
}
