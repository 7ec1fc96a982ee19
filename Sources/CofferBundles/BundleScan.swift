internal import CofferDisk
internal import CofferFormat

/// Steps from header to header of an archive without reading what lies between.
internal struct BundleScan {
    private let file: any DiskFile
    private let fileSize: UInt64
    /// Where the next header, or the zeros before it, begin.
    private var offset: UInt64 = 0
    private var padding = 0
    /// The member behind the last header's content: what bad padding is blamed on.
    private var last: BundleMember?
    private var header: UstarHeader?
    /// The member that the last header names.
    internal private(set) var found: BundleMember?

    internal init(_ file: any DiskFile, fileSize: UInt64) {
        self.file = file
        self.fileSize = fileSize
    }

    /// What stands in the place of the member that was expected.
    internal var surprise: BundleError.Damage {
        if let found { return .replaced(by: found) }
        return .foreignName(header?.name ?? "")
    }

    /// Reads the zeros behind the last content and the next header.
    internal mutating func readHeader(expecting member: BundleMember) throws(BundleError) {
        let size = padding + UstarHeader.blockSize
        guard offset < fileSize, fileSize - offset >= UInt64(size) else {
            throw last == nil ? .notABundle : .damaged(member, .truncated)
        }
        let block = try read(size, of: member)
        if let last, block.prefix(padding).contains(where: { $0 != 0 }) {
            throw .damaged(last, .padding)
        }
        let rest = Array(block.dropFirst(padding))
        offset += UInt64(size)
        do throws(UstarHeader.Problem) {
            let header = try UstarHeader(parsing: rest)
            self.header = header
            found = BundleMember(name: header.name)
        } catch {
            // The first header decides whether this is a bundle at all.
            if last == nil, error == .magic || !rest.starts(with: BundleMember.readme.name.utf8) {
                throw .notABundle
            }
            // Two blocks of zeros where a member should be: an archive that ended early.
            let isEnd = error == .magic && rest.allSatisfy { $0 == 0 }
            throw .damaged(member, isEnd ? .truncated : .header(error))
        }
        if last == nil, found != .readme { throw .notABundle }
    }

    /// Steps over the content that the last header announced, by its own limit and those that
    /// the number of segments sets.
    internal mutating func takeContent(
        of member: BundleMember, segments: Int
    ) throws(BundleError) -> BundleLayout.Place {
        let size = header?.size ?? 0
        var allowed = member.sizeLimit
        if member == .manifest { allowed = Manifest.largestSize(members: segments) }
        if member == .sums { allowed = ChecksumList.largestSize(segments: segments) }
        guard size <= UInt64(allowed) else {
            throw .limit(member, size: size, allowed: UInt64(allowed))
        }
        guard size <= fileSize - offset else { throw .damaged(member, .truncated) }
        let place = BundleLayout.Place(offset: offset, size: Int(size))
        offset += size
        padding = UstarHeader.padding(after: size)
        last = member
        return place
    }

    /// Reads the zeros at the end, after which nothing may come.
    internal mutating func finish(
        after member: BundleMember, zeros: Int
    ) throws(BundleError) {
        let size = padding + zeros
        guard fileSize - offset >= UInt64(size) else { throw .damaged(member, .truncated) }
        guard fileSize - offset == UInt64(size) else { throw .damaged(member, .trailing) }
        let block = try read(size, of: member)
        guard !block.prefix(padding).contains(where: { $0 != 0 }) else {
            throw .damaged(member, .padding)
        }
        guard !block.contains(where: { $0 != 0 }) else { throw .damaged(member, .trailing) }
    }

    /// The format of a bundle that is not ours to read, if its keyring says so.
    internal func newerFormat(keyring place: BundleLayout.Place?) -> UInt64? {
        guard let place,
            let start = try? file.read(count: min(place.size, 64), at: Int64(place.offset)),
            let number = BundleFormat.number(of: start), number > BundleFormat.current
        else { return nil }
        return number
    }

    private func read(_ count: Int, of member: BundleMember) throws(BundleError) -> [UInt8] {
        let bytes: [UInt8]
        do throws(DiskError) {
            bytes = try file.read(count: count, at: Int64(offset))
        } catch { throw .disk(error) }
        guard bytes.count == count else { throw .damaged(member, .truncated) }
        return bytes
    }
}
