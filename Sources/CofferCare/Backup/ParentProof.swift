internal import CofferBundles
internal import CofferBytes
internal import CofferDisk
internal import CofferStore

/// Finds out on a thread of its own whether a bundle, and everything that it continues, is in a
/// folder, whole and signed by a key that still counts: what continues another one could not be
/// restored.
///
/// Every member of every file is hashed, once a day or when its file has changed.
internal final class ParentProof: @unchecked Sendable {
    // Sendable is true because what changes is touched under `monitor`.

    /// It turned out that a parent is damaged, or gone.
    internal struct Broken: Error {}

    private let lineage: [KnownBundle]
    private let folder: String
    private let signers: VaultSigners
    private let disk: any FileSystem
    private let monitor = Monitor()
    private var whole: [[UInt8]: Bool]
    private let proved: [[UInt8]: ProvedFile]
    private let now: Int64
    private var provedNow: [ProvedFile] = []
    private var isRunning = false
    private var isStopped = false
    private var verdict: Bool?

    /// Prepares to look.
    ///
    /// - Parameters:
    ///   - lineage: The bundle, what it continues, and so on to a full one.
    ///   - signers: The keys whose signatures still count.
    ///   - whole: What was found out before, so that no bundle is hashed twice.
    ///   - proved: What was found whole in the last day.
    ///   - now: In milliseconds since 1970.
    init(
        _ lineage: [KnownBundle], in folder: String, _ signers: VaultSigners,
        on disk: any FileSystem,
        knowing whole: [[UInt8]: Bool], _ proved: [ProvedFile], at now: Int64
    ) {
        self.lineage = lineage
        self.folder = folder
        self.signers = signers
        self.disk = disk
        self.whole = whole
        self.proved = Dictionary(proved.map { ($0.content, $0) }) { first, _ in first }
        self.now = now
    }

    /// Whether there is a file under each name, and none that is known to be damaged.
    var mayHold: Bool {
        lineage.allSatisfy { known in
            whole[known.content] != false
                && (try? disk.exists(DiskPath.join(folder, known.name))) ?? false
        }
    }

    /// Begins to look.
    func start() {
        isRunning = true
        if !WorkThread.start({ self.run() }) { isRunning = false }
    }

    /// Whether all are whole; waits until that is found out.
    func holds() -> Bool {
        let verdict = monitor.locked {
            while isRunning { monitor.wait() }
            return self.verdict
        }
        // Where there is no thread, it is done here.
        return verdict ?? look()
    }

    /// Ends the looking, wherever it is.
    func stop() {
        monitor.locked {
            isStopped = true
            while isRunning { monitor.wait() }
        }
    }

    /// For each bundle that was looked at, whether it is whole.
    var findings: [[UInt8]: Bool] { monitor.locked { whole } }

    /// What was hashed and found whole.
    var proofs: [ProvedFile] { monitor.locked { provedNow } }

    private func run() {
        let verdict = look()
        monitor.locked {
            self.verdict = verdict
            isRunning = false
            monitor.wakeAll()
        }
    }

    private func look() -> Bool {
        for known in lineage where monitor.locked({ whole[known.content] }) == nil {
            let isWhole = isWhole(known)
            // Who was stopped has found out nothing.
            if monitor.locked({ isStopped }) { return false }
            monitor.locked { whole[known.content] = isWhole }
            if !isWhole { return false }
        }
        return true
    }

    private func isWhole(_ bundle: KnownBundle) -> Bool {
        guard
            let found = try? BundleReader(at: DiskPath.join(folder, bundle.name), on: disk),
            found.contentID == bundle.content, signers.continues(found)
        else { return false }
        if proved[bundle.content]?.holds(for: found.status, at: now) == true { return true }
        do {
            try found.verifyMembers(isCancelled: { monitor.locked { isStopped } })
        } catch { return false }
        let proof = ProvedFile(bundle.content, found.status, at: now)
        monitor.locked { provedNow.append(proof) }
        return true
    }
}
