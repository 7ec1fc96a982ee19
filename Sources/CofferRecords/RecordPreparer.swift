internal import CofferBytes
package import CofferFormat
internal import CofferSchema
internal import CofferStore

/// Makes records ready for sealing, one after the other.
///
/// It holds its own keys for names, coder and rules, and reaches no table of the vault: in an
/// import it works on the thread that reads the file, while another one seals.
package final class RecordPreparer: @unchecked Sendable {
    // Sendable is true as long as one thread at a time uses it, which its two owners see to: the
    // writer of a transaction, and the import that asks the writer for one of its own.

    /// Ids and blind indexes.
    package let names: Names
    private let catalog: Catalog
    private var coder = FieldCoder()
    private var plans: [String: CollectionPlan] = [:]
    private var checkers: [UInt32: RuleChecker] = [:]

    internal init(_ frame: Frame) throws {
        names = try Names(frame)
        catalog = frame.catalog
    }

    /// The collection with `name`.
    ///
    /// - Throws: `RecordsError.noCollection`.
    package func plan(named name: String) throws -> CollectionPlan {
        if let known = plans[name] { return known }
        guard let definition = catalog.named(name) else {
            throw RecordsError.noCollection(name)
        }
        let plan = try CollectionPlan(compiling: definition)
        plans[name] = plan
        return plan
    }

    /// Prepares a record.
    ///
    /// - Parameter isChecked: Whether the schema's rules hold it up; not when a reference is
    ///   cleared.
    /// - Throws: `RecordsError.invalid`; `FieldCodingError` for a value too large.
    package func prepare(
        _ record: Value, in plan: CollectionPlan, isChecked: Bool = true
    ) throws -> PreparedRecord {
        guard case .object(let members) = record else {
            throw RecordsError.invalid(collection: plan.name, problems: ["/: is no object"])
        }
        if isChecked {
            let problems = try problems(record, in: plan)
            guard problems.isEmpty else {
                throw RecordsError.invalid(collection: plan.name, problems: problems)
            }
        }
        let values = Self.split(members, plan)
        var plaintexts: [UInt8] = []
        plaintexts.reserveCapacity(1_024)
        var bounds: [Range<Int>] = []
        bounds.reserveCapacity(values.count)
        for (_, value) in values {
            let start = plaintexts.count
            try coder.encode(value, into: &plaintexts)
            bounds.append(start..<plaintexts.count)
        }
        return PreparedRecord(
            plan: plan, members: members, id: id(of: record, in: plan),
            positions: values.map(\.position), values: values.map(\.value),
            plaintexts: plaintexts, bounds: bounds, clear: try clearColumns(values, plan))
    }

    /// Prepares a record of a stream without making a value of each of its fields.
    ///
    /// - Important: JSON is taken as it is: whoever loads a stream verifies every record of the
    ///   vault before it is used.
    /// - Throws: `StoreError.damaged` where a field is not one of the definition's, or no value;
    ///   `RecordsError.invalid` for a reference that is no id.
    internal func prepare(
        _ record: StreamRecord, in plan: CollectionPlan
    ) throws -> PreparedRecord {
        var fields: [(position: Int, field: StreamRecord.Field)] = []
        fields.reserveCapacity(record.fields.count)
        for field in record.fields {
            guard let position = plan.fieldNumbers.firstIndex(of: field.number) else {
                throw StoreError.damaged("a field that the bundle does not define")
            }
            fields.append((position, field))
        }
        if !plan.areNumbersAscending { fields.sort { $0.position < $1.position } }
        var plaintexts: [UInt8] = []
        plaintexts.reserveCapacity(1_024)
        var bounds: [Range<Int>] = []
        bounds.reserveCapacity(fields.count)
        var shown: [(position: Int, value: Value)] = []
        do throws(FieldCodingError) {
            for (position, field) in fields {
                let start = plaintexts.count
                try coder.encode(field.content, field.body.span, into: &plaintexts)
                bounds.append(start..<plaintexts.count)
                guard plan.clearColumns[position] >= 0 || position == plan.overflowPosition else {
                    continue
                }
                shown.append((position, try coder.value(field.content, field.body.span)))
            }
        } catch { throw StoreError.damaged("a field of \(record.id)") }
        if shown.last(where: { $0.position == plan.overflowPosition })
            .map({ !Self.isOverflow($0.value, plan) }) ?? false
        {
            // Some of what had no field of its own has one by now.
            return try prepare(
                try StreamValues.value(of: record, plan), in: plan, isChecked: false)
        }
        return PreparedRecord(
            plan: plan, members: [], id: nil, positions: fields.map(\.position), values: [],
            plaintexts: plaintexts, bounds: bounds, clear: try clearColumns(shown, plan))
    }

    /// Whether a value holds nothing but properties without a field of their own.
    private static func isOverflow(_ value: Value, _ plan: CollectionPlan) -> Bool {
        guard case .object(let members) = value, !members.isEmpty else { return false }
        return members.allSatisfy { plan.position(of: $0.name) == nil }
    }

    /// The problems that keep a record from being written, one line each.
    internal func problems(_ record: Value, in plan: CollectionPlan) throws -> [String] {
        let problems = plan.schema.validate(record).map { violation in
            "\(violation.pointer.isEmpty ? "/" : violation.pointer): \(violation.message)"
        }
        guard problems.isEmpty, !plan.schema.checks.isEmpty else { return problems }
        return try checker(plan).problems(record)
    }

    /// The id that a record has by its own key; nil without one.
    internal func id(of record: Value, in plan: CollectionPlan) -> Identifier? {
        guard let name = plan.keyName, let key = record[name] else { return nil }
        return names.id(of: key, in: plan.number)
    }

    internal static func split(
        _ members: [Value.Member], _ plan: CollectionPlan
    ) -> [(position: Int, value: Value)] {
        var values: [(position: Int, value: Value)] = []
        values.reserveCapacity(members.count)
        var rest: [Value.Member] = []
        for member in members {
            if let position = plan.position(of: member.name) {
                values.append((position, member.value))
            } else {
                rest.append(member)
            }
        }
        if !rest.isEmpty { values.append((plan.overflowPosition, .object(rest))) }
        values.sort { $0.position < $1.position }
        return values
    }

    private func clearColumns(
        _ values: [(position: Int, value: Value)], _ plan: CollectionPlan
    ) throws -> [(number: UInt16, place: Int, value: ClearValue)] {
        var clear: [(number: UInt16, place: Int, value: ClearValue)] = []
        for (position, value) in values where plan.clearColumns[position] >= 0 {
            let field = plan.definition.fields[position]
            if let held = try names.clearValue(value, of: field, in: plan, catalog) {
                clear.append((field.column, plan.clearColumns[position], held))
            }
        }
        clear.sort { $0.number < $1.number }
        return clear
    }

    private func checker(_ plan: CollectionPlan) throws -> RuleChecker {
        if let known = checkers[plan.number] { return known }
        let names = plan.definition.fields.map(\.name).filter { !$0.isEmpty }
        let made = try RuleChecker(plan.schema.checks, fields: names)
        checkers[plan.number] = made
        return made
    }
}
