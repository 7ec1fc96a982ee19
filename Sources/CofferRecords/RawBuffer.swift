/// Bytes that are written over and over, a row at a time, in one place.
@safe
internal struct RawBuffer: ~Copyable {
    /// The number of bytes in use.
    private(set) var count = 0
    private var start: UnsafeMutableRawPointer
    private var capacity: Int

    /// Makes room for `capacity` bytes; more is made when it is needed.
    init(capacity: Int) {
        self.capacity = max(16, capacity)
        unsafe start = .allocate(byteCount: self.capacity, alignment: 16)
    }

    deinit { unsafe start.deallocate() }

    /// Keeps the first bytes only.
    mutating func truncate(to count: Int) { self.count = min(max(0, count), self.count) }

    /// Makes `count` bytes the content, whatever they are.
    mutating func resize(to count: Int) {
        reserve(count)
        self.count = count
    }

    /// A place after the bytes in use, until the next change; see ``extend(by:)``.
    @unsafe
    mutating func makeRoom(_ wanted: Int) -> UnsafeMutableRawBufferPointer {
        reserve(count + wanted)
        return unsafe UnsafeMutableRawBufferPointer(start: start + count, count: wanted)
    }

    /// Makes the first bytes of the place that ``makeRoom(_:)`` gave part of the content.
    mutating func extend(by added: Int) { count = min(capacity, count + max(0, added)) }

    /// Appends bytes.
    mutating func append(_ bytes: UnsafeRawBufferPointer) {
        reserve(count + bytes.count)
        if let source = bytes.baseAddress {
            unsafe (start + count).copyMemory(from: source, byteCount: bytes.count)
        }
        count += bytes.count
    }

    /// Appends an integer, most significant byte first.
    mutating func append<Integer: FixedWidthInteger>(_ value: Integer) {
        let size = MemoryLayout<Integer>.size
        reserve(count + size)
        unsafe (start + count).storeBytes(of: value.bigEndian, as: Integer.self)
        count += size
    }

    /// Appends a value as it lies in memory.
    mutating func append<Element: BitwiseCopyable>(raw value: Element) {
        let size = MemoryLayout<Element>.stride
        reserve(count + size)
        unsafe (start + count).storeBytes(of: value, as: Element.self)
        count += size
    }

    /// The value at a place, where ``append(raw:)`` put one like it.
    func load<Element: BitwiseCopyable>(_ index: Int) -> Element {
        let offset = index * MemoryLayout<Element>.stride
        precondition(offset >= 0 && offset + MemoryLayout<Element>.size <= count)
        return unsafe start.load(fromByteOffset: offset, as: Element.self)
    }

    /// Replaces bytes from `offset` on, which lie inside.
    mutating func replace(_ offset: Int, with bytes: UnsafeRawBufferPointer) {
        guard offset >= 0, bytes.count <= count - offset, let source = bytes.baseAddress
        else { return }
        unsafe (start + offset).copyMemory(from: source, byteCount: bytes.count)
    }

    /// The bytes, until the next change.
    @unsafe var bytes: UnsafeRawBufferPointer {
        unsafe UnsafeRawBufferPointer(start: start, count: count)
    }

    /// The bytes, to be written.
    @unsafe var mutableBytes: UnsafeMutableRawBufferPointer {
        unsafe UnsafeMutableRawBufferPointer(start: start, count: count)
    }

    private mutating func reserve(_ wanted: Int) {
        guard wanted > capacity else { return }
        let larger = max(wanted, capacity * 2)
        let place = UnsafeMutableRawPointer.allocate(byteCount: larger, alignment: 16)
        unsafe place.copyMemory(from: start, byteCount: count)
        unsafe start.deallocate()
        unsafe start = place
        capacity = larger
    }
}
