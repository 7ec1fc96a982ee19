import CofferFormat
import CofferSchema
import Testing

@Suite struct SchemaChangeTests {
    private func change(
        _ old: String, _ new: String, subject: Bool = false
    ) throws -> SchemaChange {
        func schema(_ fields: String) throws -> CollectionSchema {
            let more = subject ? #""coffer:subject":"id","# : ""
            let json = """
                {"type":"object",\(more)"properties":{"id":{"type":"string"},\(fields)}}
                """
            return try CollectionSchema(
                parsing: Value(json: json), text: Array(json.utf8), name: "things")
        }
        return try schema(new).change(from: schema(old))
    }

    @Test func nothingIsNothing() throws {
        let change = try change(#""a":{"type":"string"}"#, #""a":{"type":"string"}"#)
        #expect(change.isEmpty && change.isAdditive)
    }

    @Test func addsFieldsWithTheirIndexes() throws {
        let change = try change(
            #""a":{"type":"string"}"#,
            #""b":{"type":"string","coffer:unique":true,"coffer:references":"x"},"a":{"type":"string"}"#
        )
        #expect(change.isAdditive)
        #expect(change.addedFields == ["b"])
        #expect(change.addedIndexes == ["b"])
        #expect(change.addedUnique == ["b"])
        #expect(change.addedReferences == ["b"])
        #expect(change.needsValidation)
    }

    @Test func addsIndexesToFieldsAtHand() throws {
        let change = try change(
            #""a":{"type":"string"}"#, #""a":{"type":"string","coffer:index":true}"#)
        #expect(change.isAdditive)
        #expect(change.addedIndexes == ["a"])
        #expect(!change.needsValidation)
    }

    @Test func allowsRulesThatDoNotTouchStorageAndAsksForValidation() throws {
        let change = try change(
            #""a":{"type":"string"}"#, #""a":{"type":["string","null"],"maxLength":9}"#)
        #expect(change.isAdditive)
        #expect(change.needsValidation)
    }

    @Test func takesWordsForWords() throws {
        let change = try change(
            #""a":{"type":"string"}"#, #""a":{"type":"string","description":"An a"}"#)
        #expect(change.isAdditive && !change.needsValidation && !change.isEmpty)
    }

    @Test(arguments: [
        (#""a":{"type":"string"}"#, #""a":{"type":"integer"}"#, "re-typing"),
        (#""a":{"type":"integer"}"#, #""a":{"type":"number"}"#, "re-typing"),
        (#""a":{"type":"string"}"#, #""b":{"type":"string"}"#, "dropping"),
        (#""a":{"type":"string","coffer:index":true}"#, #""a":{"type":"string"}"#, "index"),
        (#""a":{"type":"string","coffer:plain":true}"#, #""a":{"type":"string"}"#, "plain"),
        (
            #""a":{"type":"string","coffer:references":"x"}"#,
            #""a":{"type":"string","coffer:references":"y"}"#, "another collection"
        ),
        (#""a":{"type":"string","coffer:references":"x"}"#, #""a":{"type":"string"}"#, "reference"),
    ]) func refusesWhatComesAsAMigration(old: String, new: String, words: String) throws {
        let change = try change(old, new)
        #expect(!change.isAdditive)
        #expect(change.refusals.count == 1)
        #expect(change.refusals.first?.contains(words) == true)
    }

    @Test func refusesToMoveAFieldToAnotherKey() throws {
        let plainly = #""a":{"type":"string"}"#
        let personally = #""a":{"type":"string","coffer:personal":{"category":"content"}}"#
        #expect(try !change(plainly, personally, subject: true).isAdditive)
        #expect(try change(plainly, personally).isAdditive)
    }

    @Test func refusesAnotherSubject() throws {
        func schema(_ subject: String) throws -> CollectionSchema {
            let json = """
                {\(subject)"properties":{"id":{"type":"string"},"p":{"type":"string"}}}
                """
            return try CollectionSchema(
                parsing: Value(json: json), text: Array(json.utf8), name: "things")
        }
        let before = try schema("")
        let after = try schema(#""coffer:subject":"p","#)
        #expect(!after.change(from: before).isAdditive)
        #expect(!before.change(from: after).isAdditive)
    }
}
