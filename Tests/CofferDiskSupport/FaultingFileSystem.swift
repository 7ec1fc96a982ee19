package import CofferDisk
internal import Synchronization

/// A disk in memory that can lose power before any step, or fail one.
///
/// It keeps apart what a process sees and what would be there after a power cut: bytes of a file
/// become durable when the file is synchronized, names when their directory is. What happens to
/// the rest is up to ``restart(keeping:)``, so that a test meets more than one kind of luck.
package final class FaultingFileSystem: FileSystem {
    /// What a power cut leaves of what was not synchronized.
    package enum Luck: CaseIterable, Sendable {
        /// Nothing.
        case nothing
        /// The names, but the files' new bytes are zeros: metadata ahead of data.
        case namesOnly
        /// Everything.
        case everything
        /// The first half of every write that was not synchronized, and the names.
        case halves
    }

    internal let state: Mutex<State>

    /// A disk with an empty top directory; relative and absolute names lie in the same tree.
    package init() { state = Mutex(State()) }

    /// The steps so far that could have been cut.
    package var steps: Int { state.withLock { $0.steps } }

    /// Lets every step fail from the one on that comes after `count` more.
    package func losePower(before count: Int) {
        state.withLock { $0.powerEnd = $0.steps + count }
    }

    /// Lets the one step fail that comes after `count` more, with `kind`.
    package func failStep(after count: Int, with kind: DiskError.Kind) {
        state.withLock { $0.failure = ($0.steps + count, kind) }
    }

    /// The most bytes that one write takes from now on.
    package func limitWrites(to count: Int) {
        state.withLock { $0.writeLimit = max(1, count) }
    }

    /// Comes up again after a loss of power; open files and locks are gone.
    package func restart(keeping luck: Luck = .nothing) {
        state.withLock { $0.restart(luck) }
    }

    /// Opens or makes a file.
    package func open(_ path: String, _ access: FileAccess) throws(DiskError) -> any DiskFile {
        let place = try Self.place(path, .open)
        let node = try attempt { (state: inout State) throws(DiskError) in
            if let name = state.names[place] {
                guard access != .create else { throw DiskError(.open, path, .exists) }
                guard state.nodes[name]?.isDirectory == false else {
                    throw DiskError(.open, path, .notRegular)
                }
                return name
            }
            guard access == .create else { throw DiskError(.open, path, .notFound) }
            try state.requireDirectory(above: place, .open, path)
            try state.step(.open, path)
            return state.add(Node(isDirectory: false), at: place)
        }
        return FaultingFile(node, path, self)
    }

    /// Gives a file or directory another name.
    package func rename(
        _ path: String, to other: String, _ rule: RenameRule
    ) throws(DiskError) {
        let (from, to) = (try Self.place(path, .rename), try Self.place(other, .rename))
        try attempt { (state: inout State) throws(DiskError) in
            guard state.names[from] != nil else { throw DiskError(.rename, path, .notFound) }
            let present = state.names[to]
            switch rule {
            case .refusing:
                guard present == nil else { throw DiskError(.rename, path, .exists) }
            case .exchanging:
                guard present != nil else { throw DiskError(.rename, path, .notFound) }
            case .replacing:
                guard present.flatMap({ state.nodes[$0]?.isDirectory }) != true else {
                    throw DiskError(.rename, path, .exists)
                }
            }
            try state.requireDirectory(above: to, .rename, path)
            try state.step(.rename, path)
            state.move(from, to, exchanging: rule == .exchanging)
        }
    }

    /// Makes the names in a directory durable.
    package func synchronizeDirectory(_ path: String) throws(DiskError) {
        let place = try Self.place(path, .synchronize)
        try attempt { (state: inout State) throws(DiskError) in
            try state.step(.synchronize, path)
            guard state.isDirectory(place) else {
                throw DiskError(.synchronize, path, .notFound)
            }
            state.synchronizeNames(in: place)
        }
    }

    /// Makes a directory.
    package func makeDirectory(_ path: String) throws(DiskError) {
        let place = try Self.place(path, .makeDirectory)
        try attempt { (state: inout State) throws(DiskError) in
            guard state.names[place] == nil, !place.isEmpty else {
                throw DiskError(.makeDirectory, path, .exists)
            }
            try state.requireDirectory(above: place, .makeDirectory, path)
            try state.step(.makeDirectory, path)
            _ = state.add(Node(isDirectory: true), at: place)
        }
    }

    /// Removes the name of a file.
    package func unlink(_ path: String) throws(DiskError) {
        try remove(path, isDirectory: false)
    }

    /// Removes an empty directory.
    package func removeDirectory(_ path: String) throws(DiskError) {
        try remove(path, isDirectory: true)
    }

    /// The names in a directory, sorted.
    package func list(_ path: String) throws(DiskError) -> [String] {
        let place = try Self.place(path, .list)
        return try attempt { (state: inout State) throws(DiskError) in
            guard state.isDirectory(place) else { throw DiskError(.list, path, .notFound) }
            return state.children(of: place).compactMap(\.last).sorted()
        }
    }

    /// What lies under a path.
    package func status(_ path: String) throws(DiskError) -> FileStatus? {
        let place = try Self.place(path, .status)
        return try attempt { (state: inout State) throws(DiskError) in
            if place.isEmpty { return FileStatus(kind: .directory, size: 0, mode: 0o700) }
            return state.names[place].flatMap { state.status($0) }
        }
    }

    /// A local file system with a mebibyte left.
    package func volume(_ path: String) throws(DiskError) -> Volume {
        Volume(name: "memory", isReadOnly: false, available: 1 << 20)
    }

    /// Takes a lock among the users of this disk; it never waits.
    package func lock(
        _ path: String, _ sharing: LockSharing, timeout: Duration
    ) throws(DiskError) -> any DiskLock {
        let place = try Self.place(path, .lock)
        try attempt { (state: inout State) throws(DiskError) in
            guard state.nodes[state.names[place] ?? -1]?.isDirectory != true else {
                throw DiskError(.lock, path, .notRegular)
            }
            let holders = state.locks[place] ?? 0
            guard holders == 0 || (sharing == .shared && holders > 0) else {
                throw DiskError(.lock, path, .busy)
            }
            if state.names[place] == nil {
                try state.requireDirectory(above: place, .lock, path)
                _ = state.add(Node(isDirectory: false), at: place)
            }
            state.locks[place] = sharing == .shared ? holders + 1 : -1
        }
        return FaultingLock(place, self)
    }

    private func remove(_ path: String, isDirectory: Bool) throws(DiskError) {
        let place = try Self.place(path, .remove)
        try attempt { (state: inout State) throws(DiskError) in
            guard let node = state.names[place] else { throw DiskError(.remove, path, .notFound) }
            guard state.nodes[node]?.isDirectory == isDirectory else {
                throw DiskError(.remove, path, .notRegular)
            }
            guard state.children(of: place).isEmpty else {
                throw DiskError(.remove, path, .exists)
            }
            try state.step(.remove, path)
            state.names[place] = nil
            state.log.append((place, nil))
        }
    }

    internal func attempt<Result>(
        _ body: (inout State) throws(DiskError) -> Result
    ) throws(DiskError) -> Result {
        try state.withLock { (state: inout State) throws(DiskError) in try body(&state) }
    }

    /// The parts of a path without `.`.
    private static func place(
        _ path: String, _ operation: DiskError.Operation
    ) throws(DiskError) -> [String] {
        guard !path.isEmpty, !path.utf8.contains(0) else {
            throw DiskError(operation, path, .other)
        }
        return path.split(separator: "/").map(String.init).filter { $0 != "." }
    }
}
