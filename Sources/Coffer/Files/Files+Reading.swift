internal import CofferBytes
internal import CofferCare
internal import CofferCrypto

extension Files {
    /// A file that is read many times; ``Files/open(_:)`` makes it.
    ///
    /// Its record and the list of its chunks are read once, so that a reading costs what it reads:
    /// 64 KiB out of the middle of a gigabyte take a fraction of a millisecond.
    ///
    /// ```swift
    /// let music = try vault.files.open("music/tavern.ogg")
    /// let header = try music.read(0..<4_096)
    /// for try await bytes in music.bytes(in: 65_536..<1_048_576) { play(bytes) }
    /// ```
    ///
    /// It goes on working while the file is renamed, removed or replaced: it reads what was opened,
    /// as long as that is kept in the trash, as an older version or by another file. Once a
    /// ``Files/sweep(progress:)`` has given its room back, readings throw
    /// ``VaultError/Code/noFile``. Any thread may use it; calls wait for each other as those of its
    /// vault do.
    public final class Handle: @unchecked Sendable {
        // Sendable is true because the handle below is reached through `holding` alone.

        /// The file as it was when it was opened.
        public let file: VaultFile
        private let vault: Vault
        private let handle: FileHandle

        internal init(_ name: String, _ vault: Vault) throws(VaultError) {
            self.vault = vault
            handle = try vault.holding { try FileHandle(try FileName(name), vault.records) }
            file = VaultFile(handle.opened)
        }

        /// The bytes of a range; what lies behind the end is not there.
        ///
        /// What is given is authenticated; the rest of the file is not looked at.
        ///
        /// - Throws: ``VaultError/Code/noFile`` where the file was removed or replaced since and
        ///   its bytes are gone; ``VaultError/Code/damaged``, ``VaultError/Code/locked``,
        ///   ``VaultError/Code/storage``.
        /// - Complexity: linear in what is read: of chunks that are compressed all, of others the
        ///   blocks of 16 KiB that hold the range.
        public func read(_ range: Range<UInt64>) throws(VaultError) -> [UInt8] {
            try vault.holding {
                var bytes: [UInt8] = []
                let inside = range.clamped(to: 0..<file.size)
                bytes.reserveCapacity(Int(clamping: inside.upperBound - inside.lowerBound))
                try handle.range(range) { bytes += $0 }
                return bytes
            }
        }

        /// The bytes of the file, or of a range, in pieces of at most 1 MiB as they are asked for.
        public func bytes(in range: Range<UInt64>? = nil) -> Bytes {
            Bytes(.handle(self), range)
        }

        /// The next piece of a range.
        @concurrent
        internal func piece(of range: Range<UInt64>) async throws(VaultError) -> [UInt8] {
            try vault.holding { try handle.piece(of: range) }
        }
    }

    /// Opens a file to read it many times, or in no order.
    ///
    /// - Throws: ``VaultError/Code/noFile``, ``VaultError/Code/damaged``.
    public func open(_ name: String) throws(VaultError) -> Handle { try Handle(name, vault) }

    /// The bytes of a file, or of a range of it, in pieces of at most 1 MiB as they are asked for.
    ///
    /// The file is opened with the first of them, and is then that one however it is renamed or
    /// replaced.
    public func bytes(_ name: String, in range: Range<UInt64>? = nil) -> Bytes {
        Bytes(.name(name, vault), range)
    }

    /// The bytes of a file as they are asked for.
    ///
    /// One piece is in memory at a time. A task that is cancelled ends it with
    /// ``VaultError/Code/cancelled``, so that a part is never taken for the whole; and a whole file
    /// is held against its SHA-256 at its end: after ``VaultError/Code/damaged`` what was given is
    /// not to be used.
    public struct Bytes: AsyncSequence, Sendable {
        /// Some bytes, at least one.
        public typealias Element = [UInt8]
        /// Errors are the vault's.
        public typealias Failure = VaultError

        internal enum Source: Sendable {
            case handle(Handle)
            case name(String, Vault)
        }

        private let source: Source
        private let range: Range<UInt64>?

        internal init(_ source: Source, _ range: Range<UInt64>?) {
            self.source = source
            self.range = range
        }

        /// Begins at the first byte.
        public func makeAsyncIterator() -> Iterator { Iterator(source, range) }
    }
}

extension Files.Bytes {
    /// One going through the bytes of a file.
    public struct Iterator: AsyncIteratorProtocol {
        private let source: Source
        private var handle: Files.Handle?
        private var range: Range<UInt64>
        /// What a whole file is hashed with; nil of a range.
        private var hash: Hash?

        internal init(_ source: Source, _ range: Range<UInt64>?) {
            self.source = source
            self.range = range ?? 0..<UInt64.max
            if range == nil { hash = Hash() }
        }

        /// The next bytes; nil at the end.
        ///
        /// - Throws: ``VaultError/Code/cancelled``; ``VaultError/Code/noFile``,
        ///   ``VaultError/Code/damaged``, ``VaultError/Code/locked``,
        ///   ``VaultError/Code/storage``.
        public mutating func next(
            isolation actor: isolated (any Actor)? = #isolation
        ) async throws(VaultError) -> [UInt8]? {
            guard !Task.isCancelled else { throw VaultError(.cancelled, "cancelled") }
            let handle = try await opened()
            let piece = range.isEmpty ? [] : try await handle.piece(of: range)
            guard !piece.isEmpty else {
                try hash?.finish(handle.file)
                hash = nil
                return nil
            }
            hash?.update(piece)
            range = range.lowerBound + UInt64(piece.count)..<range.upperBound
            return piece
        }

        private mutating func opened() async throws(VaultError) -> Files.Handle {
            if let handle { return handle }
            let made: Files.Handle
            switch source {
            case .handle(let given): made = given
            case .name(let name, let vault): made = try await vault.openFile(name)
            }
            handle = made
            return made
        }
    }

    /// The hash of what was given so far.
    private final class Hash {
        private var hash = SHA256()

        func update(_ bytes: [UInt8]) { hash.update(bytes) }

        func finish(_ file: VaultFile) throws(VaultError) {
            var done = SHA256()
            swap(&done, &hash)
            guard Hex.encode(done.finish()) == file.sha256 else {
                throw VaultError.from(FileError.damaged(name: file.name))
            }
        }
    }
}

extension Vault {
    /// Opens a file away from the actor that asks for it.
    @concurrent
    fileprivate func openFile(_ name: String) async throws(VaultError) -> Files.Handle {
        try files.open(name)
    }
}
