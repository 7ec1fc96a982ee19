internal import CofferFormat

/// The statements that write a row over as it is, under other keys.
///
/// They take the parameters of an insert. A column that does not change is not set: SQLite would
/// write its index anew even where the value is the same, which takes longer than all the rest.
internal struct MoveStatements: Sendable {
    /// For a record whose blind indexes stay.
    let record: String
    /// For a record with new blind indexes.
    let indexed: String
    /// For an older version, whose note and number follow the columns of the record.
    let history: String

    /// - Parameter names: The columns of a full row.
    init(_ definition: Definition, names: [String]) {
        var sealed: [String] = []
        var indexes: [String] = []
        for (place, name) in names.enumerated() {
            let change = "\(name) = ?\(place + 1)"
            if name == "keys" || name == "seal" { sealed.append(change) }
            guard place >= CollectionPlan.fixedColumns else { continue }
            switch definition.columns[place - CollectionPlan.fixedColumns].letter {
            case .field: sealed.append(change)
            case .index: indexes.append(change)
            // A statement has no parameters above those that it names, and all of them are bound.
            case .clear: if place == names.count - 1 { sealed.append(change) }
            }
        }
        let isLastIndex = definition.columns.last?.letter == .index
        let bare = sealed + (isLastIndex ? indexes.suffix(1) : [])
        let all = sealed + indexes
        let table = "c_\(definition.collection)"
        record = "UPDATE \(table) SET \(bare.joined(separator: ", ")) WHERE rid = ?1"
        indexed = "UPDATE \(table) SET \(all.joined(separator: ", ")) WHERE rid = ?1"
        history =
            "UPDATE h_\(definition.collection) SET \(all.joined(separator: ", ")), "
            + "note = ?\(names.count + 2) WHERE hid = ?\(names.count + 1)"
    }
}
