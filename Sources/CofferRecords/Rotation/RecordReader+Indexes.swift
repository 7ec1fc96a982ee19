internal import CofferFormat
internal import CofferSQLite

extension CollectionPlan {
    /// Whether there are columns of blind indexes.
    internal var hasIndex: Bool { definition.columns.contains { $0.letter == .index } }
}

extension RecordReader {
    /// The clear columns of the current row, a full row of `plan`, with its blind indexes under the
    /// active key; a column of indexes that belongs to no field any more is left out.
    ///
    /// - Throws: `RecordsError.damaged`.
    internal func derivedValues(
        _ row: borrowing Statement, _ plan: CollectionPlan
    ) throws -> [(number: UInt16, place: Int, value: ClearValue)] {
        let value = try open(row, plan).value
        var derived: [(number: UInt16, place: Int, value: ClearValue)] = []
        for (number, place) in plan.clearOrder {
            guard isIndex(place, plan) else {
                if let held = ClearValue(row, place) { derived.append((number, place, held)) }
                continue
            }
            guard let field = plan.indexedField(atColumn: place), let held = value[field.name],
                let index = try clearValue(held, of: field, in: plan)
            else { continue }
            derived.append((number, place, index))
        }
        return derived
    }

    /// Counts the rows of a collection, or of its older versions, that have blind indexes under
    /// each key.
    ///
    /// A row that does not open may be under any key that retires, and counts for each.
    ///
    /// - Throws: `SQLiteError`.
    /// - Complexity: O(n); every record is opened while a key is being changed, else none.
    package func countIndexes(
        _ plan: CollectionPlan, isHistory: Bool
    ) throws -> [UInt32: UInt64] {
        let columns = plan.definition.columns.filter { $0.letter == .index }
        guard !columns.isEmpty else { return [:] }
        let filled = columns.map { "\($0.name) IS NOT NULL" }.joined(separator: " OR ")
        guard names.hasRetiringIndex else {
            let table = (isHistory ? "h_" : "c_") + "\(plan.number)"
            let rows = try connection.prepare("SELECT count(*) FROM \(table) WHERE \(filled)")
            return try rows.step() ? [names.indexKey: UInt64(clamping: rows.int64(0))] : [:]
        }
        let select = isHistory ? plan.selectHistory : plan.select
        let rows = try connection.prepare("\(select) WHERE \(filled)")
        var counts: [UInt32: UInt64] = [:]
        while try rows.step() {
            let keys: Set<UInt32>
            do { keys = try indexKeys(rows, plan) } catch RecordsError.damaged {
                keys = Set(names.retiringIndexKeys)
            }
            for key in keys { counts[key, default: 0] += 1 }
        }
        return counts
    }

    /// The keys under which the current row, a full row of `plan`, has blind indexes.
    private func indexKeys(
        _ row: borrowing Statement, _ plan: CollectionPlan
    ) throws -> Set<UInt32> {
        let value = try open(row, plan).value
        var keys: Set<UInt32> = []
        for (_, place) in plan.clearOrder where isIndex(place, plan) {
            guard let held = ClearValue(row, place),
                let field = plan.indexedField(atColumn: place)
            else { continue }
            let content = value[field.name] ?? .null
            if try clearValue(content, of: field, in: plan) == held {
                keys.insert(names.indexKey)
                continue
            }
            let retiring = names.retiringIndexes(content, field: field.number, in: plan.number)
            guard let key = retiring.first(where: { .blob($0.index) == held })?.key else {
                throw damaged(plan, row.int64(0), nil, "the index of a field")
            }
            keys.insert(key)
        }
        return keys
    }

    private func isIndex(_ place: Int, _ plan: CollectionPlan) -> Bool {
        plan.definition.columns[place - CollectionPlan.fixedColumns].letter == .index
    }
}

extension CollectionPlan {
    /// The indexed field whose blind index stands at a place of a full row; nil for none.
    fileprivate func indexedField(atColumn place: Int) -> Definition.Field? {
        guard let position = clearColumns.firstIndex(of: place) else { return nil }
        let field = definition.fields[position]
        return field.isIndexed ? field : nil
    }
}
