import CofferBundles
import CofferDisk
import CofferDiskSupport
import CofferFormat
import Foundation
import Testing

/// The names of bundle files.
@Suite struct NameTests {
    @Test func namesABundleByTimeKindAndId() {
        let id = Sample.id(0x1A)
        #expect(
            BundleName.name(created: 1_795_286_700_123, kind: .full, bundle: id)
                == "20261121T184500Z-full-1a1a1a1a.coffer-bundle")
        #expect(
            BundleName.name(created: 951_827_696_000, kind: .incremental, bundle: id)
                == "20000229T123456Z-incremental-1a1a1a1a.coffer-bundle")
        for (created, stamp) in [
            (0, "19700101T000000Z"), (-5, "19700101T000000Z"), (.min, "19700101T000000Z"),
            (.max, "99991231T235959Z"), (253_402_300_799_999, "99991231T235959Z"),
            (253_402_300_800_000, "99991231T235959Z"),
        ] as [(Int64, String)] {
            let name = BundleName.name(created: created, kind: .full, bundle: id)
            #expect(name.hasPrefix(stamp + "-full-"))
        }
    }

    @Test func countsDaysAsFoundationDoes() {
        let form = DateFormatter()
        form.locale = Locale(identifier: "en_US_POSIX")
        form.timeZone = TimeZone(secondsFromGMT: 0)
        form.dateFormat = "yyyyMMdd'T'HHmmss'Z'"
        var dice = Dice(3)
        for _ in 0..<2_000 {
            let second = Int64.random(in: 0..<253_402_300_800, using: &dice)
            let name = BundleName.name(
                created: second * 1_000 + 999, kind: .full, bundle: Sample.id(1))
            let date = Date(timeIntervalSince1970: TimeInterval(second))
            #expect(name.hasPrefix(form.string(from: date)))
        }
    }

    @Test func recognisesItsOwnNamesAndThoseOfOthers() {
        let name = "20261121T184500Z-full-1a2b3c4d"
        let cases: [(BundleName.Kind, [String])] = [
            (.bundle, ["\(name).coffer-bundle", "my backup.coffer-bundle", "ÆØÅ.COFFER-BUNDLE"]),
            (.unfinished, [".coffer-unfinished-0123456789abcdef", ".coffer-unfinished-x"]),
            (
                .conflictCopy,
                [
                    "\(name) (conflicted copy 2026-11-21 184500).coffer-bundle",
                    "\(name) (Åse's conflicted copy 2026-11-21).coffer-bundle",
                    "\(name).sync-conflict-20261121-184500-ABCDEFG.coffer-bundle",
                    "\(name)_conflict-20261121-184500.coffer-bundle",
                    "\(name) (SFConflict a@b.c 2026-11-21-18-45-00).coffer-bundle",
                    "\(name) (1).coffer-bundle", "\(name) (copy).coffer-bundle",
                    "\(name) copy.coffer-bundle", "\(name) - Copy.coffer-bundle",
                    "\(name).coffer-bundle (2)", "\(name).coffer-bundle~",
                    "\(name).coffer-bundle.sync-conflict-20261121-184500-ABCDEFG",
                ]
            ),
            (
                .partial,
                [
                    "~syncthing~\(name).coffer-bundle.tmp", ".syncthing.\(name).coffer-bundle.tmp",
                    "\(name).coffer-bundle.part", "\(name).coffer-bundle.crdownload",
                    ".\(name).coffer-bundle.aB3xYz", "\(name).coffer-bundle.abc123.partial",
                    "\(name).coffer-bundle.!sync",
                ]
            ),
            (
                .other,
                [
                    "", ".", "vault.sqlite", "a.json", "coffer-bundle", ".coffer-bundle",
                    "\(name).coffer-bundle.minisig", "\(name)", "x.tmp", "a (1).pdf",
                ]
            ),
        ]
        for (kind, names) in cases {
            for name in names { #expect(BundleName.kind(of: name) == kind, "\(name)") }
        }
        #expect(
            BundleName.kind(
                of: BundleName.name(created: 5, kind: .incremental, bundle: Sample.id(3)))
                == .bundle)
    }

    @Test func listsAFolder() throws {
        let scratch = try Scratch()
        let facts = try Sample().write(to: scratch.file("b.coffer-bundle"))
        for name in [
            "a.txt", ".coffer-unfinished-1", "b (1).coffer-bundle", "c.coffer-bundle.part",
        ] {
            try LocalFileSystem().replace(scratch.file(name), with: [1, 2])
        }
        try FileManager.default.createSymbolicLink(
            atPath: scratch.file("link.coffer-bundle"), withDestinationPath: "b.coffer-bundle")
        try LocalFileSystem().createDirectory(scratch.file("folder.coffer-bundle"))
        let entries = try BundleFolder.entries(in: scratch.path)
        #expect(
            entries.map(\.name) == [
                ".coffer-unfinished-1", "b (1).coffer-bundle", "b.coffer-bundle",
                "c.coffer-bundle.part", "folder.coffer-bundle", "link.coffer-bundle",
            ])
        #expect(
            entries.map(\.kind) == [
                .unfinished, .conflictCopy, .bundle, .partial, .bundle, .bundle,
            ])
        #expect(entries.map(\.isRegular) == [true, true, true, true, false, false])
        #expect(entries[2].size == facts.size)
        #expect(throws: DiskError.self) { try BundleFolder.entries(in: scratch.file("none")) }
    }
}
