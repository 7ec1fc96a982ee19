import CofferBytes
import CofferCrypto
import CofferFormat
import CofferSQLite
import CofferSchema
import Testing

@testable import CofferRecords

@Suite struct RecordVectors {
    @Test func recordsOpenAndSealAsTheFilesSay() throws {
        try run("record") { vector in
            let row = try RecordRow(vector)
            do {
                try open(row)
            } catch RecordOpener.Failure.damaged {
                try requireReason(vector)
                throw Refusal(vector.expect == .success ? .unknown : vector.expect)
            }
            try compareCodes(row)
            try sealAgain(row)
        }
    }

    private func open(_ row: RecordRow) throws {
        let vector = row.vector
        let opener = RecordReader.Opener(
            try RecordOpener(vault: row.vault, collection: row.collection))
        let statement = try row.select()
        let header = try opener.it.header(statement, plan: row.plan) { number, _ in
            row.key(number)
        }
        try vector.same("header", header.bytes)
        let fields = try vector.parts("fields")
        try vector.same("number of fields", opener.it.present.count, fields.count)
        for (index, field) in fields.enumerated() {
            let value = try opener.it.field(index, statement, plan: row.plan)
            let json = String(decoding: JSON.write(value), as: UTF8.self)
            try field.same("json", json, try field.text("json"))
            try compare(value, with: field)
        }
    }

    private func compare(_ value: Value, with field: Vector) throws {
        let plaintext = try field.bytes("plaintext")
        var coder = FieldCoder()
        let decoded = try coder.decode(plaintext.span)
        try field.same("value", decoded, value)
    }

    /// The opener does not tell a wrong header from a tag; the header itself does.
    private func requireReason(_ vector: Vector) throws {
        let isHeader = vector.name.hasPrefix("record/fault-header-") && !vector.name.contains("tag")
        guard isHeader else { return }
        let parsed = try? RecordHeader(parsing: try vector.bytes("header"))
        #expect((parsed == nil) == (vector.expect == .notCanonical), "\(vector.name)")
    }

    /// What the seals are bound to, byte for byte.
    private func compareCodes(_ row: RecordRow) throws {
        let vector = row.vector
        var codes = RecordCodes(vault: row.vault, collection: row.collection)
        codes.begin(id: row.id.bytes)
        codes.beginHeader(
            id: row.id.bytes, rid: row.rid, sequence: row.sequence, keys: row.keys)
        codes.append(UInt16(row.clear.count))
        for column in row.clear { codes.appendClear(column.number, column.value) }
        let fields = try vector.parts("fields")
        codes.append(UInt16(fields.count))
        for field in fields {
            let number = UInt16(try field.integer("number"))
            codes.setField(number)
            try field.same("aad", codes.field)
            let tag = try field.bytes("tag")
            unsafe tag.withUnsafeBytes { unsafe codes.appendTag(number, $0) }
        }
        try vector.same("headerAad", codes.header)
    }

    /// With the same R the same bytes come out, but for what was compressed.
    private func sealAgain(_ row: RecordRow) throws {
        let vector = row.vector
        var values: [(position: Int, value: Value)] = []
        for field in try vector.parts("fields") {
            let number = UInt16(try field.integer("number"))
            guard try field.bytes("plaintext")[0] < 0x80,
                let position = row.plan.definition.fields.firstIndex(where: {
                    $0.number == number
                })
            else { return }
            values.append((position, try JSON.parse(Array(try field.text("json").utf8))))
        }
        let salt = try vector.bytes("r")
        let fixed = Randomness { bytes throws(CryptoError) in
            for index in bytes.indices { bytes[index] = salt[index] }
        }
        guard let key = row.key(row.keys[0]) else { throw Vector.Fault.missing("a key") }
        var sealer = try RecordSealer(vault: row.vault, collection: row.collection)
        let subject = row.keys.count > 1 && row.keys[1] != 0 ? row.key(row.keys[1]) : nil
        var coder = FieldCoder()
        var plaintexts: [UInt8] = []
        var bounds: [Range<Int>] = []
        for (_, value) in values {
            let start = plaintexts.count
            try coder.encode(value, into: &plaintexts)
            bounds.append(start..<plaintexts.count)
        }
        let record = PreparedRecord(
            plan: row.plan, members: [], id: row.id, positions: values.map(\.position),
            values: values.map(\.value), plaintexts: plaintexts, bounds: bounds,
            clear: row.clear.map { (number: $0.number, place: 0, value: $0.value) })
        var nonces = try NonceBatch(count: 1, randomness: fixed)
        try sealer.seal(
            RecordSealer.Draft(
                rid: row.rid, id: row.id, sequence: row.sequence,
                header: try RecordHeader(parsing: try vector.bytes("header")), keys: row.keys,
                record: record),
            vaultKey: key, subjectKey: subject, nonces: &nonces)
        try vector.same("seal", sealer.seal)
    }
}
