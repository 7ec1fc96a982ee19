package import CofferFormat
internal import CofferStore

/// Decodes the records of a stream by the definition that it carries.
package struct StreamValues: Sendable {
    private let plan: CollectionPlan

    /// Compiles a definition.
    ///
    /// - Throws: `StoreError.damaged` for a schema that cannot be read.
    package init(_ definition: Definition) throws {
        plan = try CollectionPlan(compiling: definition)
    }

    /// The name of the field that is the key; nil without one.
    package var keyName: String? { plan.keyName }

    /// The record as one object, the properties without a field of their own last.
    ///
    /// - Throws: `StoreError.damaged` where a field is not one of the definition's, or no value.
    package func value(of record: StreamRecord) throws -> Value {
        try Self.value(of: record, plan)
    }

    /// The record as one object.
    internal static func value(
        of record: StreamRecord, _ plan: CollectionPlan
    ) throws -> Value {
        var coder = FieldCoder()
        var members: [Value.Member] = []
        members.reserveCapacity(record.fields.count)
        var rest: [Value.Member] = []
        for field in record.fields {
            guard let position = plan.fieldNumbers.firstIndex(of: field.number) else {
                throw StoreError.damaged("a field that the bundle does not define")
            }
            let value: Value
            do throws(FieldCodingError) {
                value = try coder.value(field.content, field.body.span)
            } catch { throw StoreError.damaged("field \(field.number) of \(record.id)") }
            if position == plan.overflowPosition {
                guard case .object(let more) = value else {
                    throw StoreError.damaged("the further fields of \(record.id)")
                }
                rest = more
            } else {
                members.append(Value.Member(plan.definition.fields[position].name, value))
            }
        }
        return .object(members + rest)
    }
}
