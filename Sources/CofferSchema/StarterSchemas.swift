/// Sets of schemas to start a vault with.
package enum StarterSchemas {
    /// The names of the sets.
    package static let names = ["campaign", "club"]

    /// The collections of a set, each with the text of its schema, in an order in which every
    /// reference leads to a collection before it or to itself; nil for an unknown set.
    package static func named(_ name: String) -> [(name: String, text: String)]? {
        switch name {
        case "campaign": CampaignSchemas.all
        case "club": ClubSchemas.all
        default: nil
        }
    }
}
