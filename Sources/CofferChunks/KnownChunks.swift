internal import CofferBytes

/// Which chunks need not be stored again: by the beginnings of their names, for all threads.
///
/// Eight bytes of a name decide; where two names begin alike the second chunk is looked up and
/// stored after all.
internal final class KnownChunks: @unchecked Sendable {
    // Sendable is true because what changes is reached under the monitor.

    private let monitor = Monitor()
    private var beginnings: Set<UInt64>

    init(_ beginnings: Set<UInt64>) { self.beginnings = beginnings }

    /// Takes a name in, and says whether it was new.
    func insert(_ name: [UInt8]) -> Bool {
        monitor.locked { beginnings.insert(Self.beginning(of: name)).inserted }
    }

    /// The first eight bytes of a name.
    static func beginning(of name: [UInt8]) -> UInt64 {
        name.prefix(8).reduce(0) { $0 << 8 | UInt64($1) }
    }
}
