import CofferBytes
import CofferCrypto
import CofferFormat
import Testing

@testable import CofferStore

@Suite struct StoreVectors {
    @Test func statesOpenAsTheFilesSay() throws {
        try run("state") { vector in
            let vault = try vector.identifier("vault")
            let frame = try FrameMaker.frame(
                vault: vault, keys: [.state: try vector.bytes("key")])
            let row = try vector.bytes("row")
            let whole = try? StateSeal.open(row, frame: frame)
            // By its steps, which say why.
            let context = SealContext.make("coffer/v1/state", vault.bytes)
            let plain = try Cobblestone.open(
                Array(row.dropFirst(StateSeal.digestSize)), under: frame.stateKey,
                context: context)
            guard frame.digest(of: plain).elementsEqual(row.prefix(StateSeal.digestSize)) else {
                #expect(whole == nil, "\(vector.name)")
                throw Refusal(.authenticationFailed)
            }
            try vector.same("plain", plain)
            let state = try VaultState(parsing: plain)
            #expect(whole == state, "\(vector.name)")
            try vector.same("plain", state.bytes)
            try vector.same("digest", Array(row.prefix(StateSeal.digestSize)))
            var sum = Sum256()
            for row in try vector.parts("frame") {
                guard let table = RowTable(rawValue: UInt8(try row.integer("table"))) else {
                    throw Vector.Fault.unreadable(vector.name)
                }
                let code = frame.code(
                    table, collection: UInt32(try row.integer("collection")),
                    key: try row.bytes("key"), seal: try row.bytes("seal"))
                try row.same("code", code)
                sum.add(code.span)
            }
            guard sum == state.frame else { throw Refusal(.mismatch) }
            try vector.same("frameSum", sum.bytes)
        }
    }

    @Test func definitionsOpenAsTheFilesSay() throws {
        try run("catalog") { vector in
            let vault = try vector.identifier("vault")
            let number = UInt32(try vector.integer("num"))
            let version = UInt32(try vector.integer("ver"))
            let frame = try FrameMaker.frame(
                vault: vault, keys: [.catalog: try vector.bytes("key")])
            let context = CatalogSeal.context(vault, number, version)
            if vector.expect == .success { try vector.same("context", context) }
            let plain = try Cobblestone.open(
                try vector.bytes("seal"), under: frame.catalogKey, context: context)
            try vector.same("plain", plain)
            let definition = try Definition(parsing: plain)
            try vector.same("plain", definition.bytes)
            guard definition.collection == number, definition.version == version else {
                throw Refusal(.mismatch)
            }
            for (hasHistory, member) in [(false, "statements"), (true, "statementsWithHistory")] {
                let entries = TableLayout.entries(of: definition, hasHistory: hasHistory)
                try vector.same(
                    member, entries.compactMap(\.sql), try vector.list(member, of: String.self))
            }
        }
    }

    @Test func auditEntriesOpenAsTheFilesSay() throws {
        try run("audit") { vector in
            let vault = try vector.identifier("vault")
            let number = UInt64(try vector.integer("num"))
            let frame = try FrameMaker.frame(
                vault: vault, keys: [.audit: try vector.bytes("key")])
            let context = AuditSeal.context(vault, number)
            if vector.expect == .success { try vector.same("context", context) }
            let seal = try vector.bytes("seal")
            let previous = try vector.bytes("previous")
            let plain = try Cobblestone.open(seal, under: frame.auditKey, context: context)
            try vector.same("plain", plain)
            let entry = try AuditEntry(parsing: plain)
            try vector.same("plain", entry.bytes)
            guard entry.number == number, entry.previous == previous else {
                throw Refusal(.mismatch)
            }
            try vector.same("head", AuditSeal.head(after: previous, seal: seal))
        }
    }

    @Test func tombstonesOpenAsTheFilesSay() throws {
        try run("tombstone") { vector in
            let vault = try vector.identifier("vault")
            let sequence = UInt64(try vector.integer("seq"))
            let frame = try FrameMaker.frame(
                vault: vault, keys: [.catalog: try vector.bytes("key")])
            let context = SealContext.make(
                "coffer/v1/tomb", vault.bytes, sequence.bigEndianBytes)
            if vector.expect == .success { try vector.same("context", context) }
            let plain = try Cobblestone.open(
                try vector.bytes("seal"), under: frame.catalogKey, context: context)
            try vector.same("plain", plain)
            try vector.same("plain", try Tombstone(parsing: plain).bytes)
        }
    }

    @Test func notesOpenAsTheFilesSay() throws {
        try run("note") { vector in
            let vault = try vector.identifier("vault")
            let collection = UInt32(try vector.integer("collection"))
            let number = UInt64(try vector.integer("hid"))
            let frame = try FrameMaker.frame(
                vault: vault, keys: [.catalog: try vector.bytes("key")])
            let context = HistorySeal.context(vault, collection, number)
            if vector.expect == .success { try vector.same("context", context) }
            let seal = try vector.bytes("seal")
            let plain = try Cobblestone.open(seal, under: frame.catalogKey, context: context)
            try vector.same("plain", plain)
            try vector.same("plain", try HistoryNote(parsing: plain).bytes)
            let opened = HistorySeal.open(
                seal, number: number, collection: collection,
                seal: try vector.bytes("rowSeal"), frame: frame)
            guard opened != nil else { throw Refusal(.mismatch) }
        }
    }
}
