internal import Coffer
internal import CofferArguments
internal import Glibc

/// `coffer sql`: statements of SQL, one object a line or as a table.
internal enum SQLCommand {
    private struct Question {
        let parameters: [String: SQLValue]
        let limits: SQLLimits
    }

    internal static func run(_ call: Call) throws -> ExitStatus {
        let question = Question(
            parameters: try parameters(call.invocation.values("param")), limits: try limits(call))
        if let statement = call.invocation.argument("statement") {
            try answer(call, try call.open(), statement, question)
        } else if isatty(STDIN_FILENO) == 1 {
            try converse(call, try call.open(), question)
        } else {
            try follow(call, try call.open(), question)
        }
        return .done
    }

    /// Answers each statement from standard input as it comes, until one fails.
    private static func follow(_ call: Call, _ vault: Vault, _ question: Question) throws {
        var script = SQLScript()
        var size = 0
        func answer(_ statements: [String]) throws {
            for statement in statements {
                size = 0
                try Self.answer(call, vault, statement, question)
                try call.console.flush()
            }
        }
        try InputFile.readParts(STDIN_FILENO, InputFile.name(of: "-")) { part in
            size += part.count
            guard size <= InputFile.sizeLimit else {
                throw Failure.invalid("a statement is larger than \(InputFile.sizeLimit) bytes")
            }
            try answer(script.add(part))
        }
        try answer(script.finish())
    }

    /// Reads statements from a terminal; one that fails does not end the rest, a vault that is
    /// locked meanwhile does.
    private static func converse(_ call: Call, _ vault: Vault, _ question: Question) throws {
        let console = call.console
        let key = KeyWatch(call, vault)
        var script = SQLScript()
        while true {
            console.error(script.isInside ? "   ...> " : "coffer> ")
            do throws(Failure) { try key.wait(forInputOn: STDIN_FILENO) } catch {
                console.error("\n")
                throw error
            }
            guard let line = readLine(strippingNewline: false) else {
                console.error("\n")
                return
            }
            for statement in script.add(line.utf8) {
                try key.use()
                do { try answer(call, vault, statement, question) } catch {
                    let failure = console.failure ?? .from(error)
                    guard failure.status == .usage || failure.status == .failed,
                        !failure.isSilent
                    else { throw error }
                    try console.flush()
                    console.tell(failure)
                }
                try console.flush()
            }
        }
    }

    private static func answer(
        _ call: Call, _ vault: Vault, _ statement: String, _ question: Question
    ) throws {
        let console = call.console
        guard !call.isJSON, console.isOutputTerminal else {
            return try vault.query(
                statement, parameters: question.parameters, limits: question.limits
            ) { row in
                try console.line(GetCommand.visible(row.json, console))
                return true
            }
        }
        var table = RowTable(console, width: console.width(call.ambient))
        do {
            try vault.query(
                statement, parameters: question.parameters, limits: question.limits,
                columns: { table.begin($0) },
                row: { row in
                    try table.add(row)
                    return true
                })
        } catch {
            try table.finish()
            throw error
        }
        try table.finish()
        console.detail(Quantity.of(table.count, "row", "rows"))
    }
}

extension SQLCommand {
    private static func parameters(_ words: [String]) throws(Failure) -> [String: SQLValue] {
        var parameters: [String: SQLValue] = [:]
        for word in words {
            guard let equals = word.unicodeScalars.firstIndex(of: "=") else {
                throw .usage("a parameter is written --param NAME=VALUE or NAME:=JSON")
            }
            var name = String(word[..<equals])
            let text = String(word[word.unicodeScalars.index(after: equals)...])
            let isJSON = name.utf8.last == UInt8(ascii: ":")
            if isJSON { name = String(name.unicodeScalars.dropLast()) }
            if let sign = name.utf8.first, Array(":@$".utf8).contains(sign) {
                name = String(name.unicodeScalars.dropFirst())
            }
            guard !name.isEmpty else { throw .usage("--param needs a name before «=»") }
            do throws(VaultError) {
                let value = isJSON ? try SQLValue(json: Array(text.utf8)) : SQLValue(word: text)
                guard parameters.updateValue(value, forKey: name) == nil else {
                    throw VaultError(.usage, "--param \(name) is given twice")
                }
            } catch { throw Failure(error) }
        }
        return parameters
    }

    private static func limits(_ call: Call) throws(Failure) -> SQLLimits {
        var limits = SQLLimits()
        limits.rows = try call.number("limit")
        if let text = call.invocation.value("timeout") {
            if text == "none" {
                limits.time = nil
            } else {
                guard let milliseconds = TimeSpan.milliseconds(text) else {
                    throw .usage("--timeout is written like 30s or 5m, or none")
                }
                limits.time = .milliseconds(Int64(clamping: milliseconds))
            }
        }
        return limits
    }
}
