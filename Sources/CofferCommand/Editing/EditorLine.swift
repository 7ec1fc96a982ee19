internal import Glibc

/// A command line that names an editor, with options that keep its text from the disk where it is
/// one whose options are known.
internal struct EditorLine {
    /// What the shell is given, before the path of the file.
    internal let text: String

    /// For vim, whatever its name: no swap file, no file of searches and copied text, no backups and
    /// no undo files, neither before its settings are read nor after.
    private static let vimOptions: String = {
        let settings =
            ["nobackup", "nowritebackup", "noundofile", "noswapfile", "viminfo=", "patchmode="]
            .map { "silent! set \($0)" }.joined(separator: " | ")
        return " -n -i NONE --cmd '\(settings)' -c '\(settings)'"
    }()

    /// The names that nothing but a vim has; before a dot, as in `vim.basic`.
    private static let vims: Set<String> = [
        "vim", "nvim", "gvim", "rvim", "rgvim", "mvim", "vimx", "vimdiff", "gvimdiff", "evim",
        "eview", "gview", "rview", "rgview",
    ]
    /// The names that a vim may have, and other programs, too.
    private static let doubtful: Set<String> = ["vi", "view", "ex", "editor"]
    /// The commands that run the one named after them.
    private static let openers: Set<String> = [
        "exec", "command", "env", "nice", "nohup", "setsid", "time",
    ]
    /// The options of those that take a word of their own.
    private static let openersOptions: Set<String> = ["-u", "-n", "-C", "--unset", "--chdir"]

    /// Reads a command line such as `VISUAL` holds.
    internal init(_ line: String, _ ambient: Ambient) throws(Failure) {
        guard let word = Self.program(of: line), try Self.isVim(word.text, ambient) else {
            text = line
            return
        }
        // Before any option of the person's own, which may end the options or the editor.
        text = String(line[..<word.end]) + Self.vimOptions + String(line[word.end...])
    }

    /// The word that names the program; nil where the line is no plain command.
    private static func program(of line: String) -> (text: String, end: String.Index)? {
        var isOpened = false
        var isOptionsValue = false
        for word in words(of: line) {
            if isOptionsValue {
                isOptionsValue = false
            } else if openers.contains(word.text) {
                isOpened = true
            } else if isOpened, word.text.hasPrefix("-") {
                isOptionsValue = openersOptions.contains(word.text)
            } else if !isAssignment(word.text) {
                return word
            }
        }
        return nil
    }

    private static func isAssignment(_ word: String) -> Bool {
        guard let equals = word.firstIndex(of: "="), equals > word.startIndex else { return false }
        return word[..<equals].allSatisfy {
            $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "_")
        }
    }

    /// The words of a line as a shell parts them, without what it puts in for variables.
    private static func words(of line: String) -> [(text: String, end: String.Index)] {
        var words: [(text: String, end: String.Index)] = []
        var word: String?
        var quote: Character?
        var isEscaped = false
        for index in line.indices {
            let character = line[index]
            if isEscaped {
                word = (word ?? "") + String(character)
                isEscaped = false
            } else if character == "\\", quote != "'" {
                isEscaped = true
            } else if let end = quote {
                if character == end { quote = nil } else { word = (word ?? "") + String(character) }
            } else if character == "'" || character == "\"" {
                quote = character
                word = word ?? ""
            } else if character == " " || character == "\t" || character == "\n" {
                if let text = word { words.append((text, index)) }
                word = nil
            } else {
                word = (word ?? "") + String(character)
            }
        }
        if let text = word { words.append((text, line.endIndex)) }
        return words
    }

    private static func isVim(_ word: String, _ ambient: Ambient) throws(Failure) -> Bool {
        if vims.contains(family(word)) { return true }
        var path = word
        if path.hasPrefix("~/"), let home = ambient.home {
            path = Paths.join(home, String(path.dropFirst(2)))
        }
        if !path.contains("/") {
            let places = (ambient["PATH"] ?? "/usr/bin:/bin").split(separator: ":")
                .map { Paths.join(String($0), word) }
            guard let found = places.first(where: { unsafe access($0, X_OK) == 0 }) else {
                return false
            }
            path = found
        }
        guard let program = Paths.resolved(path) else { return false }
        if vims.contains(family(program)) { return true }
        guard doubtful.contains(family(program)) else { return false }
        // Some systems call vim itself vi. Others have another vi, which knows no such options.
        let question = "\"$0\" --version </dev/null 2>/dev/null | head -n 1 | grep -q '^N*VIM'"
        let process = try ChildProcess.start(question, words: [program], "the editor")
        return try ChildProcess.wait(for: process, "the editor")
    }

    /// The name of a program up to the first dot.
    private static func family(_ path: String) -> String {
        Paths.name(of: path).split(separator: ".").first.map(String.init) ?? ""
    }
}
