import CofferBundles
import CofferFormat
import Testing

/// Archives that were made to do harm: refused after a few reads, whatever they claim.
@Suite struct HostileTests {
    /// Opens bytes and gives the refusal; no more than a little may be read for it.
    private func refusal(
        _ bytes: [UInt8], atMost limit: Int = 40_000, _ comment: Comment? = nil
    ) -> BundleError? {
        refusal(MeteredDisk(bytes), atMost: limit, comment)
    }

    private func refusal(
        _ disk: MeteredDisk, atMost limit: Int, _ comment: Comment? = nil
    ) -> BundleError? {
        defer { #expect(disk.file.bytes <= limit, comment) }
        do throws(BundleError) {
            _ = try BundleReader(at: Sample.path, on: disk)
            return nil
        } catch { return error }
    }

    private func isHeader(_ error: BundleError?, _ problem: UstarHeader.Problem) -> Bool {
        if case .damaged(_, .header(problem)) = error { return true }
        return false
    }

    @Test(arguments: [
        "/etc/passwd", "../x", "..", "..././x", "%2e%2e/x", "./README.txt", "records-00001.seal/",
        "RECORDS-00001.SEAL", "records-1.seal", "records-000001.seal", "records-00000.seal",
        "records-00002.seal", "README.txt", "manifest.json ", "keyring.json\u{301}",
        "re\u{301}cords", "a\nb", "", "lock", "vault.sqlite", "C:\\x", "records-\u{661}.seal",
        String(repeating: "x", count: 100), "records-00001.seal\u{0}/../x",
    ])
    func refusesNames(name: String) throws {
        let good = Archive(try Sample().bytes())
        for index in good.entries.indices {
            guard good.entries[index].name != name else { continue }
            var archive = good
            archive.entries[index].put(Array(name.utf8.prefix(100)), at: 0, size: 100)
            archive.entries[index].fixChecksum()
            let error = refusal(archive.bytes, "\(name) at \(index)")
            #expect(error != nil, "\(name) at \(index)")
            var more = good
            more.entries.insert(archive.entries[index], at: index)
            #expect(refusal(more.bytes) != nil, "\(name) before \(index)")
        }
    }

    /// Links, devices, directories and the extensions of pax and GNU.
    @Test(arguments: Array("1234567xgLKSMNVD\u{0}".utf8))
    func refusesEveryOtherType(type: UInt8) throws {
        let good = Archive(try Sample().bytes())
        for index in good.entries.indices {
            var archive = good
            archive.entries[index].header[156] = type
            archive.entries[index].fixChecksum()
            #expect(isHeader(refusal(archive.bytes), .type))
            archive.entries[index].put(Array("/etc/passwd".utf8), at: 157, size: 100)
            archive.entries[index].fixChecksum()
            #expect(isHeader(refusal(archive.bytes), .type))
        }
    }

    /// Names of 4 KiB and other attributes in entries of their own.
    @Test(arguments: Array("xgLK".utf8))
    func refusesExtensionHeaders(type: UInt8) throws {
        let good = Archive(try Sample().bytes())
        let long = String(repeating: "a/", count: 2_048)
        let record = "4110 path=\(long)\n"
        for index in good.entries.indices {
            var archive = good
            let isPax = type == UInt8(ascii: "x") || type == UInt8(ascii: "g")
            archive.entries.insert(
                Archive.Entry(
                    isPax ? "pax_global_header" : "././@LongLink",
                    Array((isPax ? record : long).utf8), type: type), at: index)
            let error = refusal(archive.bytes)
            #expect(isHeader(error, .type) || (index == 0 && error == .notABundle))
        }
    }

    @Test func refusesEveryOtherFixedField() throws {
        let good = Archive(try Sample().bytes())
        let fields: [(Int, String, Int)] = [
            (100, "0004600", 8), (100, "0000644", 8), (100, "0100600", 8), (100, "000600 ", 8),
            (108, "0001750", 8), (116, "0001750", 8), (136, "14712345670", 12),
            (157, "x", 100), (265, "root", 32), (297, "root", 32), (329, "0000001", 8),
            (337, "0000001", 8), (345, "prefix", 155), (345, "/etc", 155), (500, "x", 12),
            (265, "", 1), (329, "", 8),
        ]
        for index in good.entries.indices {
            for (offset, text, size) in fields {
                var archive = good
                archive.entries[index].put(Array(text.utf8), at: offset, size: size)
                archive.entries[index].fixChecksum()
                guard archive.bytes != good.bytes else { continue }
                #expect(isHeader(refusal(archive.bytes), .field), "\(text) at \(offset)")
            }
            var gnu = good
            gnu.entries[index].put(Array("ustar  \u{0}".utf8), at: 257, size: 8)
            gnu.entries[index].fixChecksum()
            let error = refusal(gnu.bytes)
            #expect(isHeader(error, .magic) || (index == 0 && error == .notABundle))
        }
    }

    /// Base 256, spaces, signs and sizes without an end; 2^63 and more.
    @Test func refusesSizes() throws {
        let good = Archive(try Sample().bytes())
        let base256: [[UInt8]] = [
            [0x80, 0, 0, 0, 0x80, 0, 0, 0, 0, 0, 0, 0], [0x80] + [UInt8](repeating: 0, count: 11),
            [UInt8](repeating: 0xFF, count: 12), [0x80, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2, 0xBC],
            [0x80, 0, 0, 0, 0x7F, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF],
        ]
        let texts = ["77777777777", "       1274 ", "1274", "-0000001274", "0x000000512", ""]
        for index in good.entries.indices {
            for size in base256 + texts.map({ Array($0.utf8) }) {
                var archive = good
                archive.entries[index].put(size, at: 124, size: 12)
                archive.entries[index].fixChecksum()
                let error = refusal(archive.bytes, "\(size) at \(index)")
                if size == Array("77777777777".utf8) {
                    guard case .limit = error else {
                        Issue.record("\(String(describing: error))")
                        continue
                    }
                } else {
                    #expect(isHeader(error, .size))
                }
            }
        }
    }

    /// What a member claims is held against its limit before anything of it is read.
    @Test func refusesSizesAboveTheLimitOfTheMember() throws {
        let good = Archive(try Sample().bytes())
        let limits = [
            16_384, 1_048_576, 67_108_864, 65_536, BundleMember.segmentSize, 2_048 + 136,
            1_024 + 85, 1_024,
        ]
        for (index, limit) in limits.enumerated() {
            for (size, isRefused) in [(limit, false), (limit + 1, true), (8 << 30 - 1, true)] {
                var archive = good
                archive.entries[index].put(Archive.Entry.octal(size, 11), at: 124, size: 12)
                archive.entries[index].fixChecksum()
                let error = refusal(archive.bytes)
                if case .limit(_, UInt64(size), UInt64(limit)) = error {
                    #expect(isRefused)
                } else {
                    #expect(!isRefused && error != nil)
                }
            }
        }
    }

    @Test func refusesAMillionEntriesAtTheSecond() throws {
        for name in ["README.txt", "records-00001.seal", "x"] {
            let good = Archive(try Sample().bytes())
            let head = name == "README.txt" ? [] : Array(good.entries.prefix(4).flatMap(\.bytes))
            let entry = Archive.Entry(name).header
            let file = MeteredFile(size: Int64(head.count) + 512 * 1_000_000) { range in
                range.map { $0 < head.count ? head[$0] : entry[($0 - head.count) % 512] }
            }
            let error = refusal(MeteredDisk(file), atMost: 8_000)
            #expect(error != nil && error != .notABundle)
            #expect(file.calls < 10)
        }
    }

    /// Four hundred gigabytes of segments, all in order, and no end: one block of each is read.
    @Test(.enabled(if: LongTests.areAsked)) func stopsAtTheLastSegmentThatANumberHas() throws {
        let good = Archive(try Sample().bytes())
        let head = good.entries.prefix(4).flatMap(\.bytes)
        let step = 512 + (BundleMember.segmentSize + 511) / 512 * 512
        let count = 100_010
        let file = MeteredFile(size: Int64(head.count + step * count)) { range in
            if range.upperBound <= head.count { return Array(head[range]) }
            var bytes = [UInt8](repeating: 0, count: range.count)
            // At most one header lies in what is asked for.
            let first = (range.lowerBound - head.count + step - 1) / step
            let start = head.count + first * step
            if start < range.upperBound {
                let header = UstarHeader(
                    .records(first + 1), size: UInt64(BundleMember.segmentSize)
                ).bytes
                for index in 0..<512 where start + index < range.upperBound {
                    bytes[start + index - range.lowerBound] = header[index]
                }
            }
            return bytes
        }
        let start = ContinuousClock.now
        let error = refusal(MeteredDisk(file), atMost: 110_000 * 1_024)
        #expect(error == .damaged(.manifest, .foreignName("records-100000.seal")))
        print("100,000 segments were refused in \(ContinuousClock.now - start)")
    }

    @Test func refusesWhatIsNoBundle() throws {
        let texts = ["", "PK\u{3}\u{4}", "SQLite format 3\u{0}", "README.txt", "\u{1f}\u{8b}"]
        for text in texts {
            for size in [text.utf8.count, 512, 10_240] {
                var bytes = Array(text.utf8)
                bytes += [UInt8](repeating: 0, count: max(0, size - bytes.count))
                #expect(refusal(bytes, atMost: 600) == .notABundle)
            }
        }
        let zeros = MeteredFile(size: .max) { [UInt8](repeating: 0, count: $0.count) }
        #expect(refusal(MeteredDisk(zeros), atMost: 600) == .notABundle)
    }
}
