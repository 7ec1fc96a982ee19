extension Cobblestone {
    /// Opens any part of a message of known size, block by block.
    ///
    /// The size comes from outside and is a claim until the last block was opened
    /// (``isEndProved``); until then a position counted from the end may be wrong.
    package struct Reader: ~Copyable {
        /// The size of the whole plaintext, if the message's size is what was said.
        package let plainSize: Int
        /// The number of blocks, if the message's size is what was said.
        package let blockCount: Int
        /// Whether the last block was opened, and so the size is true.
        package private(set) var isEndProved = false

        private var message: Message
        private let sealedSize: Int

        /// Starts with a message's first 56 bytes and its whole size.
        ///
        /// - Throws: `authenticationFailed`, also when no message has that size; `outOfMemory`,
        ///   `library`.
        package init(
            header: Span<UInt8>, sealedSize: Int, under key: SealingKey, context: [UInt8]
        ) throws(CryptoError) {
            guard let plainSize = Cobblestone.plainSize(ofSealed: sealedSize) else {
                throw .authenticationFailed
            }
            let message = try unsafe header.withUnsafeBufferPointer { header throws(CryptoError) in
                try unsafe Message(
                    opening: UnsafeRawBufferPointer(header), under: key, context: context)
            }
            self.plainSize = plainSize
            blockCount = plainSize / blockSize + 1
            self.sealedSize = sealedSize
            self.message = message
        }

        /// The blocks that hold the plaintext bytes of `range`; none for an empty range.
        ///
        /// - Throws: `invalidInput` for a range outside the plaintext.
        package func blocks(holding range: Range<Int>) throws(CryptoError) -> Range<Int> {
            guard range.lowerBound >= 0, range.upperBound <= plainSize else {
                throw .invalidInput
            }
            let first = range.lowerBound / blockSize
            return range.isEmpty ? first..<first : first..<(range.upperBound - 1) / blockSize + 1
        }

        /// Where these blocks lie in the sealed message.
        ///
        /// - Throws: `invalidInput` for blocks that the message has not.
        package func sealedRange(of blocks: Range<Int>) throws(CryptoError) -> Range<Int> {
            guard blocks.lowerBound >= 0, blocks.upperBound <= blockCount else {
                throw .invalidInput
            }
            // The last block is short, so what lies behind it ends with the message.
            let start = headerSize + blocks.lowerBound * sealedBlockSize
            let end = headerSize + blocks.upperBound * sealedBlockSize
            return min(start, sealedSize)..<min(end, sealedSize)
        }

        /// Opens the blocks, of which `sealed` holds the bytes of ``sealedRange(of:)``.
        ///
        /// - Throws: `authenticationFailed`; `invalidInput` when `sealed` has another size, or
        ///   for blocks that the message has not; `library`.
        package mutating func open(
            _ sealed: Span<UInt8>, blocks: Range<Int>
        ) throws(CryptoError) -> [UInt8] {
            guard try sealedRange(of: blocks).count == sealed.count else { throw .invalidInput }
            let plaintext = try unsafe array(of: sealed.count - blocks.count * tagSize) {
                output throws(CryptoError) in
                try unsafe sealed.withUnsafeBufferPointer { sealed throws(CryptoError) in
                    try unsafe message.open(
                        UnsafeRawBufferPointer(sealed), first: blocks.lowerBound, into: output)
                }
            }
            if blocks.upperBound == blockCount, !blocks.isEmpty { isEndProved = true }
            return plaintext
        }
    }
}
