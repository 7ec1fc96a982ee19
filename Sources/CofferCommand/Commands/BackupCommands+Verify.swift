internal import Coffer
internal import CofferArguments

extension BackupCommands {
    internal static func verify(_ call: Call) throws -> ExitStatus {
        let bundles = Bundles(in: call.surroundings)
        var paths: [String] = []
        for place in call.invocation.arguments {
            guard Paths.isDirectory(place) else {
                paths.append(place)
                continue
            }
            let found = try bundles.list(place).filter {
                $0.kind == .bundle || $0.kind == .unreadable
            }
            guard !found.isEmpty else {
                throw Failure("no-bundle", "there is no bundle in \(place)", .notFound)
            }
            paths += found.map(\.path)
            tellGaps(found, place, call)
        }
        let vault = call.vaultAtHand()
        let verdicts =
            try call.invocation.flag("deep") || call.namesBundleKey
            ? verify(paths, bundles, try call.bundleKey(for: paths.first ?? ""), vault, call)
            : paths.map { path in
                try verdict(path, call) {
                    try bundles.verify(
                        path, signer: call.invocation.value("signer"), vault: vault, progress: $0)
                }
            }
        return verdicts.allSatisfy { $0.word == .trusted } ? .done : .damaged
    }

    /// Says where bundles are whole and could not be restored all the same.
    private static func tellGaps(_ found: [Bundles.Item], _ place: String, _ call: Call) {
        let broken = found.filter { $0.facts?.chain == 0 }
        guard let first = broken.first else { return }
        let others = broken.count == 1 ? "" : " and \(broken.count - 1) more"
        call.console.warn(
            "\(Visible.line(first.path))\(others) cannot be restored: a bundle that "
                + "\(broken.count == 1 ? "it continues" : "they continue") is not in "
                + "\(Visible.line(place)); copy it there")
    }

    private static func verify(
        _ paths: [String], _ bundles: Bundles, _ key: borrowing Bundles.Key, _ vault: Vault?,
        _ call: Call
    ) throws -> [Bundles.Verdict] {
        var verdicts: [Bundles.Verdict] = []
        for path in paths {
            let bar = ProgressBar(call.console, "verifying", .bytes)
            let verdict = try bundles.verify(
                path, signer: call.invocation.value("signer"), key: key, vault: vault
            ) { done, total in
                if total > 0 { bar.update(Int64(clamping: done), of: Int64(clamping: total)) }
                return true
            }
            bar.clear()
            try tell(path, verdict, call)
            verdicts.append(verdict)
        }
        return verdicts
    }

    private static func verdict(
        _ path: String, _ call: Call,
        _ body: (@escaping (UInt64, UInt64) -> Bool) throws -> Bundles.Verdict
    ) throws -> Bundles.Verdict {
        let bar = ProgressBar(call.console, "verifying", .bytes)
        let verdict = try body { done, total in
            if total > 0 { bar.update(Int64(clamping: done), of: Int64(clamping: total)) }
            return true
        }
        bar.clear()
        try tell(path, verdict, call)
        return verdict
    }

    private static func tell(
        _ path: String, _ verdict: Bundles.Verdict, _ call: Call
    ) throws(Failure) {
        if verdict.isDoubtful {
            warn(ofDoubtful: [path], "unlock the vault, which can tell, and try again", call)
        }
        guard call.isJSON else {
            let line = verdict.through.dropFirst().map { ", which vouches for \($0)" }.joined()
            let tail =
                verdict.trustedBy.map { ", by \(Self.words[$0] ?? $0)\(line)" }
                ?? verdict.reason.map { ": \($0)" } ?? ""
            return try call.console.line(
                "\(verdict.word.rawValue)  \(Visible.line(path))\(Visible.line(tail))")
        }
        try call.console.print(
            .object([
                ("bundle", .text(path)), ("verdict", .text(verdict.word.rawValue)),
                ("trustedBy", .text(verdict.trustedBy)),
                ("through", .array(verdict.through.map { .text($0) })),
                ("reason", .text(verdict.reason)), ("compromised", .bool(verdict.isDoubtful)),
            ]))
    }

    private static let words = [
        "signer": "the key that was given", "remembered": "the key that this machine remembers",
        "vault": "the vault, which has made it", "password": "the key that the password opens",
    ]
}
