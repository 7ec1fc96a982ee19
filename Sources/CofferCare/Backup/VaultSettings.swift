internal import CofferFormat
package import CofferRecords
internal import CofferStore

/// What a vault remembers of how it is cared for: sealed and carried by bundles like everything.
package struct VaultSettings: Equatable, Sendable {
    /// How it is backed up; nil where nobody has said.
    package var backup: BackupPolicy?
    /// When all of it was checked last, in milliseconds since 1970.
    package var lastCheck: Int64?
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
            case "care":
                if case .integer(let time)? = value["lastCheck"] { lastCheck = time }
                if case .integer(let time)? = value["lastDrill"] { lastDrill = time }
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
        for (name, value) in [
            ("backup", backup?.value ?? .object([])), ("care", .object(care)),
        ] {
            try writer.put(
                .object([Value.Member("name", .text(name)), Value.Member("value", value)]),
                in: plan, existing: .update)
        }
    }
}
