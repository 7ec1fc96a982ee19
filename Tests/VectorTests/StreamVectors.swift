import CofferBytes
import CofferCrypto
import CofferFormat
import CofferRecords
import Testing

@testable import CofferBundles

/// Section 19 of the format: what the record stream of a bundle is made of.
@Suite struct StreamVectors {
    @Test func partsOpenAsTheFilesSay() throws {
        try run("part") { vector in
            let kind = try #require(StreamKind(rawValue: UInt8(try vector.integer("kind"))))
            let collection = UInt32(try vector.integer("collection"))
            let part = try vector.bytes("part")
            // A stream that begins with a standing, and then a batch with this part as its last.
            var stream: [UInt8] = [1, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 1]
            stream += Self.vaultPart
            let isVault = part.prefix(16).allSatisfy { $0 == 0 }
            stream += [kind.rawValue] + collection.bigEndianBytes + UInt32(2).bigEndianBytes
            stream += UInt32(isVault ? 1 : 2).bigEndianBytes
            stream += (isVault ? [] : Self.vaultPart) + part
            let found = try Self.lastPart(of: stream, vector)
            try vector.same("plain", found)
        }
    }

    /// A part of the vault that holds nothing.
    private static let vaultPart = [UInt8](repeating: 0, count: 25)

    private static func lastPart(of stream: [UInt8], _ vector: Vector) throws -> [UInt8] {
        let vault = try vector.identifier("vault")
        let bundle = try vector.identifier("bundle")
        let key = SealingKey(try Randomness.system.secret(SealingKey.size))
        let sealed = try Cobblestone.seal(
            stream, under: key,
            context: StreamContext(vault: vault, bundle: bundle).segment(1), randomness: .system)
        let opener = StreamOpener(
            vault: vault, bundle: bundle, key: key, count: 1, read: { _ in sealed },
            person: { id in
                try vector.identifier("person") == id
                    ? FieldKey(try vector.secret("personKey")) : nil
            })
        do {
            _ = try opener.next()
            let batch = try #require(try opener.next())
            return try #require(batch.parts.last?.bytes)
        } catch StreamOpener.Failure.part {
            throw Refusal(.authenticationFailed)
        } catch StreamOpener.Failure.malformed {
            // What is wrong with a stream is told in words for people.
            throw Refusal(.notCanonical, .unknown, .refusedLimit)
        }
    }

    @Test func entriesAndTheirCodesAreTheOnesOfTheFiles() throws {
        try run("code") { vector in
            let kind = try #require(StreamKind(rawValue: UInt8(try vector.integer("kind"))))
            let collection = UInt32(try vector.integer("collection"))
            let entry = try vector.bytes("entry")
            let part = try vector.bytes("part")
            let authenticator = HMACSHA256.Authenticator(MACKey(try vector.secret("macKey")))
            var range = entry.indices
            if kind == .records || kind == .history {
                range = try Self.record(kind, entry, part, vector)
            }
            let own = StreamCodes.own(authenticator, kind, collection, entry[range], part[...])
            var code = LiveCode()
            code.add(UInt64(try vector.integer("number")))
            _ = code.end(kind, collection)
            let live = code.finish(MACKey(try vector.secret("macKey")))
            guard try own.bytes == vector.bytes("own"), try live == vector.bytes("live")
            else { throw Refusal(.mismatch) }
        }
    }

    /// Reads a record; where it lies in its entry, without the number of its part.
    private static func record(
        _ kind: StreamKind, _ entry: [UInt8], _ part: [UInt8], _ vector: Vector
    ) throws -> Range<Int> {
        let parts = [entry, part].prefix(try vector.integer("parts"))
        var cursors: [StreamCursor?] = parts.map(StreamCursor.init)
        let record = try StreamRecord(kind, &cursors)
        for cursor in cursors { try cursor?.end() }
        try vector.same("part", Array(part[record.partRange]))
        let fields = try vector.objects("fields")
        try vector.same("fields", record.fields.count, fields.count)
        var coder = FieldCoder()
        for field in record.fields {
            let value = try coder.value(field.content, field.body.span)
            try vector.same(
                "field \(field.number)", String(decoding: JSON.write(value), as: UTF8.self),
                fields["\(field.number)"] ?? "")
        }
        return record.range
    }
}
