internal import CofferDisk

/// A file or directory, apart from its names.
internal struct Node {
    internal let isDirectory: Bool
    /// What a process reads.
    internal var bytes: [UInt8] = []
    /// What was synchronized last.
    internal var durable: [UInt8] = []
    /// The writes since then: where, and what.
    internal var pending: [(offset: Int, bytes: [UInt8])] = []
}

extension FaultingFileSystem {
    /// What lies on the disk.
    internal struct State {
        /// The files by number; a file that lost its name stays, for those who have it open.
        internal var nodes: [Int: Node] = [:]
        /// The names that a process sees.
        internal var names: [[String]: Int] = [:]
        /// The names after a power cut.
        internal var durableNames: [[String]: Int] = [:]
        /// The changes of names that are not durable yet, in their order; nil removes.
        internal var log: [(place: [String], node: Int?)] = []
        /// How often each lock is held; -1 when not shared.
        internal var locks: [[String]: Int] = [:]
        /// How often the machine was started; an open file knows the time it was opened in.
        internal var boot = 0
        internal var steps = 0
        internal var powerEnd = Int.max
        internal var failure: (step: Int, kind: DiskError.Kind)?
        internal var writeLimit = Int.max
        /// Where the durable names of a renamed directory's content stand until its own new name
        /// is durable: on a disk they lie in the directory and go with it.
        private var origins: [Int: [String]] = [:]
        private var nextNode = 0

        /// Counts a step, and refuses it where a test said so.
        internal mutating func step(
            _ operation: DiskError.Operation, _ path: String
        ) throws(DiskError) {
            guard steps < powerEnd else { throw DiskError(operation, path, .io) }
            defer { steps += 1 }
            if let failure, failure.step == steps {
                self.failure = nil
                throw DiskError(operation, path, failure.kind)
            }
        }

        internal mutating func add(_ node: Node, at place: [String]) -> Int {
            defer { nextNode += 1 }
            nodes[nextNode] = node
            names[place] = nextNode
            log.append((place, nextNode))
            return nextNode
        }

        internal func isDirectory(_ place: [String]) -> Bool {
            place.isEmpty || names[place].flatMap { nodes[$0]?.isDirectory } == true
        }

        internal func requireDirectory(
            above place: [String], _ operation: DiskError.Operation, _ path: String
        ) throws(DiskError) {
            guard isDirectory(Array(place.dropLast())) else {
                throw DiskError(operation, path, .notFound)
            }
        }

        internal func children(of place: [String]) -> [[String]] {
            names.keys.filter { $0.count == place.count + 1 && $0.starts(with: place) }
        }

        internal func status(_ number: Int) -> FileStatus? {
            guard let node = nodes[number] else { return nil }
            return FileStatus(
                kind: node.isDirectory ? .directory : .regular, size: Int64(node.bytes.count),
                inode: UInt64(number), mode: node.isDirectory ? 0o700 : 0o600)
        }

        /// Moves a name and all names below it; with `exchanging`, both ways at once.
        internal mutating func move(_ from: [String], _ to: [String], exchanging: Bool) {
            if !exchanging, let number = names[from], nodes[number]?.isDirectory == true {
                origins[number] = origins[number] ?? from
            }
            var moved: [([String], Int?)] = []
            for (place, node) in names where place.starts(with: from) {
                moved.append((place, nil))
                moved.append((to + place.dropFirst(from.count), node))
            }
            if exchanging {
                for (place, node) in names where place.starts(with: to) {
                    moved.append((from + place.dropFirst(to.count), node))
                }
            }
            let removals = moved.filter { $0.1 == nil }
            for (place, node) in removals + moved.filter({ $0.1 != nil }) {
                names[place] = node
                log.append((place, node))
            }
        }

        /// Synchronizing a directory makes the changes of its names durable, and with a renaming
        /// across directories both sides: no file system of today tears one.
        internal mutating func synchronizeNames(in place: [String]) {
            var rest: [(place: [String], node: Int?)] = []
            let here = log.filter { Array($0.place.dropLast()) == place }
            let touched = Set(here.compactMap(\.node))
            for change in log {
                let isHere = Array(change.place.dropLast()) == place
                if isHere || change.node.map(touched.contains) == true {
                    durableNames[change.place] = change.node
                    if let number = change.node, let origin = origins[number],
                        origin != change.place
                    {
                        origins[number] = nil
                        carry(origin, to: change.place)
                    }
                } else {
                    rest.append(change)
                }
            }
            log = rest
        }

        private mutating func carry(_ origin: [String], to place: [String]) {
            for (name, node) in durableNames
            where name.count > origin.count && name.starts(with: origin) {
                durableNames[name] = nil
                durableNames[place + name.dropFirst(origin.count)] = node
            }
        }

        /// What is there after the power comes back.
        internal mutating func restart(_ luck: Luck) {
            if luck != .nothing {
                for change in log { durableNames[change.place] = change.node }
            }
            log = []
            origins = [:]
            names = durableNames
            for (number, node) in nodes {
                var kept = Node(isDirectory: node.isDirectory)
                kept.durable = Self.survivors(of: node, luck)
                kept.bytes = kept.durable
                nodes[number] = kept
            }
            boot += 1
            locks = [:]
            powerEnd = .max
            failure = nil
        }

        private static func survivors(of node: Node, _ luck: Luck) -> [UInt8] {
            switch luck {
            case .nothing: return node.durable
            case .everything: return node.bytes
            case .namesOnly, .halves:
                var bytes = node.durable
                for write in node.pending {
                    let kept = luck == .halves ? write.bytes.count / 2 : 0
                    let end = write.offset + (luck == .halves ? kept : write.bytes.count)
                    if bytes.count < end {
                        bytes += [UInt8](repeating: 0, count: end - bytes.count)
                    }
                    bytes.replaceSubrange(
                        write.offset..<write.offset + kept, with: write.bytes.prefix(kept))
                }
                return bytes
            }
        }
    }
}
