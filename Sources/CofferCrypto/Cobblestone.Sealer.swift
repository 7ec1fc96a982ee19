internal import CofferShims

extension Cobblestone {
    /// Seals a message piece by piece; the result is the one that sealing it whole would give.
    ///
    /// Write ``header`` first, then what each `update` and `finish` append.
    @safe
    package struct Sealer: ~Copyable {
        /// The first 56 bytes of the sealed message.
        package let header: [UInt8]

        private var message: Message
        /// Plaintext that does not fill a block yet.
        private let pending: UnsafeMutablePointer<UInt8>
        private var pendingCount = 0
        private var next = 0

        /// Starts a message under a fresh salt.
        ///
        /// - Throws: `randomnessUnavailable`, `outOfMemory`, `library`.
        package init(
            under key: SealingKey, context: [UInt8], randomness: Randomness
        ) throws(CryptoError) {
            var header = try randomness.bytes(headerSize)
            var span = header.mutableSpan
            let message = try unsafe span.withUnsafeMutableBufferPointer {
                header throws(CryptoError) in
                guard let start = header.baseAddress else { throw .library }
                let message = try unsafe Message(
                    under: key, salt: UnsafePointer(start), context: context)
                unsafe message.copyCommitment(to: start + saltSize)
                return message
            }
            self.message = message
            self.header = header
            unsafe pending = .allocate(capacity: blockSize)
            unsafe pending.initialize(repeating: 0, count: blockSize)
        }

        deinit {
            unsafe CofferShims_erase(pending, blockSize)
            unsafe pending.deallocate()
        }

        /// Takes in the next piece and appends the blocks that are full.
        ///
        /// - Throws: `library`; `refusedLimit` above 2^38 blocks.
        package mutating func update(
            _ plaintext: Span<UInt8>, into output: inout [UInt8]
        ) throws(CryptoError) {
            try unsafe plaintext.withUnsafeBufferPointer { plaintext throws(CryptoError) in
                var rest = UnsafeRawBufferPointer(plaintext)
                if pendingCount > 0 || rest.count < blockSize {
                    unsafe rest = unsafe keep(rest)
                    guard pendingCount == blockSize else { return }
                    try unsafe seal(.init(start: pending, count: blockSize), into: &output)
                    pendingCount = 0
                }
                let full = rest.count / blockSize * blockSize
                if full > 0 { try unsafe seal(.init(rebasing: rest[..<full]), into: &output) }
                _ = unsafe keep(.init(rebasing: rest[full...]))
            }
        }

        /// Appends the last block.
        ///
        /// - Throws: `library`; `refusedLimit` above 2^38 blocks.
        package consuming func finish(into output: inout [UInt8]) throws(CryptoError) {
            let rest = unsafe UnsafeRawBufferPointer(start: pending, count: pendingCount)
            try unsafe seal(rest, isEnd: true, into: &output)
        }

        /// Copies what fits into the pending block and gives what does not.
        private mutating func keep(_ bytes: UnsafeRawBufferPointer) -> UnsafeRawBufferPointer {
            let count = min(blockSize - pendingCount, bytes.count)
            if let start = bytes.baseAddress, count > 0 {
                unsafe UnsafeMutableRawPointer(pending + pendingCount).copyMemory(
                    from: start, byteCount: count)
            }
            pendingCount += count
            return unsafe .init(rebasing: bytes[count...])
        }

        private mutating func seal(
            _ plaintext: UnsafeRawBufferPointer, isEnd: Bool = false, into output: inout [UInt8]
        ) throws(CryptoError) {
            let blocks = plaintext.count / blockSize + (isEnd ? 1 : 0)
            output += try unsafe array(of: plaintext.count + blocks * tagSize) {
                sealed throws(CryptoError) in
                try unsafe message.seal(plaintext, first: next, isEnd: isEnd, into: sealed)
            }
            next += blocks
        }
    }
}
