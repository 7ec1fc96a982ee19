internal import CofferFormat
package import CofferRecords
internal import CofferStore

/// What a vault remembers of how it is cared for: sealed and carried by bundles like everything.
package struct VaultSettings: Equatable, Sendable {
    /// How it is backed up; nil where nobody has said.
    package var backup: BackupPolicy?
    /// How old the keys of records may become, in milliseconds; nil where nobody has said.
    package var keyAge: Int64?
    /// Whether the vault has a record of that.
    private var hasRotation = false
    /// When all of it was checked last, in milliseconds since 1970.
    package var lastCheck: Int64?
    /// When the room of unused chunks was given back last.
    package var lastSweep: Int64?
    /// When a restore of its bundles was tried last, and succeeded.
    package var lastDrill: Int64?

    /// Nothing is set.
    package init() {}

    private static let collection = SystemCollection(
        "settings", key: "name",
        schema: """
            {"type":"object","additionalProperties":false,"required":["name","value"],\
            "properties":{"name":{"type":"string"},"value":{"type":"object"}}}
            """)

    /// Reads them.
    ///
    /// - Throws: As `RecordReader.scan(_:each:)`.
    package init(_ reader: RecordReader) throws {
        guard let plan = try Self.collection.plan(reader) else { return }
        try reader.scan(plan) { record in
            guard case .text(let name)? = record.value["name"],
                let value = record.value["value"]
            else { return true }
            switch name {
            case "backup": backup = BackupPolicy(value)
            case "rotation":
                hasRotation = true
                if case .integer(let age)? = value["maxAge"], age > 0 { keyAge = age }
            case "care":
                if case .integer(let time)? = value["lastCheck"] { lastCheck = time }
                if case .integer(let time)? = value["lastDrill"] { lastDrill = time }
                if case .integer(let time)? = value["lastSweep"] { lastSweep = time }
            default: break
            }
            return true
        }
    }

    /// Writes them.
    ///
    /// - Throws: As `RecordWriter.put(_:in:id:existing:isChecked:)`.
    package func write(_ writer: RecordWriter) throws {
        writer.transaction.isSilent = true
        let plan = try Self.collection.plan(writer)
        var care: [Value.Member] = []
        if let lastCheck { care.append(Value.Member("lastCheck", .integer(lastCheck))) }
        if let lastDrill { care.append(Value.Member("lastDrill", .integer(lastDrill))) }
        if let lastSweep { care.append(Value.Member("lastSweep", .integer(lastSweep))) }
        var all: [(name: String, value: Value)] = [
            ("backup", backup?.value ?? .object([])), ("care", .object(care)),
        ]
        if hasRotation || keyAge != nil {
            let age = keyAge.map { [Value.Member("maxAge", .integer($0))] } ?? []
            all.append(("rotation", .object(age)))
        }
        for (name, value) in all {
            try writer.put(
                .object([Value.Member("name", .text(name)), Value.Member("value", value)]),
                in: plan, existing: .update)
        }
    }
}
