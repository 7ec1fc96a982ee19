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
}
