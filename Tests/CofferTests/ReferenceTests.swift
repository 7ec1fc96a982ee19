import Testing

@testable import Coffer

@Suite struct ReferenceTests {
    private static func places(_ required: String, onDelete: String) -> [SchemaSource] {
        [
            SchemaSource(
                name: "places",
                json: Array(
                    #"{"properties":{"id":{"type":"string"}},"required":["id"]}"#.utf8)),
            SchemaSource(
                name: "people",
                json: Array(
                    """
                    {"properties":{"id":{"type":"string"},"home":{"type":"string",
                    "coffer:references":"places","coffer:on-delete":"\(onDelete)"}},
                    "required":[\(required)]}
                    """.utf8)),
        ]
    }

    private func vault(
        _ scratch: Scratch, _ required: String, onDelete: String
    ) throws -> Vault {
        let vault = try scratch.vault()
        _ = try vault.apply(Self.places(required, onDelete: onDelete))
        _ = try vault.add("places", [.text(path: ["id"], "inn")])
        _ = try vault.add(
            "people", [.text(path: ["id"], "ada"), .text(path: ["home"], "inn")])
        return vault
    }

    @Test func clearsAReferenceThatMayBeAbsent() throws {
        let scratch = try Scratch()
        let vault = try vault(scratch, #""id""#, onDelete: "clear")
        #expect(try vault.remove("places", ["inn"]) == 1)
        #expect(try vault.get("people", "ada").json == #"{"id":"ada"}"#)
        #expect(try vault.get("people", "ada").version == 2)
        #expect(try vault.check().isSound)
    }

    @Test func refusesToClearAReferenceThatMustBeThere() throws {
        let scratch = try Scratch()
        let vault = try vault(scratch, #""id","home""#, onDelete: "clear")
        #expect(throws: VaultError.self) { _ = try vault.remove("places", ["inn"]) }
        #expect(try vault.get("places", "inn").version == 1)
        #expect(try vault.check().isSound)
    }

    @Test func takesDependantsAlongInCascade() throws {
        let scratch = try Scratch()
        let vault = try vault(scratch, #""id","home""#, onDelete: "cascade")
        #expect(try vault.remove("places", ["inn"]) == 2)
        #expect(throws: VaultError.self) { _ = try vault.get("people", "ada") }
        #expect(try vault.check().isSound)
    }

    @Test func refusesToLeaveReferencesThatLeadNowhere() throws {
        let scratch = try Scratch()
        let vault = try vault(scratch, #""id""#, onDelete: "restrict")
        #expect(throws: VaultError.self) { _ = try vault.remove("places", ["inn"]) }
        #expect(throws: VaultError.self) {
            _ = try vault.set("people", "ada", [.text(path: ["home"], "nowhere")])
        }
        #expect(try vault.get("people", "ada").version == 1)
    }
}
