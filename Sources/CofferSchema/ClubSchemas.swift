/// The starter set for a club: its members, what it holds, who came, who paid.
internal enum ClubSchemas {
    /// The collections, referred to before referring.
    internal static let all: [(name: String, text: String)] = [
        ("members", members), ("events", events), ("attendance", attendance),
        ("payments", payments),
    ]

    private static let members = """
        {
          "$schema": "http://json-schema.org/draft-07/schema#",
          "title": "members",
          "type": "object",
          "coffer:subject": "id",
          "coffer:purpose": "Running the club",
          "coffer:basis": "contract",
          "coffer:recipients": ["The committee"],
          "coffer:retain": "P1Y after left_on",
          "coffer:on-erase": "delete",
          "properties": {
            "id": { "type": "string", "minLength": 1 },
            "given_name": {
              "type": "string", "minLength": 1,
              "coffer:personal": { "category": "identity", "source": "provided" }
            },
            "family_name": {
              "type": "string", "coffer:index": true,
              "coffer:personal": { "category": "identity", "source": "provided" }
            },
            "born_on": {
              "type": "string", "format": "date",
              "coffer:personal": { "category": "identity", "source": "provided" }
            },
            "email": {
              "type": "string", "format": "email", "coffer:unique": true,
              "coffer:personal": { "category": "contact", "source": "provided" }
            },
            "phone": {
              "type": "string",
              "coffer:personal": { "category": "contact", "source": "provided" }
            },
            "address": {
              "type": "object",
              "properties": {
                "street": { "type": "string" },
                "postcode": { "type": "string" },
                "town": { "type": "string" },
                "country": { "type": "string" }
              },
              "coffer:personal": { "category": "contact", "source": "provided" }
            },
            "needs": {
              "description": "What to heed: food, access, health",
              "type": "string",
              "coffer:personal": { "category": "special", "source": "provided" }
            },
            "joined_on": { "type": "string", "format": "date" },
            "left_on": { "type": ["string", "null"], "format": "date" }
          },
          "required": ["id", "given_name", "joined_on"]
        }
        """

    private static let events = """
        {
          "$schema": "http://json-schema.org/draft-07/schema#",
          "title": "events",
          "type": "object",
          "properties": {
            "id": { "type": "string", "minLength": 1 },
            "title": { "type": "string", "minLength": 1, "coffer:index": true },
            "starts_at": { "type": "string", "format": "date-time" },
            "ends_at": { "type": ["string", "null"], "format": "date-time" },
            "place": { "type": "string" },
            "seats": { "type": ["integer", "null"], "minimum": 0 },
            "hosts": {
              "description": "Keys of the members who run it",
              "type": "array", "items": { "type": "string" }, "uniqueItems": true,
              "coffer:people": true
            },
            "description": { "type": "string", "coffer:mentions": true }
          },
          "required": ["id", "title", "starts_at"]
        }
        """

    private static let attendance = """
        {
          "$schema": "http://json-schema.org/draft-07/schema#",
          "title": "attendance",
          "type": "object",
          "coffer:subject": "member",
          "coffer:purpose": "Knowing who comes",
          "coffer:basis": "legitimate interest",
          "coffer:retain": "P1Y after signed_up_at",
          "coffer:on-erase": "pseudonymise",
          "properties": {
            "id": { "type": "string", "minLength": 1 },
            "event": {
              "type": "string",
              "coffer:references": "events", "coffer:on-delete": "cascade"
            },
            "member": {
              "type": ["string", "null"],
              "coffer:references": "members", "coffer:on-delete": "clear"
            },
            "status": { "enum": ["waiting", "coming", "was there", "stayed away"] },
            "signed_up_at": { "type": "string", "format": "date-time" },
            "note": {
              "type": "string", "coffer:mentions": true,
              "coffer:personal": { "category": "content", "source": "provided" }
            }
          },
          "required": ["id", "event", "status"]
        }
        """

    private static let payments = """
        {
          "$schema": "http://json-schema.org/draft-07/schema#",
          "title": "payments",
          "type": "object",
          "coffer:subject": "member",
          "coffer:purpose": "Accounts",
          "coffer:basis": "legal obligation",
          "coffer:retain": "P10Y after paid_on",
          "coffer:on-erase": "keep",
          "properties": {
            "id": { "type": "string", "minLength": 1 },
            "member": { "type": "string", "coffer:references": "members" },
            "amount": { "type": "number", "multipleOf": 0.01 },
            "currency": { "type": "string", "pattern": "^[A-Z]{3}$" },
            "paid_on": { "type": "string", "format": "date" },
            "for": { "type": "string" },
            "reference": {
              "type": "string", "coffer:index": true,
              "coffer:personal": { "category": "content", "source": "provided" }
            }
          },
          "required": ["id", "member", "amount", "currency", "paid_on"]
        }
        """
}
