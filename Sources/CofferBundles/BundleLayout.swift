internal import CofferDisk
internal import CofferFormat

/// Where the members of a bundle lie: the result of one pass over its header blocks.
///
/// The pass holds one block at a time, reads nothing of any content, and stops at the first thing
/// that no bundle has; so a hostile file costs next to nothing, whatever sizes and numbers of
/// entries it claims.
internal struct BundleLayout: Sendable {
    /// A stretch of the file.
    internal struct Place: Sendable {
        internal let offset: UInt64
        internal let size: Int
    }

    /// The members before the segments, in order.
    private static let head: [BundleMember] = [.readme, .keyring, .subjects, .signers]
    /// The members after the segments, in order.
    private static let tail: [BundleMember] = [.manifest, .sums, .signature]
    /// Two blocks of zeros end the archive.
    private static let endSize = 2 * UstarHeader.blockSize

    private var places: [Place] = []
    /// How many segments there are.
    internal private(set) var segments = 0

    /// Looks at the headers of a file of `fileSize` bytes.
    internal init(_ file: any DiskFile, fileSize: UInt64) throws(BundleError) {
        var scan = BundleScan(file, fileSize: fileSize)
        do throws(BundleError) {
            for member in Self.head { try take(member, &scan) }
            try takeSegments(&scan)
            for member in Self.tail { try take(member, &scan, isHeaderRead: member == .manifest) }
            try scan.finish(after: .signature, zeros: Self.endSize)
        } catch {
            // Whoever wrote it may know members that this release does not.
            if error != .notABundle, let newer = scan.newerFormat(keyring: place(of: .keyring)) {
                throw .newerFormat(newer)
            }
            throw error
        }
    }

    /// Where a member lies; nil when the bundle has none of that name.
    internal func place(of member: BundleMember) -> Place? {
        let index =
            switch member {
            case .readme: 0
            case .keyring: 1
            case .subjects: 2
            case .signers: 3
            case .records(let number): number > 0 && number <= segments ? 3 + number : -1
            case .manifest: 4 + segments
            case .sums: 5 + segments
            case .signature: 6 + segments
            }
        return places.indices.contains(index) ? places[index] : nil
    }

    /// All members, in order.
    internal var members: [BundleMember] {
        guard segments > 0 else { return [] }
        return Self.head + (1...segments).map { .records($0) } + Self.tail
    }

    private mutating func take(
        _ member: BundleMember, _ scan: inout BundleScan, isHeaderRead: Bool = false
    ) throws(BundleError) {
        if !isHeaderRead { try scan.readHeader(expecting: member) }
        guard scan.found == member else { throw .damaged(member, scan.surprise) }
        places.append(try scan.takeContent(of: member, segments: segments))
    }

    /// Takes segments up to the header of what follows them, which stays read.
    private mutating func takeSegments(_ scan: inout BundleScan) throws(BundleError) {
        while true {
            let member = BundleMember.records(segments + 1)
            let expected = segments == 0 ? member : .manifest
            try scan.readHeader(expecting: expected)
            guard scan.found == member else {
                if scan.found == .manifest, segments > 0 { return }
                let isSegment = scan.found?.isContent == true
                throw .damaged(isSegment ? member : expected, scan.surprise)
            }
            // All segments but the last are full.
            if let last = places.last, segments > 0, last.size != BundleMember.segmentSize {
                throw .damaged(.records(segments), .truncated)
            }
            places.append(try scan.takeContent(of: member, segments: segments))
            segments += 1
        }
    }
}
