internal import CofferBytes
internal import CofferDisk

extension StateMemory {
    /// The longest file of them, in bytes: about 6,500 bundles.
    private static let provedLimit = 512 << 10

    /// The bundles that were found whole not long ago.
    internal func proved(at now: Int64) -> [ProvedFile] {
        guard let file = provedFile, let bytes = content(file, limit: Self.provedLimit) else {
            return []
        }
        var reader = ByteReader(bytes)
        var all: [ProvedFile] = []
        while let one = try? ProvedFile(&reader) { all.append(one) }
        return all.filter { $0.isFresh(at: now) }
    }

    /// Takes note of some more; a note that cannot be kept costs time, no more.
    internal func noteProved(_ more: [ProvedFile], at now: Int64) {
        guard let file = provedFile, !more.isEmpty else { return }
        let contents = Set(more.map(\.content))
        var writer = ByteWriter()
        for one in more + proved(at: now).filter({ !contents.contains($0.content) }) {
            one.write(to: &writer)
        }
        let bytes = writer.bytes
        if bytes.count <= Self.provedLimit { try? keep(bytes, in: file) }
    }
}
