internal import Coffer
internal import CofferArguments

extension BackupCommands {
    internal static func drill(_ call: Call) throws -> ExitStatus {
        let bundles = call.bundles()
        let plan = try bundles.plan(
            from: call.invocation.argument("from") ?? ".", of: call.invocation.value("of"))
        let place =
            call.invocation.value("in") ?? call.ambient.stateDirectory
            ?? Paths.parent(of: plan.bundles[0])
        let bar = ProgressBar(call.console, "restoring", .records)
        defer { bar.clear() }
        var drilled: Bundles.Drilled?
        do {
            try call.tryingBundleKeys(for: plan.bundles[0]) { key in
                drilled = try bundles.drill(
                    plan, in: Paths.absolute(place, in: call.ambient.folder), key: key
                ) {
                    bar.update(Int64(clamping: $0), of: Int64(clamping: $1))
                    return true
                }
            }
        } catch let error as VaultError
            where [.damaged, .untrusted, .brokenChain].contains(error.code)
        {
            throw Failure(
                error.code.description, "this backup would not have saved you: \(error.message)",
                .damaged)
        }
        bar.clear()
        guard let drilled else { throw Failure("locked", "no key was given", .locked) }
        let (records, taken) = (drilled.records, drilled.plan)
        warn(taken.passedOver, taken.newest.created, call)
        warn(ofDoubtful: taken.doubtful, "the vault can tell: coffer backup verify", call)
        guard call.isJSON else {
            try call.console.line(
                "This backup would have saved you: "
                    + "\(Quantity.of(records, "record", "records")) of "
                    + "\(Timestamp.text(taken.newest.created)) come back from "
                    + "\(Quantity.of(taken.bundles.count, "bundle", "bundles")).")
            return .done
        }
        try call.console.print(
            .object([
                ("ok", .bool(true)), ("records", .count(records)),
                ("at", .text(Timestamp.text(taken.newest.created))),
                ("bundles", .array(taken.bundles.map { .text($0) })),
                ("compromised", .array(taken.doubtful.map { .text($0) })),
            ]))
        return .done
    }

    internal static func rekey(_ call: Call) throws -> ExitStatus {
        let vault = try call.open()
        var results: [Vault.Rekeyed] = []
        for folder in call.invocation.arguments {
            try vault.rekeyBundles(in: folder) { results.append($0) }
        }
        let isFine = results.allSatisfy { $0.revision != nil }
        guard !call.isJSON else {
            try call.console.print(
                .array(
                    results.map { result in
                        .object([
                            ("bundle", .text(result.path)),
                            ("revision", result.revision.map { .count($0) } ?? .null),
                            ("reason", .text(result.reason)),
                        ])
                    }))
            return isFine ? .done : .damaged
        }
        for result in results {
            let path = Visible.line(result.path)
            try call.console.line(
                result.revision.map { "rekeyed   \(path), revision \($0)" }
                    ?? "left      \(path): \(Visible.line(result.reason ?? ""))")
        }
        call.console.note(
            "\(Quantity.of(results.count { $0.revision != nil }, "bundle opens", "bundles open")) "
                + "with today's passwords and recovery keys only. Copies elsewhere do not.")
        return isFine ? .done : .damaged
    }

    internal static func prune(_ call: Call) throws -> ExitStatus {
        let vault = try call.open()
        let folder = Paths.absolute(
            call.invocation.argument("folder") ?? ".", in: call.ambient.folder)
        let policy = try changed(
            try vault.backupPolicy() ?? Vault.BackupPolicy(folders: [folder]), call)
        let plan = try vault.pruneBundles(in: folder, by: policy, isTried: true)
        let isTried = call.invocation.flag("dry-run")
        var done = plan
        if !isTried, !plan.removed.isEmpty {
            let merged =
                plan.merged.isEmpty
                ? "" : " \(Quantity.of(plan.merged.count, "is", "are")) written anew first."
            try call.confirm(
                "Remove \(Quantity.of(plan.removed.count, "bundle", "bundles")) from \(folder)?"
                    + merged)
            let bar = ProgressBar(call.console, "merging", .records)
            defer { bar.clear() }
            done = try vault.pruneBundles(in: folder, by: policy) {
                bar.update(Int64(clamping: $0), of: Int64(clamping: $1))
                return true
            }
        }
        for one in done.refused {
            call.console.warn(
                "\(one.path) stays as it is, with all that it continues: \(one.reason)")
        }
        guard call.isJSON else {
            for path in done.removed { try call.console.line(Visible.line(path)) }
            call.console.note(summary(done, folder, vault, isTried: isTried))
            return .done
        }
        try call.console.print(
            .object([
                ("removed", .array(done.removed.map { .text($0) })),
                ("merged", .array(done.merged.map { .text($0) })),
                ("kept", .integer(Int64(done.kept))), ("needed", .integer(Int64(done.needed))),
            ]))
        return .done
    }

    private static func summary(
        _ done: Vault.Pruning, _ folder: String, _ vault: Vault, isTried: Bool
    ) -> String {
        let name = Visible.line(VaultFinder.name(of: vault.path))
        let merged =
            done.merged.isEmpty
            ? ""
            : ", \(done.merged.count) of them merged with what "
                + (done.merged.count == 1 ? "it continued" : "they continued")
        let needed = done.needed == 0 ? "" : ", and \(done.needed) that these continue"
        return "\(isTried ? "Would remove" : "Removed") "
            + "\(Quantity.of(done.removed.count, "bundle", "bundles")) of the vault \(name) from "
            + "\(Visible.line(folder)); \(done.kept) stay\(merged)\(needed)."
    }

    internal static func policy(_ call: Call) throws -> ExitStatus {
        let vault = try call.open()
        let invocation = call.invocation
        let folders = invocation.values("to").map {
            Paths.absolute($0, in: call.ambient.folder)
        }
        let before = try vault.backupPolicy()
        if invocation.flag("off") {
            let others = ["to", "every", "full-every"] + keepNames
            guard others.allSatisfy({ invocation.values($0).isEmpty }) else {
                throw Failure.usage("--off goes with no other option")
            }
            try vault.setBackupPolicy(nil)
            call.noteWrite(vault, "no more backups by themselves")
            ScheduleCommands.noteChange(vault, nil, call)
        } else {
            let start = before ?? Vault.BackupPolicy(folders: [])
            var policy = start
            if !folders.isEmpty { policy.folders = folders }
            policy = try changed(policy, call)
            if policy != start {
                guard !policy.folders.isEmpty else {
                    throw Failure.usage("name the folder for the bundles: --to DIR")
                }
                try vault.setBackupPolicy(policy)
                ScheduleCommands.noteChange(vault, policy, call)
            }
        }
        return try show(try vault.backupPolicy(), call)
    }

    private static func show(
        _ policy: Vault.BackupPolicy?, _ call: Call
    ) throws(Failure) -> ExitStatus {
        guard let policy else {
            call.isJSON
                ? try call.console.print(.null)
                : call.console.note("Nothing is backed up by itself: coffer backup policy --to DIR")
            return .done
        }
        guard !call.isJSON else {
            try call.console.print(
                .object([
                    ("to", .array(policy.folders.map { .text($0) })),
                    ("every", .integer(policy.every / 1_000)),
                    ("fullEvery", .integer(policy.fullEvery / 1_000)),
                    ("keepLast", .count(policy.keepLast)),
                    ("keepHourly", .count(policy.keepHourly)),
                    ("keepDaily", .count(policy.keepDaily)),
                    ("keepWeekly", .count(policy.keepWeekly)),
                ]))
            return .done
        }
        for folder in policy.folders {
            try call.console.line("to           \(Visible.line(folder))")
        }
        try call.console.line("every        \(TimeSpan.text(policy.every))")
        try call.console.line("full-every   \(TimeSpan.text(policy.fullEvery))")
        try call.console.line("keep-last    \(policy.keepLast)")
        try call.console.line("keep-hourly  \(policy.keepHourly)")
        try call.console.line("keep-daily   \(policy.keepDaily)")
        try call.console.line("keep-weekly  \(policy.keepWeekly)")
        return .done
    }

    /// A policy with what the command line says.
    private static func changed(
        _ policy: Vault.BackupPolicy, _ call: Call
    ) throws(Failure) -> Vault.BackupPolicy {
        var policy = policy
        if let every = try span("every", call) { policy.every = every }
        if let every = try span("full-every", call) { policy.fullEvery = every }
        policy.keepLast = try call.number("keep-last") ?? policy.keepLast
        policy.keepHourly = try call.number("keep-hourly") ?? policy.keepHourly
        policy.keepDaily = try call.number("keep-daily") ?? policy.keepDaily
        policy.keepWeekly = try call.number("keep-weekly") ?? policy.keepWeekly
        return policy
    }

    private static let keepNames = ["keep-last", "keep-hourly", "keep-daily", "keep-weekly"]

    private static func span(_ name: String, _ call: Call) throws(Failure) -> Int64? {
        guard call.invocation.declares(name), let text = call.invocation.value(name) else {
            return nil
        }
        guard let span = TimeSpan.milliseconds(text) else {
            throw .usage("--\(name) needs a time such as 30m, 1h or 30d")
        }
        return Int64(clamping: span)
    }
}
