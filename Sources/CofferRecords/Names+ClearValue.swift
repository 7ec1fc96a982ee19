internal import CofferBytes
internal import CofferFormat
internal import CofferStore

extension Names {
    /// What a field's clear column may hold for a value: under the active key first, then under
    /// those that retire; empty for NULL.
    ///
    /// - Throws: As `clearValue(_:of:in:_:)`.
    internal func clearValues(
        _ value: Value?, of field: Definition.Field, in plan: CollectionPlan, _ catalog: Catalog
    ) throws -> [ClearValue] {
        guard let value, let first = try clearValue(value, of: field, in: plan, catalog) else {
            return []
        }
        guard field.isIndexed else { return [first] }
        return [first]
            + retiringIndexes(value, field: field.number, in: plan.number)
            .map { .blob($0.index) }
    }

    /// What a field's clear column holds for a value; nil for NULL.
    ///
    /// - Throws: `RecordsError.invalid` for a reference that is no id.
    internal func clearValue(
        _ value: Value?, of field: Definition.Field, in plan: CollectionPlan, _ catalog: Catalog
    ) throws -> ClearValue? {
        guard let value, value != .null else { return nil }
        if field.isIndexed {
            return blindIndex(value, field: field.number, in: plan.number).map { .blob($0) }
        }
        guard field.isReference else { return ClearValue(plain: value) }
        guard let target = catalog[field.target] else {
            throw StoreError.damaged("a reference to collection \(field.target)")
        }
        if target.keyField != 0, let id = id(of: value, in: field.target) {
            return .blob(id.bytes)
        }
        if case .text(let text) = value, let id = Identifier(text: text) {
            return .blob(id.bytes)
        }
        throw RecordsError.invalid(
            collection: plan.name,
            problems: ["\(JSONPointer.text([field.name])): names no record of \(target.name)"])
    }
}
