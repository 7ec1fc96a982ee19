/// What each byte of an SQLite database file is, found by reading the file format and nothing
/// else (<https://www.sqlite.org/fileformat2.html>).
struct FileMap {
    /// A kind of byte.
    enum Kind: String, Comparable {
        case magic = "magic and page size"
        case versions = "write and read version, reserved space, fractions"
        case changeCounter =
            "file header: change counter, schema cookie, valid-for, library version"
        case pageCount = "file header: number of pages"
        case freelist = "file header: freelist"
        case schemaFormat = "file header: schema format"
        case unread = "file header: of schema format and encoding, what SQLite does not read"
        case cacheSize = "file header: suggested cache size"
        case vacuum = "file header: automatic vacuum"
        case userVersion = "file header: user version"
        case applicationID = "file header: application id"
        case reserved = "file header: reserved for expansion"
        case pageHeader = "b-tree page header"
        case cellPointer = "cell pointer"
        case gap = "unused: between cell pointers and cells"
        case freeblockHead = "freeblock: next and size"
        case freeblock = "unused: freeblock"
        case fragment = "unused: fragment between cells"
        case cell = "cell"
        case separator = "key that parts the pages of a table"
        case schemaRow = "row number in the database's schema"
        case overflowPointer = "overflow page: next"
        case overflow = "overflow page: content"
        case overflowRest = "unused: rest of an overflow page"
        case trunk = "freelist trunk"
        case trunkRest = "unused: rest of a freelist trunk"
        case freePage = "unused: free page"

        static func < (left: Kind, right: Kind) -> Bool { left.rawValue < right.rawValue }

        /// Whether nobody should read it.
        var isUnused: Bool {
            switch self {
            case .gap, .freeblock, .fragment, .overflowRest, .trunkRest, .freePage: true
            default: false
            }
        }

        /// Whether a change here may alter nothing that can be read.
        var mayBeSilent: Bool {
            switch self {
            case .changeCounter, .unread, .cacheSize, .reserved, .gap, .freeblock, .fragment,
                .separator, .schemaRow,
                .overflowRest, .trunkRest, .freePage:
                true
            default: false
            }
        }
    }

    private(set) var kinds: [Kind]
    let pageSize: Int
    private let bytes: [UInt8]

    init(_ bytes: [UInt8]) {
        self.bytes = bytes
        pageSize = Int(bytes[16]) << 8 | Int(bytes[17])
        kinds = [Kind](repeating: .freePage, count: bytes.count)
        markHeader()
        markFreelist()
        let pages = bytes.count / pageSize
        var roots = [1]
        // The root pages are found by trying: every page that no list claims is a b-tree page.
        for page in 2...pages where kinds[(page - 1) * pageSize] == .freePage { roots.append(page) }
        let overflows = Set(roots.flatMap { overflowStarts(of: $0) })
        var chains: Set<Int> = []
        for start in overflows { chains.formUnion(chain(from: start)) }
        for page in roots where !chains.contains(page) { markTree(page) }
    }

    private func u16(_ offset: Int) -> Int { Int(bytes[offset]) << 8 | Int(bytes[offset + 1]) }

    private func u32(_ offset: Int) -> Int { u16(offset) << 16 | u16(offset + 2) }

    private mutating func mark(_ range: Range<Int>, _ kind: Kind) {
        for offset in range.clamped(to: kinds.indices) { kinds[offset] = kind }
    }

    private mutating func markHeader() {
        mark(0..<18, .magic)
        mark(18..<24, .versions)
        mark(24..<28, .changeCounter)
        mark(28..<32, .pageCount)
        mark(32..<40, .freelist)
        mark(40..<44, .changeCounter)
        // SQLite takes the lowest byte of the one and two bits of the other, and 0 for UTF-8 too;
        // a test of its own sets the encodings that are left.
        mark(44..<47, .unread)
        mark(47..<48, .schemaFormat)
        mark(48..<52, .cacheSize)
        mark(52..<56, .vacuum)
        mark(56..<60, .unread)
        mark(60..<64, .userVersion)
        mark(64..<68, .vacuum)
        mark(68..<72, .applicationID)
        mark(72..<92, .reserved)
        mark(92..<100, .changeCounter)
    }

    private mutating func markFreelist() {
        var trunk = u32(32)
        while trunk != 0 {
            let start = (trunk - 1) * pageSize
            let count = u32(start + 4)
            mark(start..<start + pageSize, .trunkRest)
            mark(start..<start + 8 + count * 4, .trunk)
            for index in 0..<count {
                let page = (u32(start + 8 + index * 4) - 1) * pageSize
                mark(page..<page + pageSize, .freePage)
                // The first byte tells the scan below that the page is taken.
                kinds[page] = .trunkRest
            }
            trunk = u32(start)
        }
    }

    private func varint(_ offset: Int) -> (value: Int, size: Int) {
        var value = 0
        for index in 0..<8 {
            value = value << 7 | Int(bytes[offset + index] & 0x7F)
            if bytes[offset + index] < 0x80 { return (value, index + 1) }
        }
        return (value << 8 | Int(bytes[offset + 8]), 9)
    }

    /// Size of the cell on its page, and the page on which its overflow starts.
    private func cell(_ offset: Int, _ type: UInt8) -> (size: Int, overflow: Int?) {
        var head = type == 0x05 || type == 0x02 ? 4 : 0
        let first = varint(offset + head)
        head += first.size
        guard type != 0x05 else { return (head, nil) }
        if type == 0x0D { head += varint(offset + head).size }
        let most = type == 0x0D ? pageSize - 35 : (pageSize - 12) * 64 / 255 - 23
        guard first.value > most else { return (max(4, head + first.value), nil) }
        let least = (pageSize - 12) * 32 / 255 - 23
        let wanted = least + (first.value - least) % (pageSize - 4)
        let local = wanted <= most ? wanted : least
        return (head + local + 4, u32(offset + head + local))
    }

    private func cells(of page: Int) -> (type: UInt8, head: Int, offsets: [Int])? {
        let start = (page - 1) * pageSize
        let header = page == 1 ? 100 : start
        let type = bytes[header]
        guard [0x02, 0x05, 0x0A, 0x0D].contains(type) else { return nil }
        let head = header + (type < 8 ? 12 : 8)
        let count = u16(header + 3)
        guard head + count * 2 <= start + pageSize else { return nil }
        return (type, head, (0..<count).map { start + u16(head + $0 * 2) })
    }

    private func overflowStarts(of page: Int) -> [Int] {
        guard let (type, _, offsets) = cells(of: page) else { return [] }
        return offsets.compactMap { cell($0, type).overflow }
    }

    private mutating func chain(from start: Int) -> [Int] {
        var pages: [Int] = []
        var page = start
        while page != 0, pages.count < bytes.count / pageSize {
            pages.append(page)
            let offset = (page - 1) * pageSize
            mark(offset..<offset + 4, .overflowPointer)
            mark(offset + 4..<offset + pageSize, .overflow)
            page = u32(offset)
        }
        return pages
    }

    private mutating func markTree(_ page: Int) {
        let start = (page - 1) * pageSize
        let header = page == 1 ? 100 : start
        guard let (type, head, offsets) = cells(of: page) else { return }
        let content = u16(header + 5)
        mark(start + content..<start + pageSize, .fragment)
        mark(header..<head, .pageHeader)
        mark(head..<head + offsets.count * 2, .cellPointer)
        mark(head + offsets.count * 2..<start + content, .gap)
        var free = u16(header + 1)
        while free != 0 {
            let size = u16(start + free + 2)
            mark(start + free..<start + free + 4, .freeblockHead)
            mark(start + free + 4..<start + free + size, .freeblock)
            free = u16(start + free)
        }
        for offset in offsets {
            let size = cell(offset, type).size
            mark(offset..<offset + size, .cell)
            if type == 0x05 { mark(offset + 4..<offset + size, .separator) }
            if page == 1, type == 0x0D {
                // Nothing refers to it; only that the numbers ascend is looked at.
                let row = offset + varint(offset).size
                mark(row..<row + varint(row).size, .schemaRow)
            }
            markOverflowRest(offset, type)
        }
    }

    /// What of the last page of an overflow chain holds no content.
    private mutating func markOverflowRest(_ offset: Int, _ type: UInt8) {
        let (size, overflow) = cell(offset, type)
        guard var page = overflow else { return }
        let payload = varint(offset + (type == 0x02 ? 4 : 0))
        let head = payload.size + (type == 0x0D ? varint(offset + payload.size).size : 0)
        var left = payload.value - (size - head - 4 - (type == 0x02 ? 4 : 0))
        while u32((page - 1) * pageSize) != 0 {
            left -= pageSize - 4
            page = u32((page - 1) * pageSize)
        }
        let start = (page - 1) * pageSize
        mark(start + 4 + left..<start + pageSize, .overflowRest)
    }
}
