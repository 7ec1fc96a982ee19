package import CofferBundles
internal import CofferBytes
internal import CofferChunks
internal import CofferCrypto
internal import CofferFormat

/// Opens every entry of a bundle, and holds them against what it promises.
package enum BackupDeep {
    /// Opens everything.
    ///
    /// - Throws: `BackupError.damaged`, `.cancelled`; `BundleError`; `KeysError`.
    package static func read(
        _ bundle: BundleReader, _ trust: BundleTrust,
        progress: @escaping (UInt64, UInt64) throws -> Void = { _, _ in }
    ) throws {
        let nothing = Nothing(bundle, trust)
        try ChainReader([bundle], trust, nothing, progress: progress).read()
        try nothing.finish()
    }

    /// Takes everything and keeps nothing; of the bytes of files it compares the names.
    private final class Nothing: ChainReader.Receiver {
        private let path: String
        private let proof: ParallelChunkProof?

        init(_ bundle: BundleReader, _ trust: BundleTrust) {
            path = bundle.path
            proof = (try? ChunkKeys(trust.keyring)).map { ParallelChunkProof($0, .system) }
        }

        func chunk(_ chunk: StreamChunk) throws {
            do {
                guard let proof else { throw ChunkError.missing(name: chunk.name) }
                try proof.take(chunk)
            } catch is ChunkError { throw wrong }
        }

        func finish() throws { do { try proof?.finish() } catch { throw wrong } }

        private var wrong: BackupError {
            .damaged(path: path, reason: "bytes of a file are not those that they are named for")
        }

        func begin(_ standing: StreamStanding, _ definitions: [Definition]) {}
        func record(_ record: StreamRecord, key: Identifier?, collection: UInt32) {}
        func version(_ record: StreamRecord, key: Identifier?, collection: UInt32) {}
        func tombstone(_ tombstone: Tombstone, sequence: UInt64) {}
        func audit(_ number: UInt64, seal: [UInt8]) {}
    }
}
