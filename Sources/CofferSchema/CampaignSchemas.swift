/// The starter set for one tabletop campaign and its group.
internal enum CampaignSchemas {
    /// The collections, referred to before referring.
    internal static let all: [(name: String, text: String)] = [
        ("players", players), ("locations", locations), ("factions", factions), ("npcs", npcs),
        ("items", items), ("quests", quests), ("sessions", sessions), ("notes", notes),
    ]

    private static let players = """
        {
          "$schema": "http://json-schema.org/draft-07/schema#",
          "title": "players",
          "description": "The people at the table and how to reach them",
          "type": "object",
          "coffer:subject": "id",
          "coffer:purpose": "Playing together and reaching each other",
          "coffer:basis": "consent",
          "coffer:retain": "P1Y after left_on",
          "coffer:on-erase": "delete",
          "properties": {
            "id": { "type": "string", "minLength": 1 },
            "name": {
              "type": "string", "minLength": 1, "coffer:index": true,
              "coffer:personal": { "category": "identity", "source": "provided" }
            },
            "pronouns": {
              "type": "string",
              "coffer:personal": { "category": "identity", "source": "provided" }
            },
            "email": {
              "type": "string", "format": "email", "coffer:unique": true,
              "coffer:personal": { "category": "contact", "source": "provided" }
            },
            "contact": {
              "description": "Telephone, chat names, address",
              "type": "object", "additionalProperties": { "type": "string" },
              "coffer:personal": { "category": "contact", "source": "provided" }
            },
            "boundaries": {
              "description": "What this person does not want to meet in play",
              "type": "array", "items": { "type": "string" },
              "coffer:personal": { "category": "special", "source": "provided" }
            },
            "character": {
              "type": "string",
              "coffer:personal": { "category": "content", "source": "provided" }
            },
            "joined_on": { "type": "string", "format": "date" },
            "left_on": { "type": ["string", "null"], "format": "date" }
          },
          "required": ["id", "name"]
        }
        """

    private static let locations = """
        {
          "$schema": "http://json-schema.org/draft-07/schema#",
          "title": "locations",
          "type": "object",
          "properties": {
            "id": { "type": "string", "minLength": 1 },
            "name": { "type": "string", "minLength": 1, "coffer:index": true },
            "kind": { "type": "string" },
            "within": {
              "type": ["string", "null"],
              "coffer:references": "locations", "coffer:on-delete": "clear"
            },
            "description": { "type": "string" },
            "secret": { "type": "string" },
            "tags": { "type": "array", "items": { "type": "string" }, "uniqueItems": true }
          },
          "required": ["id", "name"]
        }
        """

    private static let factions = """
        {
          "$schema": "http://json-schema.org/draft-07/schema#",
          "title": "factions",
          "type": "object",
          "properties": {
            "id": { "type": "string", "minLength": 1 },
            "name": { "type": "string", "minLength": 1, "coffer:index": true },
            "goal": { "type": "string" },
            "seat": {
              "type": ["string", "null"],
              "coffer:references": "locations", "coffer:on-delete": "clear"
            },
            "standing": {
              "description": "What the group is to them, from enemies to friends",
              "type": "integer", "minimum": -10, "maximum": 10
            },
            "secret": { "type": "string" }
          },
          "required": ["id", "name"]
        }
        """

    private static let npcs = """
        {
          "$schema": "http://json-schema.org/draft-07/schema#",
          "title": "npcs",
          "type": "object",
          "properties": {
            "id": { "type": "string", "minLength": 1 },
            "name": { "type": "string", "minLength": 1, "coffer:index": true },
            "role": { "type": "string" },
            "home": {
              "type": ["string", "null"],
              "coffer:references": "locations", "coffer:on-delete": "clear"
            },
            "faction": {
              "type": ["string", "null"],
              "coffer:references": "factions", "coffer:on-delete": "clear"
            },
            "alive": { "type": "boolean" },
            "manner": { "type": "string" },
            "secret": { "type": "string" },
            "stats": { "type": "object" }
          },
          "required": ["id", "name"]
        }
        """
}
