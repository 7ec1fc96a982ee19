package import CofferFormat

/// The collections of a vault: the newest definition of each.
package struct Catalog: Sendable {
    private var byNumber: [UInt32: Definition] = [:]
    private var byName: [String: UInt32] = [:]

    /// A catalog without collections.
    package init() {}

    /// All definitions in order of their numbers.
    package var definitions: [Definition] {
        byNumber.values.sorted { $0.collection < $1.collection }
    }

    /// The definition of a collection by its number.
    package subscript(_ number: UInt32) -> Definition? { byNumber[number] }

    /// The definition of a collection by its name.
    package func named(_ name: String) -> Definition? {
        byName[name].flatMap { byNumber[$0] }.flatMap { $0.isSystem ? nil : $0 }
    }

    /// The newest definition of that name, whoever's collection it is.
    package func any(_ name: String) -> Definition? { byName[name].flatMap { byNumber[$0] } }

    /// The newest definition of a collection that Coffer keeps for itself.
    package func system(_ name: String) -> Definition? {
        byName[name].flatMap { byNumber[$0] }.flatMap { $0.isSystem ? $0 : nil }
    }

    /// Whether a state counts these collections and no others, and has given their numbers.
    internal func fits(_ state: VaultState) -> Bool {
        state.counters.count == byNumber.count
            && byNumber.allSatisfy { number, definition in
                guard let counters = state.counters[number] else { return false }
                let used = definition.columns.map(\.number).max() ?? 0
                return number < state.nextCollection && used < counters.nextField
            }
    }

    /// Puts a definition in force.
    ///
    /// - Throws: `damaged` when it is not the next version of its collection, or another
    ///   collection has its name.
    package mutating func put(_ definition: Definition) throws {
        let old = byNumber[definition.collection]
        guard definition.version == (old?.version ?? 0) + 1 else {
            throw StoreError.damaged("the catalog: version \(definition.version) of a collection")
        }
        if let old { byName[old.name] = nil }
        guard byName.updateValue(definition.collection, forKey: definition.name) == nil else {
            throw StoreError.damaged("the catalog: two collections with one name")
        }
        byNumber[definition.collection] = definition
    }
}
