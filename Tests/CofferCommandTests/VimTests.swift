import Foundation
import Testing

/// `coffer edit` in the real vim, under whatever name, with settings that keep all there is.
@Suite(.enabled(if: BuiltProgram.isThere && Machine.hasVim)) struct VimTests {
    /// A home whose vim keeps backups, swap files, undo files and what was searched for.
    private func box() throws -> Sandbox {
        let box = try Sandbox()
        try box.makeVault("game", ["--template", "campaign"])
        #expect(try box.open(["add", "npcs", "id=a", "name=Annabella"]).status == 0)
        for folder in ["bk", "sw", "un"] {
            try FileManager.default.createDirectory(
                atPath: box.path("home/\(folder)"), withIntermediateDirectories: true)
        }
        try box.write(
            "home/.vimrc",
            """
            set nocompatible backup writebackup backupdir=~/bk patchmode=.first
            set backupskip= swapfile directory=~/sw// updatecount=1 updatetime=1
            set undofile undodir=~/un viminfo='100,<1000,s1000,h,r/none

            """)
        try box.write("keys", "/Annabella\r\"ayy:s/Annabella/Bertalina/\r:sleep 50m\r:wq!\r")
        return box
    }

    /// The files in the home that hold a word that only the record has.
    private func traces(_ box: Sandbox) throws -> [String] {
        let names = FileManager.default.enumerator(atPath: box.path("home"))?.allObjects ?? []
        return try names.compactMap { $0 as? String }.filter { name in
            guard let bytes = FileManager.default.contents(atPath: box.path("home/" + name))
            else { return false }
            return try String(decoding: bytes, as: UTF8.self).contains(
                Regex("Annabella|Bertalina"))
        }
    }

    @Test func thatHomeKeepsWhatIsEditedOtherwise() throws {
        let box = try box()
        try box.write("plain", "Annabella\n")
        #expect(try box.shell("vim -s keys plain").status == 0)
        #expect(try box.read("plain") == "Bertalina\n")
        let kept = try traces(box)
        #expect(kept.count >= 2, "\(kept)")
    }

    @Test(arguments: [
        "vim", "vi", "editor", "vim -n", "env LC_ALL=C vim", "env -u LANG vi", "exec vim",
        "LC_ALL=C command vim", "'vim'", "\\vim", "~/link", "\"$HOME/vim\"", "nice -n 5 ./vi",
    ]) func nothingOfTheRecordIsLeftOnTheDisk(_ editor: String) throws {
        let box = try box()
        let vim = try #require(Machine.vim)
        for link in ["home/link", "home/vim"] {
            try FileManager.default.createSymbolicLink(
                atPath: box.path(link), withDestinationPath: vim)
        }
        // Its name does not tell which vi it is.
        try FileManager.default.copyItem(
            atPath: URL(fileURLWithPath: vim).resolvingSymlinksInPath().path,
            toPath: box.path("vi"))
        box.environment["EDITOR"] = editor + " -s keys"
        let edited = try box.open(["edit", "npcs", "a", "--json"])
        #expect(edited.status == 0, "\(edited.errors)")
        let name = try box.open(["get", "npcs", "a", "--field", "name"])
        #expect(name.output == "Bertalina\n")
        #expect(try traces(box).isEmpty)
    }
}
