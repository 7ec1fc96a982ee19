internal import CofferShims

/// Where the memory of `SecretBytes` comes from: locked pages, cut into slots for keys.
///
/// A page of its own for every 32-byte key would use up the limit of lockable memory (8 MiB
/// by default) at two thousand keys, and costs eleven microseconds; a slot costs neither.
@safe
internal final class SecretPool: @unchecked Sendable {
    // Sendable is true because `free` is touched under `lock` only.

    internal static let shared = SecretPool()

    /// The size of a slot in bytes; larger secrets get pages of their own.
    private static let slotSize = 64
    /// The size of the pages that are cut into slots, in bytes.
    private static let slabSize = 16_384

    /// The addresses of free slots.
    private var free: [UInt] = []
    private let lock = Lock()

    /// Zeroed memory for `count` bytes.
    ///
    /// - Precondition: The system has memory left; without it nothing could go on safely.
    internal func allocate(_ count: Int) -> UnsafeMutablePointer<UInt8> {
        guard count <= Self.slotSize else { return unsafe pages(count) }
        let address = takeSlot()
        guard let slot = unsafe UnsafeMutablePointer<UInt8>(bitPattern: address) else {
            preconditionFailure("A slot has an address")
        }
        return unsafe slot
    }

    /// Erases memory of `allocate` and takes it back.
    internal func release(_ start: UnsafeMutablePointer<UInt8>, _ count: Int) {
        guard count <= Self.slotSize else {
            return unsafe CofferShims_releaseSecretPages(start, count)
        }
        unsafe CofferShims_erase(start, Self.slotSize)
        let address = UInt(bitPattern: start)
        lock.lock()
        defer { lock.unlock() }
        free.append(address)
    }

    private func takeSlot() -> UInt {
        lock.lock()
        defer { lock.unlock() }
        if free.isEmpty {
            let slab = unsafe UInt(bitPattern: pages(Self.slabSize))
            for offset in stride(from: 0, to: Self.slabSize, by: Self.slotSize) {
                free.append(slab + UInt(offset))
            }
        }
        return free.removeLast()
    }

    private func pages(_ count: Int) -> UnsafeMutablePointer<UInt8> {
        var locked: Int32 = 0
        guard let start = unsafe CofferShims_secretPages(count, &locked) else {
            preconditionFailure("Out of memory for keys")
        }
        return unsafe start.bindMemory(to: UInt8.self, capacity: count)
    }
}
