internal import CofferBytes
internal import CofferDisk

/// The thread that writes the files of an ``OutputFolder``.
internal final class FolderWriter: @unchecked Sendable {
    // Sendable is true because the queue and the failure are reached under the monitor, and `made`
    // by the thread, and by the owner when that has ended.

    /// What is to be done next.
    internal enum Item {
        case begin(name: String, size: UInt64)
        case bytes([UInt8])
        case end
        case discard
    }

    /// Files from this size on are written past the system's cache, in bytes.
    private static let largeSize: UInt64 = 16 << 20
    /// The most bytes that wait, and the most items.
    private static let waitingBytes = 16 << 20
    private static let waitingItems = 4_096

    private let path: String
    private let isReplacing: Bool
    private let watch: @Sendable (String?) -> Void
    private let monitor = Monitor()
    private var items: [Item] = []
    private var first = 0
    private var bytes = 0
    private var failure: VaultError?
    private var isRunning = false
    /// Nothing more comes; what is there is written.
    private var isClosed = false
    /// What is there is not written either.
    private var isStopped = false
    private var made: Set<String> = []

    internal init(
        _ path: String, _ isReplacing: Bool, _ watch: @escaping @Sendable (String?) -> Void
    ) {
        self.path = path
        self.isReplacing = isReplacing
        self.watch = watch
    }

    /// Begins.
    internal func start() {
        isRunning = true
        guard !WorkThread.start({ self.run() }) else { return }
        isRunning = false
        failure = VaultError(.storage, "the system has no thread left to write files with")
    }

    /// Ends the thread, and drops what it has not written.
    internal func stop() {
        monitor.locked {
            isStopped = true
            monitor.wakeAll()
            while isRunning { monitor.wait() }
        }
    }

    /// Has something done after all before it.
    ///
    /// - Throws: What went wrong with something before.
    internal func put(_ item: Item) throws(VaultError) {
        let failure = monitor.locked {
            while isRunning, self.failure == nil,
                bytes >= Self.waitingBytes || items.count - first >= Self.waitingItems
            {
                monitor.wait()
            }
            if case .bytes(let more) = item { bytes += more.count }
            items.append(item)
            monitor.wakeAll()
            return self.failure
        }
        if let failure { throw failure }
    }

    /// Waits until everything is written, and makes it durable.
    internal func finish() throws(VaultError) {
        let failure = monitor.locked {
            isClosed = true
            monitor.wakeAll()
            while isRunning { monitor.wait() }
            return self.failure
        }
        if let failure { throw failure }
        if !made.isEmpty { try OutputFile.synchronize(below: path) }
    }

    private func run() {
        do throws(VaultError) {
            while let item = next() {
                guard case .begin(let name, let size) = item else { continue }
                try write(name, size)
            }
        } catch { monitor.locked { failure = error } }
        monitor.locked {
            isRunning = false
            monitor.wakeAll()
        }
    }

    private func next() -> Item? {
        monitor.locked {
            while first == items.count, !isClosed, !isStopped { monitor.wait() }
            guard first < items.count, !isStopped else { return nil }
            let item = items[first]
            // The bytes are not kept here.
            items[first] = .end
            first += 1
            if first == Self.waitingItems {
                items.removeFirst(first)
                first = 0
            }
            if case .bytes(let less) = item { bytes -= less.count }
            monitor.wakeAll()
            return item
        }
    }

    private func write(_ name: String, _ size: UInt64) throws(VaultError) {
        let place = DiskPath.join(path, name)
        let folder = DiskPath.parent(of: place)
        if !made.contains(folder) {
            try OutputFile.createDirectory(folder)
            made.insert(folder)
        }
        let file = try OutputFile(
            inChecked: place, replacing: isReplacing, isOneOfMany: true,
            isLarge: size >= Self.largeSize)
        watch(file.unfinishedPath)
        defer { watch(nil) }
        if try fill(file) { try file.finish() }
    }

    /// Writes what is given of a file.
    ///
    /// - Returns: Whether that is all of it.
    private func fill(_ file: borrowing OutputFile) throws(VaultError) -> Bool {
        while let item = next() {
            switch item {
            case .bytes(let bytes): try file.write(bytes)
            case .end: return true
            case .begin, .discard: return false
            }
        }
        return false
    }
}
