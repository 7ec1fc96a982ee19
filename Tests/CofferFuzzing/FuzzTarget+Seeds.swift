import CofferBytes
import CofferCrypto
import CofferFormat

extension FuzzTarget {
    /// Valid inputs to begin with.
    package var seeds: [[UInt8]] {
        switch self {
        case .json, .jsonStream, .jsonShape: Self.texts(Self.jsonSeeds)
        case .jsonNumber:
            Self.texts(["0", "-12", "1.50", "1e400", "-0.0", "9223372036854775808", "1E-7"])
        case .field: Self.fields
        case .slot: RowSeeds.slots
        case .roster: [RowSeeds.roster]
        case .key: RowSeeds.keys
        case .state: RowSeeds.states
        case .definition: RowSeeds.definitions
        case .recordHeader: RowSeeds.headers
        case .audit: RowSeeds.audits
        case .tombstone:
            [Tombstone(collection: 3, id: RowSeeds.id(1), time: 5, revision: 2).bytes]
        case .remembered: RowSeeds.remembered
        case .vaultHeader: [VaultHeader(vault: RowSeeds.id(2)).bytes]
        case .jsonRecords: Self.texts(Self.recordSeeds)
        case .lineRecords:
            Self.texts(["{\"id\":1}\n\n {\"id\":2,\"a\":[]}\r\n{}", "[1]\n{\"a\":null}"])
        case .csvRecords: Self.texts(Self.tables)
        case .nedbRecords: Self.texts(Self.logs)
        case .initiativeRecords: Self.texts(Self.initiative)
        case .collectionName:
            Self.texts(["5e-SRD-Magic-Items.json", "a/b/CreatureAction.json", ".x", "", "ÆØ 1NPCs"])
        case .minisignKey: Self.minisignKeys
        case .minisignSignature: Self.minisignSignatures
        case .texts:
            Self.texts([
                "00ff10", "Zm9v", "Zg==", "0b5c1f3e-7a9d-4c8e-9f20-314253647586",
                "COFFER-RECOVERY1",
            ]) + [PlainBech32m.encode(prefix: "coffer-recovery", [UInt8](0..<32).span)]
        case .schema: Self.texts(Self.schemas)
        case .bundleManifest: BundleSeeds.manifests
        case .bundleKeyring: [BundleSeeds.keyring]
        case .bundleSums: [BundleSeeds.whole.sums]
        case .bundleSigners: [BundleSeeds.signers]
        case .bundleHeader: BundleSeeds.headers
        case .bundleName: BundleSeeds.names
        case .bundle: [BundleSeeds.whole.bundle]
        case .streamStanding: StreamSeeds.standings
        case .streamEnd: [StreamSeeds.end]
        case .streamRanges: StreamSeeds.ranges
        case .streamRecords: StreamSeeds.records
        case .stream: StreamSeeds.streams
        case .chunkPlace: FileSeeds.places
        case .packRow: FileSeeds.packs
        case .batchHead: FileSeeds.heads
        case .batchTable: FileSeeds.tables
        case .chunkList: FileSeeds.lists
        case .streamChunks: FileSeeds.chunks
        case .chunkBytes: FileSeeds.bytes
        }
    }

    private static func texts(_ texts: [String]) -> [[UInt8]] { texts.map { Array($0.utf8) } }

    private static let jsonSeeds = [
        #"{"a":[1,1.0,1e2,-0,null,true,false],"":{"b":"\u0000\"\\é😀"},"c":""}"#,
        #"[[[]],{},"x",12345678901234567890,0.1e-7]"#, "null", "  12.50 ", #""\ud83d\ude00""#,
        String(repeating: "[", count: 511) + String(repeating: "]", count: 511),
    ]

    private static let recordSeeds = [
        #"[{"id":1},{"id":2,"b":[{}]}]"#, #"{"npcs":[{"id":1}],"items":[]}"#, #"{"a":1}"#,
        #"[{"model":"srd.Spell","pk":"x","fields":{"a":1}},7]"#,
        #"{"Creatures.a":{"Name":"Bo"},"ImprovedInitiative.Spells.b":"{\"Id\":\"b\"}"}"#,
        #"{"x":{"id":1,"y":[]},"x":2}"#,
    ]

    private static let tables = [
        "a,b,c\n1,x,true\n\"q\"\"\",\"\",\\N\n", "a;b\r\n1,5;'=1\r\n", "a\tb\n[1]\t{\"x\":1}\n",
        "\u{FEFF}c\0,d\n1,2\n", "\u{FEFF}naïve,'+x\n-1,\"two\nlines\"", "a,a\n1,2\n",
    ]

    private static let logs = [
        """
        {"_id":"a","n":1}
        {"$$indexCreated":{"fieldName":"n"}}
        {"_id":"b","n":{"$$date":5}}
        {"_id":"a","$$deleted":true}
        {"_id":"b","n":2}
        """
    ]

    private static let initiative = [
        #"{"Creatures":"[\"a\"]","Creatures.a":{"Name":"Bo","HP":{"Value":3}},"User.x":null}"#,
        #"{"ImprovedInitiative.Creatures.a":"{\"Name\":\"Bo\"}","ImprovedInitiative.User.x":"3"}"#,
    ]

    private static let schemas = [
        #"""
        {"type":"object","title":"x","required":["id"],"coffer:subject":"id","coffer:check":[
        {"rule":"a > 1","message":"m"}],"properties":{"id":{"type":"string","pattern":"^[a-z]+$"},
        "a":{"type":["integer","null"],"coffer:index":true},"b":{"coffer:references":"y",
        "type":"string","coffer:on-delete":"clear"},"c":{"enum":[1,"2"],"format":"date"}}}
        """#,
        ##"{"properties":{"a":{"$ref":"#/definitions/d"}},"definitions":{"d":{"type":"number"}}}"##,
        #"{"patternProperties":{"^x":{"multipleOf":0.01}},"additionalProperties":false}"#,
    ]

    private static var fields: [[UInt8]] {
        let values: [Value] = [
            .null, .bool(true), .integer(-5), .double(0.1), .number("1e400"), .text("Åse"),
            .bytes([0, 1, 255]), .array([.integer(1), .object([])]),
            .text(String(repeating: "The ferry leaves. ", count: 60)),
            .object([Value.Member("a", .text(String(repeating: "x", count: 300)))]),
        ]
        return values.map { value in
            var coder = FieldCoder()
            var bytes: [UInt8] = []
            // These values can all be written.
            try? coder.encode(value, into: &bytes)
            return bytes
        }
    }

    private static var minisignKeys: [[UInt8]] {
        let id: [UInt8] = [1, 2, 3, 4, 5, 6, 7, 8]
        let key = try? Minisign.PublicKey(keyID: id, bytes: [UInt8](repeating: 9, count: 32))
        return [(try? key?.file(comment: "minisign public key")) ?? []]
    }

    private static var minisignSignatures: [[UInt8]] {
        let head = Array("ED".utf8) + [UInt8](1...8) + [UInt8](repeating: 7, count: 64)
        let global = CofferBytes.Base64.encode([UInt8](repeating: 5, count: 64))
        return texts([
            "untrusted comment: u\n\(CofferBytes.Base64.encode(head))\n"
                + "trusted comment: t\n\(global)\n"
        ])
    }
}
