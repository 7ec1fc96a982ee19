import Foundation
import Testing

/// Files of a vault at a terminal.
@Suite struct FileCommandTests {
    private func stage() throws -> Sandbox {
        let box = try Sandbox()
        #expect(try box.makeVault().status == 0)
        #expect(try box.shell("mkdir -p media/maps media/empty").status == 0)
        try box.write("media/maps/keep.txt", "the keep\n")
        try box.write("media/rules.md", "# Rules\n")
        return box
    }

    @Test func aFolderGoesInAndComesOut() throws {
        let box = try stage()
        let added = try box.open(["file", "add", "media"])
        #expect(added.status == 0 && added.output.contains("2 added"), "\(added)")
        let again = try box.open(["file", "add", "./media/"])
        #expect(again.status == 0 && again.output.contains("2 unchanged"), "\(again)")
        #expect(try box.open(["file", "get", "media", "-o", "out"]).status == 0)
        #expect(try box.shell("diff -r -x empty media out/media").status == 0)
        #expect(box.mode("out/media/rules.md") == 0o600)
        let tree = try box.open(["file", "list", "--tree"]).output
        #expect(tree.contains("media/  2 files") && tree.contains("    keep.txt"), "\(tree)")
        #expect(try box.open(["file", "get", "media/maps/keep.txt"]).output == "the keep\n")
        let part = try box.open(["file", "get", "media/maps/keep.txt", "--range", "4-6"])
        #expect(part.output == "kee")
        let rest = try box.open(["file", "get", "media/maps/keep.txt", "--range", "4-"])
        #expect(rest.output == "keep\n")
        // What is there is not replaced unasked.
        #expect(
            try box.open(["file", "get", "media/rules.md", "-o", "out/media/rules.md"]).status == 5)
        let forced = ["file", "get", "media", "-o", "out", "--force"]
        #expect(try box.open(forced).status == 0)
    }

    @Test func whatIsNoFileIsNamedAndTheRestIsAdded() throws {
        let box = try stage()
        let script = """
            ln -s rules.md media/link; mkfifo media/pipe; printf x > "media/$(printf '\\377')"
            printf y > "media/$(printf 'a\\001b')"
            """
        #expect(try box.shell(script).status == 0)
        let added = try box.open(["file", "add", "media", "."])
        #expect(added.status == 7, "\(added)")
        for word in ["symbolic link", "neither a file", "no UTF-8", "the vault itself"] {
            #expect(added.errors.contains(word), "\(word): \(added)")
        }
        #expect(added.errors.contains("control character"))
        #expect(try box.open(["file", "get", "media/rules.md"]).output == "# Rules\n")
        #expect(try box.open(["file", "info", "media/link"]).status == 4)
        #expect(try box.open(["file", "add", "media/link"]).status == 7)
        let followed = try box.open(["file", "add", "media/link", "--follow", "--under", "x"])
        #expect(followed.status == 0, "\(followed)")
    }

    @Test func anotherContentStaysOutUnlessItIsToReplace() throws {
        let box = try stage()
        #expect(try box.open(["file", "add", "media/rules.md"]).status == 0)
        try box.write("media/rules.md", "# Other rules\n")
        let refused = try box.open(["file", "add", "media/rules.md"])
        #expect(refused.status == 5 && refused.errors.contains("--replace"), "\(refused)")
        #expect(try box.open(["file", "get", "rules.md"]).output == "# Rules\n")
        #expect(try box.open(["file", "add", "media/rules.md", "--replace"]).status == 0)
        #expect(try box.open(["file", "get", "rules.md"]).output == "# Other rules\n")
        #expect(try box.open(["undo"]).status == 0)
        #expect(try box.open(["file", "get", "rules.md"]).output == "# Rules\n")
    }

    @Test func removedFilesComeBackUntilTheTrashIsEmptied() throws {
        let box = try stage()
        #expect(try box.open(["file", "add", "media"]).status == 0)
        let asked = try box.open(["file", "rm", "media"])
        #expect(asked.status == 2, "two files are not removed unasked: \(asked)")
        #expect(try box.open(["file", "rm", "media", "--yes"]).status == 0)
        #expect(try box.open(["file", "list", "--json"]).output.isEmpty)
        #expect(try box.open(["file", "trash"]).output.contains("media/rules.md"))
        #expect(try box.open(["trash", "list"]).errors.contains("2 files"))
        #expect(try box.open(["file", "restore", "media/rules.md"]).status == 0)
        #expect(try box.open(["file", "mv", "media/rules.md", "rules"]).status == 0)
        #expect(try box.open(["file", "mv", "rules", "rules"]).status == 5)
        #expect(try box.open(["trash", "empty", "--yes"]).status == 0)
        #expect(try box.open(["file", "restore", "media/maps/keep.txt"]).status == 4)
        #expect(try box.open(["check", "--files"]).status == 0)
    }

    private static let nonsense: [(words: String, status: Int32)] = [
        ("file get nothing", 4), ("file info a//b", 7), ("file rm nothing", 4),
        ("file add no-such", 4), ("file add media --link npcs/nobody", 4),
        ("file add media --link npcs", 2), ("file get media --range 1-2", 4), ("file add", 2),
        ("check --files --sample no", 2), ("check --sample 5%", 2),
    ]

    @Test(arguments: nonsense)
    func whatMakesNoSenseIsSaidInALine(words: String, status: Int32) throws {
        let box = try stage()
        let outcome = try box.open(words.split(separator: " ").map(String.init))
        #expect(outcome.status == status, "\(words): \(outcome)")
        #expect(outcome.errors.split(separator: "\n").count == 1, "\(outcome)")
        #expect(outcome.output.isEmpty)
    }

    @Test func filesComeBackFromBundles() throws {
        let box = try stage()
        #expect(try box.open(["file", "add", "media"]).status == 0)
        #expect(try box.open(["backup", "create", "--to", "b"]).status == 0)
        #expect(try box.open(["file", "rm", "media", "--yes"]).status == 0)
        let only = ["backup", "restore", "b", "--only"]
        let tried = try box.open(only + ["file:media", "--dry-run", "--json"])
        #expect(tried["created"] as? Int == 2, "\(tried)")
        #expect(try box.open(["file", "get", "media/rules.md"]).status == 4)
        let back = try box.open(only + ["file:media/rules.md"])
        #expect(back.status == 0 && back.output.hasPrefix("brought back 1, "), "\(back)")
        #expect(try box.open(["file", "get", "media/rules.md"]).output == "# Rules\n")
        #expect(try box.open(["undo"]).status == 0)
        #expect(try box.open(["file", "get", "media/rules.md"]).status == 4)
        #expect(try box.open(only + ["file:nothing"]).status == 4)
        #expect(try box.open(only + ["file:"]).status == 7)
        #expect(try box.open(only + ["file:a//b"]).status == 7)
        #expect(try box.open(only + ["file:media", "--to", "x"]).status == 2)
        #expect(try box.open(only + ["file:media", "--existing", "never"]).status == 2)
        #expect(try box.open(only + ["file:media", "--existing", "skip"]).status == 0)
        box.expectFiles(["media/maps/keep.txt", "media/rules.md"])
        #expect(try box.open(["check", "--files"]).status == 0)
    }

    @Test func theRoomOfWhatIsGoneComesBackAndTheKeyIsChanged() throws {
        let box = try stage()
        #expect(try box.shell("head -c 3000000 /dev/urandom > media/large.bin").status == 0)
        #expect(try box.open(["file", "add", "media"]).status == 0)
        let nothing = try box.open(["file", "sweep"])
        #expect(nothing.status == 0 && nothing.output == "There is nothing to give back.\n")
        #expect(try box.open(["file", "rm", "media/large.bin"]).status == 0)
        #expect(try box.open(["trash", "empty", "--yes"]).status == 0)
        let swept = try box.open(["file", "sweep"])
        #expect(swept.status == 0 && swept.output.contains("given back:"), "\(swept)")
        #expect(swept.output.contains("1 pack."), "\(swept)")
        #expect(try box.open(["rotate", "root", "--yes"]).status == 0)
        let before = try box.open(["key", "census"])
        #expect(before.output.contains("coffer rotate chunks"), "\(before)")
        #expect(try box.open(["rotate", "data", "--yes"]).status == 0)
        let still = try box.open(["key", "census"])
        #expect(still.output.hasSuffix("Move it with: coffer rotate chunks\n"), "\(still)")
        let rotated = try box.open(["rotate", "chunks", "--yes"])
        #expect(rotated.status == 0, "\(rotated)")
        #expect(rotated.output.contains("nothing is left under the keys of chunks of before"))
        let after = try box.open(["key", "census"])
        #expect(after.output.contains("Nothing is left under any old key"), "\(after)")
        #expect(try box.open(["file", "get", "media/maps/keep.txt"]).output == "the keep\n")
        #expect(try box.open(["check", "--files"]).status == 0)
    }
}

extension Sandbox {
    /// The vault has these files and no others.
    fileprivate func expectFiles(_ names: [String]) {
        let listed = try? open(["file", "list", "--json"]).output.split(separator: "\n").compactMap
        {
            try JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any]
        }
        #expect(listed?.compactMap { $0["name"] as? String }.sorted() == names)
    }
}
