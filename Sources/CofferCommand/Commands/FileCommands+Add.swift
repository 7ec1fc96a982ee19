internal import Coffer
internal import CofferArguments

/// `coffer file`: files that the vault keeps.
internal enum FileCommands {
    /// What became of all files together.
    private struct Sums {
        var counts: [Files.Added.Outcome: Int] = [:]
        var bytes: UInt64 = 0
        var stored: UInt64 = 0
        var read: UInt64 = 0
        var failure: Failure?
    }

    /// So many files are named one by one.
    private static let namedLimit = 20

    internal static func add(_ call: Call) throws -> ExitStatus {
        let invocation = call.invocation
        let walk = try SourceWalk(
            invocation.argumentList("files"), under: invocation.value("under"),
            follows: invocation.flag("follow"), besides: try call.vaultPath())
        for one in walk.refused { call.console.warn("\(one.path): \(one.reason)") }
        var options = Files.AddOptions()
        options.isReplacing = invocation.flag("replace")
        options.isRereading = invocation.flag("reread")
        options.links = invocation.values("link")
        let vault = try call.open()
        let total = walk.files.reduce(UInt64(0)) { $0 &+ $1.size }
        let bar = ProgressBar(call.console, "adding", .bytes)
        defer { bar.clear() }
        var sums = Sums()
        var done: UInt64 = 0
        var told: [JSONOutput] = []
        // What is stored is told, also where something ends the rest.
        defer { if call.isJSON, !told.isEmpty { try? call.console.print(.array(told)) } }
        try vault.files.add(
            walk.files.lazy.map {
                NewFile(at: $0.path, as: $0.name, isFollowing: invocation.flag("follow"))
            }, options: options
        ) { count, isRead in
            done &+= count
            if isRead { sums.read &+= count }
            let shared = sums.bytes > sums.stored ? sums.bytes - sums.stored : 0
            bar.update(
                Int64(clamping: done), of: Int64(clamping: total),
                note: shared > 0 ? "\(Quantity.bytes(Double(shared))) saved" : nil)
        } each: { added in
            take(added, &sums, call)
            if call.isJSON {
                told.append(json(added))
            } else if walk.files.count <= namedLimit, added.outcome != .failed {
                bar.clear()
                try call.console.line("\(added.outcome.rawValue)  \(Visible.line(added.name))")
            }
        }
        bar.clear()
        if call.isJSON, told.isEmpty { try call.console.print(.array([])) }
        let written = (sums.counts[.added] ?? 0) + (sums.counts[.replaced] ?? 0)
        if written > 0 { call.noteWrite(vault, Quantity.of(written, "file", "files") + " added") }
        if !call.isJSON { try tell(sums, call) }
        return status(sums, walk)
    }

    private static func take(_ added: Files.Added, _ sums: inout Sums, _ call: Call) {
        sums.counts[added.outcome, default: 0] += 1
        sums.bytes &+= added.file?.size ?? 0
        sums.stored &+= added.stored
        if added.outcome == .exists {
            call.console.warn(
                "\(added.name) is there with another content and was left; --replace replaces it")
        }
        if let failure = added.failure {
            call.console.warn(failure.message)
            sums.failure = sums.failure ?? Failure(failure)
        }
    }

    private static func tell(_ sums: Sums, _ call: Call) throws(Failure) {
        var parts: [String] = []
        for (outcome, word) in [
            (Files.Added.Outcome.added, "added"), (.replaced, "replaced"),
            (.unchanged, "unchanged"), (.exists, "left alone"), (.failed, "not read"),
        ] {
            if let count = sums.counts[outcome] { parts.append("\(count) \(word)") }
        }
        let text = parts.isEmpty ? "nothing to add" : parts.joined(separator: ", ")
        let isWritten = sums.counts[.added] != nil || sums.counts[.replaced] != nil
        let sizes =
            "; \(Quantity.bytes(Double(sums.bytes))) read, "
            + "\(Quantity.bytes(Double(sums.stored))) stored"
        try call.console.line(text + (isWritten ? sizes : ""))
    }

    private static func status(_ sums: Sums, _ walk: SourceWalk) -> ExitStatus {
        if let failure = sums.failure { return failure.status }
        if sums.counts[.exists] != nil { return .conflict }
        return walk.refused.isEmpty ? .done : .invalid
    }

    private static func json(_ added: Files.Added) -> JSONOutput {
        .object([
            ("name", .text(added.name)), ("outcome", .text(added.outcome.rawValue)),
            ("bytes", added.file.map { .count($0.size) } ?? .null),
            ("stored", .count(added.stored)), ("newChunks", .integer(Int64(added.newChunks))),
            ("sharedChunks", .integer(Int64(added.sharedChunks))),
            ("sha256", .text(added.file?.sha256)), ("reason", .text(added.failure?.message)),
        ])
    }
}
