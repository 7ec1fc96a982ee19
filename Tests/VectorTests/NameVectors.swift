import CofferBytes
import CofferFormat
import Testing

@testable import CofferRecords

@Suite struct NameVectors {
    @Test func blindIndexesAreTheOnesOfTheFiles() throws {
        try run("index") { vector in
            let names = try Names(
                FrameMaker.frame(
                    vault: Identifier(version: 4, from: [UInt8](repeating: 1, count: 16).span),
                    keys: [.index: try vector.bytes("key")]))
            let value = try JSON.parse(Array(try vector.text("json").utf8))
            let found = names.blindIndex(
                value, field: UInt16(try vector.integer("field")),
                in: UInt32(try vector.integer("collection")))
            guard let found else {
                // NULL for null; arrays and objects are refused by the schema.
                guard value == .null else { throw Refusal(.notCanonical) }
                return
            }
            try vector.same("canonical", CanonicalValue.bytes(value) ?? [])
            try vector.same("column", found)
        }
    }

    @Test func idsAreTheOnesOfTheFiles() throws {
        try run("id") { vector in
            let names = try Names(
                FrameMaker.frame(
                    vault: Identifier(version: 4, from: [UInt8](repeating: 1, count: 16).span),
                    keys: [.naming: try vector.bytes("key")]))
            let json = Array(try vector.text("json").utf8)
            let value = try JSON.parse(json)
            let found: Identifier?
            switch try vector.text("kind") {
            case "record":
                found = names.id(of: value, in: UInt32(try vector.integer("collection")))
            case "subject": found = names.subject(value)
            case "content":
                found = names.id(
                    ofContent: JSON.write(value), ordinal: UInt64(try vector.integer("ordinal")),
                    in: UInt32(try vector.integer("collection")))
            default: throw Vector.Fault.unreadable(vector.name)
            }
            if vector.has("canonical") {
                try vector.same("canonical", CanonicalValue.bytes(value) ?? [])
            }
            try vector.same("id", found?.bytes ?? [])
        }
    }
}
