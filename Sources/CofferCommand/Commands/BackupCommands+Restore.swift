internal import Coffer
internal import CofferArguments

extension BackupCommands {
    internal static func restore(_ call: Call) throws -> ExitStatus {
        let invocation = call.invocation
        let bundles = call.bundles()
        let plan = try bundles.plan(
            from: invocation.argument("from") ?? ".", of: invocation.value("of"),
            until: try time(invocation.value("at")))
        if let only = invocation.value("only") { return try fetch(only, plan, call) }
        guard invocation.value("existing") == nil else {
            throw Failure.usage("--existing goes with --only")
        }
        guard invocation.value("vault") == nil || invocation.value("to") != nil else {
            throw Failure.usage("a whole vault is restored to a place: name that with --to")
        }
        let path = try VaultFinder(call.ambient).place(for: invocation.value("to"))
        let isThere = Paths.status(path) != nil
        if invocation.flag("dry-run") { return try dryRun(plan, path, isThere, bundles, call) }
        if isThere {
            try call.confirm(
                "Put the vault at \(path) aside, and restore the one of "
                    + "\(Timestamp.text(plan.newest.created)) in its place?")
        }
        let bar = ProgressBar(call.console, "restoring", .records)
        defer { bar.clear() }
        var restored: Bundles.Restored?
        try call.tryingBundleKeys(for: plan.bundles[0]) { key in
            restored = try bundles.restore(plan, to: path, key: key, isReplacing: isThere) {
                bar.update(Int64(clamping: $0), of: Int64(clamping: $1))
                return true
            }
        }
        bar.clear()
        guard let restored else { throw Failure("locked", "no key was given", .locked) }
        warn(restored.passedOver, restored.created, call)
        warn(
            ofDoubtful: restored.doubtful,
            "look at what it brought back, then give the vault another signing key with: coffer "
                + "rotate signing --compromised", call)
        if restored.hasCompromisedSigner { call.warnOfSigner() }
        try tell(restored, passed: restored.passedOver, call)
        return .done
    }

    internal static func warn(
        _ passed: [(path: String, reason: String)], _ created: Int64, _ call: Call
    ) {
        for one in passed {
            call.console.warn(
                "\(one.path) looks newer and cannot be used: \(one.reason); the bundles of "
                    + "\(Timestamp.text(created)) are taken")
        }
    }

    /// Says what somebody else may have made.
    internal static func warn(ofDoubtful paths: [String], _ advice: String, _ call: Call) {
        for path in paths {
            call.console.warn(
                "a signing key of this vault was retired as compromised here, and no key that this "
                    + "machine remembers has signed \(path), so somebody else may have made it; "
                    + advice)
        }
    }

    private static func fetch(
        _ only: String, _ plan: Bundles.RestorePlan, _ call: Call
    ) throws -> ExitStatus {
        guard call.invocation.value("to") == nil else {
            throw Failure.usage("--only fetches into the vault; name that with --vault, not --to")
        }
        var rule = Vault.FetchRule.update
        if let word = call.invocation.value("existing") {
            guard let given = Vault.FetchRule(rawValue: word) else {
                throw Failure.usage("--existing is one of update, skip, copy")
            }
            rule = given
        }
        let isTried = call.invocation.flag("dry-run")
        let vault = try call.open()
        let bar = ProgressBar(call.console, "reading", .records)
        defer { bar.clear() }
        let fetched = try fetch(only, plan, rule, isTried, vault) {
            bar.update(Int64(clamping: $0), of: Int64(clamping: $1))
            return true
        }
        bar.clear()
        warn(fetched.passedOver, fetched.time, call)
        if !isTried { call.noteWrite(vault, "fetched from \(plan.bundles[0])") }
        guard call.isJSON else {
            try call.console.line(
                "\(isTried ? "would bring back" : "brought back") \(fetched.created), "
                    + "changed \(fetched.updated), unchanged \(fetched.unchanged), "
                    + "left alone \(fetched.skipped)")
            return .done
        }
        try call.console.print(
            .object([
                ("created", .count(fetched.created)), ("updated", .count(fetched.updated)),
                ("unchanged", .count(fetched.unchanged)), ("skipped", .count(fetched.skipped)),
                ("withheld", .count(fetched.withheld)),
            ]))
        return .done
    }

    /// What a name of `--only` stands for begins so where it is a file; no collection's name has
    /// a colon.
    private static let filePrefix = "file:"

    private static func fetch(
        _ only: String, _ plan: Bundles.RestorePlan, _ rule: Vault.FetchRule, _ isTried: Bool,
        _ vault: Vault, progress: @escaping (UInt64, UInt64) -> Bool
    ) throws(VaultError) -> Vault.Fetched {
        if only.hasPrefix(filePrefix) {
            return try vault.fetchFiles(
                String(only.dropFirst(filePrefix.count)), from: plan, rule: rule,
                isTried: isTried, progress: progress)
        }
        let parts = only.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
        return try vault.fetch(
            String(parts[0]), record: parts.count > 1 ? String(parts[1]) : nil, from: plan,
            rule: rule, isTried: isTried, progress: progress)
    }

    private static func tell(
        _ restored: Bundles.Restored, passed: [(path: String, reason: String)], _ call: Call
    ) throws(Failure) {
        let console = call.console
        guard call.isJSON else {
            try console.line(Visible.line(restored.path))
            console.note(
                "Restored as it was at \(Timestamp.text(restored.created)): "
                    + "\(Quantity.of(restored.records, "record", "records")), from "
                    + "\(Quantity.of(restored.bundles.count, "bundle", "bundles")).")
            if restored.withheld > 0 {
                console.warn(
                    "\(restored.withheld) entries were left out: the people that they are about "
                        + "were erased")
            }
            if let replaced = restored.replaced {
                console.note("What was there is kept as \(Visible.line(replaced)).")
            }
            if let safety = restored.safetyBundle {
                console.note("A safety bundle of it is \(Visible.line(safety)).")
            }
            return
        }
        try console.print(
            .object([
                ("vault", .text(restored.vault)), ("path", .text(restored.path)),
                ("at", .text(Timestamp.text(restored.created))),
                ("records", .count(restored.records)), ("history", .count(restored.history)),
                ("withheld", .count(restored.withheld)),
                ("bundles", .array(restored.bundles.map { .text($0) })),
                ("passedOver", .array(passed.map { .text($0.path) })),
                ("compromised", .array(restored.doubtful.map { .text($0) })),
                ("replaced", .text(restored.replaced)),
                ("safetyBundle", .text(restored.safetyBundle)),
            ]))
    }

    private static func dryRun(
        _ plan: Bundles.RestorePlan, _ path: String, _ isThere: Bool, _ bundles: Bundles,
        _ call: Call
    ) throws -> ExitStatus {
        var plan = plan
        try call.tryingBundleKeys(for: plan.bundles[0]) { key in
            plan = try bundles.tryRestore(plan, to: path, key: key, isReplacing: isThere)
        }
        warn(plan.passedOver, plan.newest.created, call)
        warn(ofDoubtful: plan.doubtful, "look at what it brings back", call)
        let console = call.console
        guard call.isJSON else {
            try console.line(
                "\(Timestamp.text(plan.newest.created)), from "
                    + "\(Quantity.of(plan.bundles.count, "bundle", "bundles")): "
                    + Visible.line(path))
            if isThere {
                console.note("The vault that is there now would be kept as …before-restore.")
            }
            return .done
        }
        try console.print(
            .object([
                ("vault", .text(plan.newest.vault)), ("path", .text(path)),
                ("at", .text(Timestamp.text(plan.newest.created))),
                ("records", .count(plan.newest.recordsOfVault)),
                ("bundles", .array(plan.bundles.map { .text($0) })),
                ("compromised", .array(plan.doubtful.map { .text($0) })),
                ("replaces", .bool(isThere)),
            ]))
        return .done
    }

    /// A moment given as a date or as date and time, in UTC; the last of what it leaves open.
    internal static func time(_ text: String?) throws(Failure) -> Int64? {
        guard let text else { return nil }
        guard let time = Timestamp.latest(of: text) else {
            throw .usage("--at needs a time such as 2026-05-03 or 2026-05-03T18:30:00Z")
        }
        return time
    }
}
