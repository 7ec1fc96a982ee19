import CofferFormat
import CofferSchema
import Testing

@Suite struct StarterSchemasTests {
    @Test(arguments: [
        (
            "campaign",
            ["players", "locations", "factions", "npcs", "items", "quests", "sessions", "notes"]
        ), ("club", ["members", "events", "attendance", "payments"]),
    ]) func everyStarterIsACollection(set: String, names: [String]) throws {
        let starters = try #require(StarterSchemas.named(set))
        #expect(starters.map(\.name) == names)
        var seen: Set<String> = []
        for starter in starters {
            let bytes = Array(starter.text.utf8)
            let schema = try CollectionSchema(parsing: JSON.parse(bytes), text: bytes, name: "")
            #expect(schema.name == starter.name)
            seen.insert(schema.name)
            for case let reference? in schema.fields.map(\.reference) {
                #expect(seen.contains(reference.collection))
            }
            // What shows is told; nothing else in a starter deserves a warning.
            for warning in schema.warnings {
                #expect(warning.contains("anyone with the disk"), "\(warning)")
            }
        }
    }

    @Test func knowsNoOtherSet() {
        #expect(StarterSchemas.names == ["campaign", "club"])
        #expect(StarterSchemas.named("tavern") == nil)
    }
}
