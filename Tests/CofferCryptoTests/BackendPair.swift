import Glibc

@testable import CofferCrypto

/// The two backends side by side, on random keys, nonces, texts and associated data.
@safe
struct BackendPair: ~Copyable {
    private static let longest = 300
    private static let poolSize = 1 << 20

    private var first: AES256GCM
    private var second: AES256GCM
    private let pool: UnsafeMutablePointer<UInt8>
    private let left = UnsafeMutablePointer<UInt8>.allocate(capacity: 2 * longest)
    private let right = UnsafeMutablePointer<UInt8>.allocate(capacity: 2 * longest)
    private let opened = UnsafeMutablePointer<UInt8>.allocate(capacity: 2 * longest)
    private var generator = SystemRandomNumberGenerator()

    init() throws {
        let first = try AES256GCM(.openSSL)
        let second = try AES256GCM(.ipsecMB)
        let pool = UnsafeMutablePointer<UInt8>.allocate(capacity: Self.poolSize)
        var bytes = unsafe MutableSpan(_unsafeStart: pool, count: Self.poolSize)
        try Randomness.system.fill(&bytes)
        self.first = first
        self.second = second
        unsafe self.pool = unsafe pool
    }

    deinit {
        unsafe pool.deallocate()
        unsafe left.deallocate()
        unsafe right.deallocate()
        unsafe opened.deallocate()
    }

    /// Whether both give the same for one random input.
    mutating func agrees(newKey: Bool) throws -> Bool {
        let word = generator.next()
        let start = unsafe pool + Int(word % UInt64(Self.poolSize - 1_024))
        let size = Int(word >> 24 % UInt64(Self.longest))
        let text = unsafe UnsafeRawBufferPointer(start: start + 50, count: size)
        let associated = unsafe UnsafeRawBufferPointer(
            start: start + 400, count: Int(word >> 48 % 100))
        if newKey {
            try unsafe first.setKey(start)
            try unsafe second.setKey(start)
        }
        unsafe first.nonce.update(from: start + 32, count: 12)
        unsafe second.nonce.update(from: start + 32, count: 12)
        try unsafe first.seal(text, associated: associated, into: left, tag: left + size)
        try unsafe second.seal(text, associated: associated, into: right, tag: right + size)
        guard unsafe memcmp(left, right, size + 16) == 0 else { return false }
        for isFirst in [true, false] {
            guard unsafe refusal(isFirst, associated, size) == nil,
                unsafe memcmp(opened, start + 50, size) == 0
            else { return false }
        }
        let sealed = unsafe left
        unsafe sealed[Int(word >> 16 % UInt64(size + 16))] ^= UInt8(1 << (word >> 13 % 8))
        for isFirst in [true, false] {
            guard unsafe refusal(isFirst, associated, size) == .authenticationFailed else {
                return false
            }
            for index in 0..<size where unsafe opened[index] != 0 { return false }
        }
        return true
    }

    private mutating func refusal(
        _ isFirst: Bool, _ associated: UnsafeRawBufferPointer, _ size: Int
    ) -> CryptoError? {
        do throws(CryptoError) {
            let sealed = unsafe UnsafeRawBufferPointer(start: left, count: size)
            if isFirst {
                try unsafe first.open(
                    sealed, tag: left + size, associated: associated, into: opened)
            } else {
                try unsafe second.open(
                    sealed, tag: left + size, associated: associated, into: opened)
            }
            return nil
        } catch {
            return error
        }
    }
}
