import Coffer

/// Somebody who takes part in a fight.
struct Combatant: Codable, Sendable {
    var id: String
    var name: String
    var bonus: Int
    var initiative: Int?
    var conditions: [String] = []
}
