extension Cobblestone {
    /// Opens a message piece by piece, in the order in which it was sealed.
    ///
    /// Every byte given is proved to be at its place, but only a `finish` that does not throw
    /// proves that nothing is missing behind it. After a failure every later step fails.
    package struct Opener: ~Copyable {
        private var message: Message
        /// Sealed bytes that do not fill a block yet.
        private var pending: [UInt8] = []
        private var next = 0
        private var isBroken = false

        /// Starts with a message's first 56 bytes.
        ///
        /// - Throws: `authenticationFailed`, `outOfMemory`, `library`.
        package init(
            header: Span<UInt8>, under key: SealingKey, context: [UInt8]
        ) throws(CryptoError) {
            let message = try unsafe header.withUnsafeBufferPointer { header throws(CryptoError) in
                try unsafe Message(
                    opening: UnsafeRawBufferPointer(header), under: key, context: context)
            }
            self.message = message
        }

        /// Takes in the next sealed bytes and appends the plaintext of blocks that are full.
        ///
        /// - Throws: `authenticationFailed`, `library`; `refusedLimit` above 2^38 blocks.
        package mutating func update(
            _ sealed: Span<UInt8>, into output: inout [UInt8]
        ) throws(CryptoError) {
            guard !isBroken else { throw .authenticationFailed }
            try unsafe sealed.withUnsafeBufferPointer { sealed throws(CryptoError) in
                var rest = UnsafeRawBufferPointer(sealed)
                if !pending.isEmpty {
                    let count = min(sealedBlockSize - pending.count, rest.count)
                    unsafe pending.append(contentsOf: rest[..<count])
                    unsafe rest = unsafe .init(rebasing: rest[count...])
                    guard pending.count == sealedBlockSize else { return }
                    try openPending(into: &output)
                }
                let full = rest.count / sealedBlockSize * sealedBlockSize
                if full > 0 { try unsafe open(.init(rebasing: rest[..<full]), into: &output) }
                unsafe pending.append(contentsOf: rest[full...])
            }
        }

        /// Appends the plaintext of the last block, which proves that the message ends here.
        ///
        /// - Throws: `authenticationFailed`, `library`.
        package consuming func finish(into output: inout [UInt8]) throws(CryptoError) {
            guard !isBroken, pending.count >= tagSize else { throw .authenticationFailed }
            try openPending(into: &output)
        }

        private mutating func openPending(into output: inout [UInt8]) throws(CryptoError) {
            let sealed = pending
            pending.removeAll(keepingCapacity: true)
            try unsafe sealed.span.withUnsafeBufferPointer { sealed throws(CryptoError) in
                try unsafe open(UnsafeRawBufferPointer(sealed), into: &output)
            }
        }

        private mutating func open(
            _ sealed: UnsafeRawBufferPointer, into output: inout [UInt8]
        ) throws(CryptoError) {
            let blocks = (sealed.count + sealedBlockSize - 1) / sealedBlockSize
            isBroken = true
            output += try unsafe array(of: sealed.count - blocks * tagSize) {
                plaintext throws(CryptoError) in
                try unsafe message.open(sealed, first: next, into: plaintext)
            }
            isBroken = false
            next += blocks
        }
    }
}
