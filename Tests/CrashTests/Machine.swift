import Foundation
import Glibc

/// What is at hand here: the program, a compiler for the faults, root.
enum Machine {
    /// Whether every point is tried, and for as long as promised.
    static let isThorough = ProcessInfo.processInfo.environment["COFFER_LONG_TESTS"] == "1"

    static let isRoot = geteuid() == 0

    /// The program that was built beside these tests.
    static let program: String = {
        let tests = (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe"))
        return ((tests ?? "") as NSString).deletingLastPathComponent + "/coffer"
    }()

    /// Whether the program is there and was built with the cheap password hash of test builds.
    static let hasProgram: Bool = {
        guard let scratch = try? Scratch() else { return false }
        do {
            try Files.write("secret", to: scratch.path + "/pw")
            let made = try scratch.run([
                program, "init", scratch.path + "/v.coffer", "--no-recovery", "--kdf-memory", "64",
                "--kdf-passes", "1", "--new-password-file", scratch.path + "/pw",
            ])
            if made.status == 0 { return true }
            print("skipped: the program as built here takes no cheap password hash (release?)")
        } catch { print("skipped: no program at \(program): \(error)") }
        return false
    }()

    /// The library that makes calls fail, built once; nil where that is not possible.
    static let shim: String? = {
        guard hasProgram, let folder = shimFolder else { return nil }
        let source =
            ((#filePath as NSString).deletingLastPathComponent as NSString)
            .deletingLastPathComponent + "/FaultShim/shim.c"
        let library = folder.path + "/shim.so"
        // Programs of other users load it too.
        try? Files.change(folder.path, 0o755)
        for compiler in ["/usr/bin/cc", "/usr/bin/clang", "/opt/swift/usr/bin/clang"] {
            let words = [
                compiler, "-shared", "-fPIC", "-O1", "-Wall", "-Wextra", "-Werror", "-o", library,
                source, "-ldl",
            ]
            guard Files.exists(compiler), let built = try? folder.run(words) else { continue }
            guard built.status == 0 else {
                print("\(compiler): \(built.errors)")
                continue
            }
            // A program with a sanitizer, or one that is linked statically, does not take it.
            let report = folder.path + "/report"
            _ = try? folder.run(
                [program, "version"], adding: ["LD_PRELOAD": library, "FAULT_REPORT": report])
            if Files.exists(report) { return library }
            print("skipped: faults at each call, for the program does not load the library")
            return nil
        }
        print("skipped: faults at each call, for there is no C compiler")
        return nil
    }()

    private static let shimFolder = try? Scratch()

    static var hasShim: Bool { shim != nil }

    /// Whether there is a folder in memory for the texts of an editor.
    static let hasMemoryFolder: Bool = {
        let can = (try? Scratch(in: "/dev/shm")) != nil
        if !can { print("skipped: edit, for there is no /dev/shm") }
        return can
    }()

    /// Whether file systems can be mounted here.
    static let canMount: Bool = {
        let can = isRoot && hasProgram && (try? Mount(size: "64k")) != nil
        if !can { print("skipped: full and read-only disks, for mounting is not allowed") }
        return can
    }()

    /// Whether the program can be run as another user.
    static let canChangeUser: Bool = {
        guard isRoot, hasProgram, let scratch = try? Scratch() else {
            print("skipped: another user, for this is not root")
            return false
        }
        let words = Stage.asUser(Stage.nobody) + [program, "version"]
        let can = (try? scratch.run(words))?.status == 0
        if !can { print("skipped: another user, for setpriv is not here or nobody can run it") }
        return can
    }()
}
