package import CofferBundles
internal import CofferBytes
internal import CofferChunks
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
        try ChainReader([bundle], trust, Nothing(bundle, trust), progress: progress).read()
    }

    /// Takes everything and keeps nothing; of the bytes of files it compares the names.
    private final class Nothing: ChainReader.Receiver {
        private let path: String
        private let proof: ChunkProof?

        init(_ bundle: BundleReader, _ trust: BundleTrust) {
            path = bundle.path
            proof = (try? ChunkKeys(trust.keyring)).map(ChunkProof.init)
        }

        func chunk(_ chunk: StreamChunk) throws {
            guard proof?.holds(chunk) == true else {
                throw BackupError.damaged(
                    path: path, reason: "bytes of a file are not those that they are named for")
            }
        }

        func begin(_ standing: StreamStanding, _ definitions: [Definition]) {}
        func record(_ record: StreamRecord, key: Identifier?, collection: UInt32) {}
        func version(_ record: StreamRecord, key: Identifier?, collection: UInt32) {}
        func tombstone(_ tombstone: Tombstone, sequence: UInt64) {}
        func audit(_ number: UInt64, seal: [UInt8]) {}
    }
}
