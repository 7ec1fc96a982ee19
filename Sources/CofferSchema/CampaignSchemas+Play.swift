// What is gathered and written down in play.
extension CampaignSchemas {
    internal static let items = """
        {
          "$schema": "http://json-schema.org/draft-07/schema#",
          "title": "items",
          "type": "object",
          "properties": {
            "id": { "type": "string", "minLength": 1 },
            "name": { "type": "string", "minLength": 1, "coffer:index": true },
            "rarity": { "type": "string" },
            "quantity": { "type": "integer", "minimum": 0 },
            "value": { "type": "number", "minimum": 0 },
            "held_by_npc": {
              "type": ["string", "null"],
              "coffer:references": "npcs", "coffer:on-delete": "clear"
            },
            "lies_at": {
              "type": ["string", "null"],
              "coffer:references": "locations", "coffer:on-delete": "clear"
            },
            "identified": { "type": "boolean" },
            "description": { "type": "string" },
            "secret": { "type": "string" }
          },
          "required": ["id", "name"]
        }
        """

    internal static let quests = """
        {
          "$schema": "http://json-schema.org/draft-07/schema#",
          "title": "quests",
          "type": "object",
          "properties": {
            "id": { "type": "string", "minLength": 1 },
            "title": { "type": "string", "minLength": 1, "coffer:index": true },
            "status": { "enum": ["rumour", "open", "done", "failed"] },
            "given_by": {
              "type": ["string", "null"],
              "coffer:references": "npcs", "coffer:on-delete": "clear"
            },
            "leads_to": {
              "type": ["string", "null"],
              "coffer:references": "locations", "coffer:on-delete": "clear"
            },
            "reward": { "type": "string" },
            "steps": {
              "type": "array",
              "items": {
                "type": "object",
                "properties": {
                  "text": { "type": "string" },
                  "done": { "type": "boolean" }
                },
                "required": ["text"]
              }
            }
          },
          "required": ["id", "title", "status"]
        }
        """

    internal static let sessions = """
        {
          "$schema": "http://json-schema.org/draft-07/schema#",
          "title": "sessions",
          "type": "object",
          "coffer:check": [
            {
              "rule": "number > 0",
              "message": "Sessions are counted from one"
            }
          ],
          "properties": {
            "id": { "type": "string", "minLength": 1 },
            "number": { "type": "integer", "coffer:unique": true },
            "title": { "type": "string" },
            "played_on": { "type": "string", "format": "date" },
            "players": {
              "description": "Keys of the players who were there",
              "type": "array", "items": { "type": "string" }, "uniqueItems": true,
              "coffer:people": true
            },
            "log": { "type": "string", "coffer:mentions": true },
            "next_time": { "type": "string", "coffer:mentions": true }
          },
          "required": ["id", "number"]
        }
        """

    internal static let notes = """
        {
          "$schema": "http://json-schema.org/draft-07/schema#",
          "title": "notes",
          "type": "object",
          "properties": {
            "id": { "type": "string", "minLength": 1 },
            "title": { "type": "string", "coffer:index": true },
            "text": { "type": "string", "coffer:mentions": true },
            "session": {
              "type": ["string", "null"],
              "coffer:references": "sessions", "coffer:on-delete": "clear"
            },
            "written_at": { "type": "string", "format": "date-time" },
            "tags": { "type": "array", "items": { "type": "string" }, "uniqueItems": true }
          },
          "required": ["id", "text"]
        }
        """
}
