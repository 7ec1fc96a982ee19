package import CofferBundles
internal import CofferBytes
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
        try ChainReader([bundle], trust, Nothing(), progress: progress).read()
    }

    /// Takes everything and keeps nothing.
    private final class Nothing: ChainReader.Receiver {
        func begin(_ standing: StreamStanding, _ definitions: [Definition]) {}
        func record(_ record: StreamRecord, key: Identifier?, collection: UInt32) {}
        func version(_ record: StreamRecord, key: Identifier?, collection: UInt32) {}
        func tombstone(_ tombstone: Tombstone, sequence: UInt64) {}
        func audit(_ number: UInt64, seal: [UInt8]) {}
    }
}
