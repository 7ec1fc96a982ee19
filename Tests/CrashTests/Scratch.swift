import Glibc
import Synchronization

/// A folder of its own for one test, gone with it.
final class Scratch: Sendable {
    let path: String
    private let outputs = Atomic<Int>(0)

    init(in folder: String = "/tmp") throws {
        var template = Array((folder + "/coffer-crash-XXXXXX").utf8CString)
        guard unsafe mkdtemp(&template) != nil else { throw Trouble("no scratch folder") }
        path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    deinit { Files.remove(path) }

    /// What every program here is told of the world.
    var environment: [String: String] {
        [
            "HOME": path, "PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "LANG": "C.UTF-8",
            "XDG_STATE_HOME": path + "/state",
        ]
    }

    /// Starts a program whose outputs go to files here.
    func start(
        _ words: [String], adding variables: [String: String] = [:], input: String = "/dev/null",
        output: String? = nil
    ) throws -> Running {
        let number = outputs.wrappingAdd(1, ordering: .relaxed).newValue
        let out = output ?? "\(path)/.out-\(number)"
        let errors = "\(path)/.errors-\(number)"
        let child = try Child(
            words, environment: environment.merging(variables) { $1 }, input: input, output: out,
            errors: errors)
        return Running(child: child, output: output == nil ? out : nil, errors: errors)
    }

    /// Runs a program to its end.
    func run(
        _ words: [String], adding variables: [String: String] = [:], input: String = "/dev/null",
        output: String? = nil
    ) throws -> Outcome {
        try start(words, adding: variables, input: input, output: output).finish()
    }

    /// A program that runs, and where its words go.
    struct Running {
        let child: Child
        fileprivate let output: String?
        fileprivate let errors: String

        /// Waits for its end.
        func finish() throws -> Outcome {
            let status = try child.wait()
            defer {
                if let output { Files.remove(output) }
                Files.remove(errors)
            }
            return Outcome(
                status: status, output: try output.map { try Files.read($0) } ?? "",
                errors: try Files.read(errors))
        }
    }
}
