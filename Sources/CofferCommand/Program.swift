internal import Coffer
internal import CofferArguments
internal import CofferShims
internal import Glibc

/// The program `coffer`.
package enum Program {
    /// The word after which man pages are written into a folder; for packagers.
    private static let manCommand = "__man"

    /// Runs the program as the system has started it, and says how it went.
    ///
    /// - Parameters:
    ///   - count: The number of words, the program's name included.
    ///   - words: The words as they were given: what is no UTF-8 is refused, because a name that
    ///     was altered would be another one.
    package static func run(
        _ count: Int32, _ words: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>
    ) -> Int32 {
        var texts: [String] = []
        var refused: String?
        for index in 1..<max(1, Int(count)) {
            guard let word = unsafe words[index] else { break }
            if let text = unsafe String(validatingCString: word) {
                texts.append(text)
            } else {
                refused = refused ?? "argument \(index) is not text in UTF-8"
            }
        }
        return run(texts, refused: refused)
    }

    private static func run(_ words: [String], refused: String?) -> Int32 {
        // Before any file is opened and before any secret is read.
        guard CofferShims_harden() == 0, reserveStandardDescriptors() else {
            return ExitStatus.failed.rawValue
        }
        Interruption.install()
        let ambient = Ambient()
        let console = Console(ambient)
        console.isJSON = words.prefix { $0 != "--" }.contains("--json")
        do throws(Failure) {
            if let refused = refused ?? ambient.refusal { throw Failure.usage(refused) }
            let status = try answer(words, console, ambient)
            try console.flush()
            return status.rawValue
        } catch {
            if error.isSilent { return error.status.rawValue }
            // What was found out before is still true: a listing that broke off shows its part.
            try? console.flush()
            console.tell(error)
            return error.status.rawValue
        }
    }

    private static func answer(
        _ words: [String], _ console: Console, _ ambient: Ambient
    ) throws(Failure) -> ExitStatus {
        let tree = Grammar.tree
        if let typed = CommandTree.completionWords(in: words) {
            try console.write(CompletionWords(ambient).reply(tree, typed))
            return .done
        }
        if words.count == 2, words[0] == manCommand {
            do { try ProgramCommands.writeManPages(into: words[1]) } catch { throw Failure(error) }
            return .done
        }
        let request: Request
        do throws(UsageError) {
            request = try tree.parse(words)
        } catch { throw .usage(error.message) }
        switch request {
        case .help(let path, let isExplicit):
            let help = tree.help(for: path, width: min(console.width(ambient), 100))
            guard isExplicit || !console.isJSON else {
                let name = path.isEmpty ? "coffer" : path.joined(separator: " ")
                throw .usage(
                    "\(name) needs a command; see: coffer help\(path.map { " " + $0 }.joined())")
            }
            guard isExplicit || path.isEmpty else {
                console.error(help)
                return .usage
            }
            try console.write(help)
            return isExplicit ? .done : .usage
        case .standalone:
            try ProgramCommands.version(console)
            return .done
        case .run(let invocation):
            console.isQuiet = invocation.flag("quiet")
            console.isVerbose = invocation.flag("verbose")
            let call = Call(invocation, console, ambient)
            guard let command = Commands.table[invocation.path.joined(separator: " ")] else {
                throw Failure("unexpected", "this command does nothing yet", .failed)
            }
            do {
                return try command(call)
            } catch let failure as Failure {
                throw failure
            } catch { throw console.failure ?? .from(error) }
        }
    }

    /// Puts /dev/null where standard input, output or error is closed: the next file to be
    /// opened would get its number, and an error message would be written into it
    /// (<https://www.sqlite.org/howtocorrupt.html>, section 1.1).
    ///
    /// It is opened the wrong way round, so that results for a closed output fail as they should.
    private static func reserveStandardDescriptors() -> Bool {
        for number in [STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO]
        where fcntl(number, F_GETFD) < 0 {
            // The lowest free number is given, and all below are taken.
            let mode = number == STDIN_FILENO ? O_WRONLY : O_RDONLY
            guard unsafe open("/dev/null", mode) == number else { return false }
        }
        return true
    }
}
