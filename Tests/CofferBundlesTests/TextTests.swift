import CofferBundles
import CofferBytes
import CofferCrypto
import CofferFormat
import Testing

/// The texts inside a bundle have one form each.
@Suite struct TextTests {
    private static func text(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }

    private static func manifest(_ kind: Manifest.Kind = .full) throws -> Manifest {
        var sample = try Sample()
        sample.kind = kind
        let hash = [UInt8](repeating: 0xAB, count: 32)
        return sample.manifest([
            Manifest.Member(.records(1), size: UInt64(BundleMember.segmentSize), sha256: hash),
            Manifest.Member(.records(2), size: 88, sha256: hash),
        ])
    }

    /// Replaces a text by others, one at a time; what a parser says of each.
    private func refused(
        _ good: String, _ changes: [(String, String)], _ parse: ([UInt8]) throws -> Void
    ) throws -> Int {
        try parse(Array(good.utf8))
        var count = 0
        for (old, new) in changes {
            var text = good
            let range = try #require(text.firstRange(of: old), "\(old)")
            text.replaceSubrange(range, with: new)
            #expect(throws: ByteReader.Failure.self, "\(old) to \(new)") {
                try parse(Array(text.utf8))
            }
            count += 1
        }
        for size in 0..<good.utf8.count {
            #expect(throws: ByteReader.Failure.self, "\(size) bytes") {
                try parse(Array(good.utf8.prefix(size)))
            }
            count += 1
        }
        for tail in ["\n", " ", "x", "\0", good] {
            #expect(throws: ByteReader.Failure.self) { try parse(Array((good + tail).utf8)) }
            count += 1
        }
        return count
    }

    @Test func writesTheManifestOfThePage() throws {
        let text = Self.text(try Self.manifest(.incremental).bytes)
        let hash = String(repeating: "ab", count: 32)
        let counts = #"{"records":12,"history":0,"tombstones":0,"audit":3,"chunks":0}"#
        #expect(
            text
                == #"{"format":1,"vault":"\#(Sample.id(1))","instance":"\#(Sample.id(3))","#
                + #""bundle":"\#(Sample.id(2))","kind":"incremental","#
                + #""parent":"\#(String(repeating: "08", count: 32))","key":"\#(Sample.id(4))","#
                + #""epoch":3,"generation":17,"after":5,"sequence":40,"created":1795286700123,"#
                + #""entries":\#(counts),"live":\#(counts),"members":["#
                + #"{"name":"records-00001.seal","size":4198472,"sha256":"\#(hash)"},"#
                + #"{"name":"records-00002.seal","size":88,"sha256":"\#(hash)"}],"#
                + #""digest":"\#(String(repeating: "06", count: 32))","#
                + #""audit":"\#(String(repeating: "07", count: 32))"}"# + "\n")
    }

    @Test func refusesOtherManifests() throws {
        let full = Self.text(try Self.manifest().bytes)
        let incremental = Self.text(try Self.manifest(.incremental).bytes)
        let parse: ([UInt8]) throws -> Void = { bytes in
            let read = try Manifest(parsing: bytes)
            #expect(read.bytes == bytes)
        }
        var count = try refused(
            full,
            [
                ("{", " {"), (":1,", ": 1,"), (":1,", ":01,"), (":1,", ":2,"), (":1,", ":1.0,"),
                (":1,", ":-1,"), (":1,", ":1e0,"), (":1,", ":,"), ("01010101", "0101010A"),
                ("\"full\"", "\"Full\""), ("\"full\"", "\"incremental\""), ("null", "NULL"),
                ("null", "\"\(String(repeating: "08", count: 32))\""),
                ("\"after\":0", "\"after\":1"),
                ("\"epoch\":3,", "\"epoch\":3,\"epoch\":3,"), ("\"epoch\":3,", ""),
                ("\"generation\":17", "\"generation\":9223372036854775808"),
                ("\"generation\":17", "\"generation\":99999999999999999999"),
                ("abab", "ABab"), ("abab", "gbab"), ("abab", "ab"),
                ("00001.seal", "00003.seal"), ("00002.seal", "00003.seal"),
                ("00001.seal", "00002.seal"), ("records-00001", "chunks-00001"),
                ("records-00001", "\\u0072ecords-00001"), ("4198472", "4198471"),
                ("4198472", "4198473"), ("\"size\":88", "\"size\":4198473"), ("}],", "},],"),
                ("\"digest\"", "\"Digest\""), ("\n", "\r\n"), ("\n", ""), ("},{", "}, {"),
            ], parse)
        count += try refused(
            incremental,
            [
                ("\"incremental\"", "\"full\""), ("\"after\":5", "\"after\":41"),
                ("\"\(String(repeating: "08", count: 32))\"", "null"),
            ], parse)
        #expect(count > 1_000)
        let largest = full.replacing("\"sequence\":40", with: "\"sequence\":\(Int64.max)")
        #expect(try Manifest(parsing: Array(largest.utf8)).sequence == UInt64(Int64.max))
        let none = full.replacing(/"members":\[.*\],/, with: "\"members\":[],")
        #expect(throws: ByteReader.Failure.self) { try Manifest(parsing: Array(none.utf8)) }
    }

    @Test func refusesOtherKeyrings() throws {
        let keyring = try Sample().keyring
        let good = Self.text(keyring.bytes)
        #expect(try KeyringDocument(parsing: keyring.bytes) == keyring)
        let row = #"{"number":2,"row":""#
        let roster = Base64.encode([UInt8](repeating: 2, count: 200))
        let count = try refused(
            good,
            [
                (":1,", ":3,"), ("\"revision\":1", "\"revision\":0"),
                ("\"number\":2", "\"number\":1"), ("\"number\":2", "\"number\":02"),
                ("\"number\":9", "\"number\":2"), ("\"number\":9", "\"number\":4294967296"),
                ("\"number\":1,", "\"number\":0,"), (row, row + " "), (row, row + "="),
                (roster, roster + "="), (roster, roster + "A"), (roster, String(roster.dropLast())),
                ("AgICAg==", "AgICAh=="), ("\"keys\":[", "\"keys\":[]["), ("},{", "} ,{"),
                (
                    "\"subjects\":\"", "\"subjects\":\"AAAA"
                ), ("\"slots\"", "\"Slots\""), ("\n", ""),
            ].filter { $0.0 != "AgICAg==" || good.contains($0.0) }
        ) { bytes in
            let read = try KeyringDocument(parsing: bytes)
            #expect(read.bytes == bytes)
        }
        #expect(count > 1_000)

        let many = (1...17).map { KeyringDocument.Row(number: $0, bytes: [1]) }
        let long = KeyringDocument.Row(number: 1, bytes: [UInt8](repeating: 1, count: 1_025))
        for rows in [many, [long]] {
            let other = KeyringDocument(
                vault: keyring.vault, bundle: keyring.bundle, revision: 1, slots: rows,
                roster: [], keys: [], subjects: keyring.subjects)
            #expect(throws: ByteReader.Failure.limit) {
                try KeyringDocument(parsing: other.bytes)
            }
        }
        let empty = KeyringDocument(
            vault: keyring.vault, bundle: keyring.bundle, revision: UInt64(Int64.max), slots: [],
            roster: [], keys: [], subjects: keyring.subjects)
        #expect(try KeyringDocument(parsing: empty.bytes) == empty)
    }

    @Test func refusesOtherLists() throws {
        let reader = try open(try Sample().bytes())
        let good = Self.text(reader.sums.bytes)
        let hash = Hex.encode(reader.sums.entries[0].sha256)
        let count = try refused(
            good,
            [
                ("# coffer bundle", "# coffer archive"), ("# ", "#"), ("v1", "v2"),
                ("rev=1", "rev=0"), ("rev=1", "rev=01"), ("epoch=3", "epoch=3 "),
                (hash, hash.uppercased()), (hash, String(hash.dropLast())), ("  README", " README"),
                ("  README", " *README"), ("  README", "   README"),
                ("README.txt\n", "README.txt\r\n"),
                ("README.txt", "./README.txt"), ("records-00001", "records-00002"),
                ("\(hash)  README.txt\n", ""), ("\(hash)  README.txt", "\(hash)  keyring.json"),
                ("manifest.json", "SHA256SUMS"),
            ]
        ) { bytes in
            let read = try ChecksumList(parsing: bytes)
            #expect(read.bytes == bytes)
        }
        #expect(count > 400)
        #expect(ChecksumList.isOfOtherType(Array("# coffer archive v1 vault=".utf8)))
        #expect(!ChecksumList.isOfOtherType(Array(good.utf8)))
        #expect(!ChecksumList.isOfOtherType([]))
    }

    @Test func refusesOtherStatements() throws {
        let statements = try Sample().statements()
        let good = Self.text(statements.bytes)
        let keys = try (1...3).map { try Signer($0).publicKey.line }
        let lines: [String] = good.split(separator: "\n").map { String($0) + "\n" }
        let changes: [(String, String)] = [
            ("# coffer signers", "# coffer signer"), ("v1", "v2"), ("signer R", "signer  R"),
            (" by ", " BY "), ("signer \(keys[1])", "signer \(keys[0])"),
            ("signer \(keys[2])", "signer \(keys[0])"),
            ("signer \(keys[2])", "signer \(keys[1])"), (" RUQ", " RWQ"),
            (lines[1], lines[2]), (lines[2], lines[1]), (lines[1], lines[1] + lines[1]),
            (lines[1], lines[1] + "\n"), (lines[1], "x" + lines[1]),
        ]
        let count = try refused(good, changes) { bytes in
            let read = try SignerStatements(parsing: bytes)
            #expect(read.bytes == bytes)
            // A list that ends after a line is one, too.
            if read.statements.count < 2 { throw ByteReader.Failure.truncated }
        }
        #expect(count > 500)
        // What stands first may be missing: the chain begins later.
        #expect(
            try SignerStatements(parsing: Array((lines[0] + lines[2]).utf8)).statements.count == 1)
    }

    @Test func namesEveryMemberInOneWay() {
        let numbers = [1, 9, 10, 99, 100, 12_345, 99_999]
        let members: [BundleMember] =
            [.readme, .keyring, .subjects, .signers, .manifest, .sums, .signature]
            + numbers.map { .records($0) }
        for member in members {
            #expect(BundleMember(name: member.name) == member)
            for other in [member.name + "\0", " " + member.name, member.name.uppercased() + "x"] {
                #expect(BundleMember(name: other) == nil)
            }
        }
        #expect(Set(members.map(\.name)).count == members.count)
    }

    @Test func readsTheHeadersThatItWrites() throws {
        let segment = UInt64(BundleMember.segmentSize)
        let sizes: [UInt64] = [0, 1, 511, 512, 513, segment, (1 << 33) - 1]
        for size in sizes {
            for member in [BundleMember.readme, .records(7), .signature] {
                let header = UstarHeader(member, size: size)
                #expect(try UstarHeader(parsing: header.bytes) == header)
                #expect(header.name == member.name && header.size == size)
                #expect((size + UInt64(UstarHeader.padding(after: size))) % 512 == 0)
            }
        }
        for count in [0, 511, 513] {
            #expect(throws: UstarHeader.Problem.magic) {
                try UstarHeader(parsing: [UInt8](repeating: 0, count: count))
            }
        }
    }
}
