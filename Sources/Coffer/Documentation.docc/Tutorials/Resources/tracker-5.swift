import Coffer

/// Somebody who takes part in a fight.
struct Combatant: Codable, Sendable {
    var id: String
    var name: String
    var bonus: Int
    var initiative: Int?
    var conditions: [String] = []
}

/// The order of a fight, kept in a vault.
struct InitiativeTracker: Sendable {
    let vault: Vault
    let combatants: RecordCollection<Combatant>

    private static let schema = """
        {
          "type": "object",
          "required": ["id", "name", "bonus"],
          "properties": {
            "id": { "type": "string" },
            "name": { "type": "string" },
            "bonus": { "type": "integer" },
            "initiative": { "type": "integer" },
            "conditions": { "type": "array", "items": { "type": "string" } }
          }
        }
        """

    init(_ vault: Vault) throws {
        let source = SchemaSource(name: "combatants", json: Array(Self.schema.utf8))
        _ = try vault.apply([source])
        self.vault = vault
        combatants = vault.collection("combatants", of: Combatant.self)
    }

    /// Lets fighters in: all of them, or none.
    func join(_ fighters: [Combatant]) throws {
        try combatants.put(fighters)
    }

    /// Rolls for everybody at once, so that one undo takes all of it back.
    func roll(_ die: () -> Int = { Int.random(in: 1...20) }) throws {
        try vault.write { transaction in
            let combatants = transaction.collection("combatants", of: Combatant.self)
            for fighter in try combatants.find() {
                try combatants.update(fighter.id) { $0.initiative = die() + $0.bonus }
            }
        }
    }

    /// Those who have rolled, the highest first.
    func order() throws -> [String] {
        let initiative = Field<Int>("initiative")
        return
            try combatants
            .find(where: !initiative.isNull, sort: .descending("initiative"))
            .map { "\($0.initiative ?? 0) \($0.name)" }
    }

    /// Puts a condition on somebody.
    func afflict(_ fighter: String, with condition: String) throws {
        try combatants.update(fighter) {
            if !$0.conditions.contains(condition) { $0.conditions.append(condition) }
        }
    }

    /// Takes a condition off again.
    func relieve(_ fighter: String, of condition: String) throws {
        try combatants.update(fighter) { $0.conditions.removeAll { $0 == condition } }
    }
}
