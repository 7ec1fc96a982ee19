#if COFFER_IPSECMB
internal import CCofferIPsecMB
internal import CofferShims

/// HMAC-SHA-256 (RFC 2104, section 2) of some messages at a time, by ipsec-mb.
///
/// One message after the other leaves most of a processor's hashing idle; side by side they take
/// half of the time. Each value has a manager of its own, because the library keeps lanes in it.
///
/// - Important: The states made from the key lie in ordinary memory until the value goes, when
///   all of its memory is erased.
@safe
internal struct LaneHMAC: ~Copyable {
    /// The most messages at a time.
    internal static let lanes = CCofferIPsecMB_lanes
    /// The sizes of messages in bytes; the library refuses to hash nothing.
    internal static let sizes = 1...CCofferIPsecMB_longest
    private static let blockSize = 64

    private let codes: UnsafeMutablePointer<CCofferIPsecMB_Codes>
    private let manager: UnsafeMutableRawPointer
    private let managerSize: Int

    /// Takes in `key` of at most 64 bytes; nil where ipsec-mb does not do it.
    internal init?(key: Span<UInt8>) {
        guard unsafe IPsecManager.shared != nil, key.count <= Self.blockSize else { return nil }
        let size = imb_get_mb_mgr_size()
        // 64 bytes: ipsec-mb's alignment of a manager.
        let manager = UnsafeMutableRawPointer.allocate(byteCount: size, alignment: 64)
        unsafe manager.initializeMemory(as: UInt8.self, repeating: 0, count: size)
        let codesSize = unsafe MemoryLayout<CCofferIPsecMB_Codes>.size
        let lanes = UnsafeMutableRawPointer.allocate(byteCount: codesSize, alignment: 64)
        unsafe lanes.initializeMemory(as: UInt8.self, repeating: 0, count: codesSize)
        let codes = unsafe lanes.assumingMemoryBound(to: CCofferIPsecMB_Codes.self)
        let blocks = UnsafeMutablePointer<UInt8>.allocate(capacity: 2 * Self.blockSize)
        for index in 0..<Self.blockSize {
            let byte = index < key.count ? key[index] : 0
            // The inner and the outer pad (RFC 2104, section 2).
            unsafe blocks[index] = byte ^ 0x36
            unsafe blocks[Self.blockSize + index] = byte ^ 0x5C
        }
        let isReady = unsafe CCofferIPsecMB_begin(
            codes, manager, blocks, blocks + Self.blockSize)
        unsafe CofferShims_erase(blocks, 2 * Self.blockSize)
        unsafe blocks.deallocate()
        guard isReady == 1 else {
            unsafe Self.free(codes, manager, size)
            return nil
        }
        unsafe self.codes = unsafe codes
        unsafe self.manager = unsafe manager
        managerSize = size
    }

    deinit { unsafe Self.free(codes, manager, managerSize) }

    @unsafe
    private static func free(
        _ codes: UnsafeMutablePointer<CCofferIPsecMB_Codes>, _ manager: UnsafeMutableRawPointer,
        _ managerSize: Int
    ) {
        unsafe CofferShims_erase(manager, managerSize)
        unsafe manager.deallocate()
        unsafe CofferShims_erase(codes, MemoryLayout<CCofferIPsecMB_Codes>.size)
        unsafe UnsafeMutableRawPointer(codes).deallocate()
    }

    /// Takes in the message of a lane, in two parts of ``sizes`` bytes together.
    internal mutating func set(
        _ lane: Int, _ head: UnsafeRawBufferPointer, _ tail: UnsafeRawBufferPointer
    ) {
        precondition(lane >= 0 && lane < Self.lanes, "There is such a lane")
        precondition(
            Self.sizes.contains(head.count + tail.count), "The message fits its lane")
        unsafe CCofferIPsecMB_take(
            codes, Int32(truncatingIfNeeded: lane), head.baseAddress, UInt(head.count),
            tail.baseAddress, UInt(tail.count))
    }

    /// Lends the codes of the messages in the first lanes, one after the other.
    ///
    /// - Precondition: The library takes what ``set(_:_:_:)`` prepared.
    internal mutating func run(_ count: Int, _ receiver: (Span<UInt8>) -> Void) {
        guard count > 0 else { return }
        precondition(count <= Self.lanes, "There are so many lanes")
        let isDone = unsafe CCofferIPsecMB_run(codes, Int32(truncatingIfNeeded: count)) == 1
        precondition(isDone, "a hash takes any message")
        for lane in 0..<count {
            let code = unsafe CCofferIPsecMB_code(codes, Int32(truncatingIfNeeded: lane))
            receiver(unsafe Span(_unsafeStart: code, count: HMACSHA256.size))
        }
    }
}
#endif
