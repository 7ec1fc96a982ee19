import CofferFormat
import Testing

@Suite struct ValueVectors {
    @Test func valuesAreReadAndWrittenAsTheFilesSay() throws {
        try run("value") { vector in
            let plaintext = try vector.bytes("plaintext")
            var coder = FieldCoder()
            let value = try coder.decode(plaintext.span)
            if vector.has("json") {
                try vector.same(
                    "json", String(decoding: JSON.write(value), as: UTF8.self),
                    try vector.text("json"))
                let parsed = try JSON.parse(Array(try vector.text("json").utf8))
                try vector.same("value", parsed, value)
            }
            var written: [UInt8] = []
            try coder.encode(value, into: &written)
            try vector.same("tag", Int(written.first ?? 0xFF) & 0x7F, try vector.integer("tag"))
            if try vector.flag("compressed") {
                // How hard a writer compresses is its own affair.
                let again = try coder.decode(written.span)
                try vector.same("value again", again, value)
            } else {
                try vector.same("plaintext", written)
            }
            let body = try vector.bytes("body")
            if case .text(let text) = value { try vector.same("body", Array(text.utf8), body) }
            if case .bytes(let bytes) = value { try vector.same("body", bytes, body) }
        }
    }
}
