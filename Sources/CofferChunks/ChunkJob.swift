internal import CofferBytes
package import CofferCrypto
package import CofferFormat

/// A chunk on its way: named, and sealed where it is new.
package final class ChunkJob: @unchecked Sendable {
    // Sendable is true because it is in one hand at a time: that of the line from the moment when
    // it is submitted until it is done, its owner's before and after.

    /// The bytes of the chunk; forgotten when it is prepared for storing.
    package var plain: [UInt8] = []
    /// A chunk that was stored elsewhere and is to be proved and sealed; nil for one that is cut.
    package var given: StreamChunk?
    /// Whether what was given is proved, and not sealed.
    package var isOnlyProved = false
    /// How many they were.
    package private(set) var size = 0
    /// Its name.
    package private(set) var name: [UInt8] = []
    /// How it is stored, where it is.
    package private(set) var coding = ChunkPlace.Coding.plain
    /// What stands in the row or, sealed, in the pack; empty for a chunk that is known.
    package private(set) var stored: [UInt8] = []
    /// Whether `stored` is a piece for a pack.
    package private(set) var isPiece = false
    /// Whether it was made to be stored.
    package private(set) var isNew = false
    /// Why it could not be sealed.
    package private(set) var failure: CryptoError?
    internal var state = State.idle

    internal enum State {
        case idle
        case waiting
        case running
        case done
    }

    /// An idle one.
    package init() {}

    /// Names the chunk, and prepares it for storing where nobody has.
    ///
    /// - Parameter known: The chunks that need not be stored; nil to prepare it in any case.
    internal func run(with tools: inout ChunkTools, _ known: KnownChunks?) {
        failure = nil
        stored.removeAll(keepingCapacity: true)
        if let given {
            do throws(CryptoError) { try prove(given, &tools) } catch { failure = error }
            return
        }
        size = plain.count
        name = tools.naming.code(plain.span)
        isNew = known?.insert(name) ?? true
        if isNew {
            do throws(CryptoError) { try prepare(&tools) } catch { failure = error }
            plain = []
        }
    }

    /// Gives what was prepared away.
    package func takeStored() -> [UInt8] {
        let bytes = stored
        stored = []
        return bytes
    }

    /// Compares the name of a chunk that was stored elsewhere, and seals what was stored.
    private func prove(_ chunk: StreamChunk, _ tools: inout ChunkTools) throws(CryptoError) {
        guard
            let bytes = try? tools.coder.decode(chunk.stored, chunk.coding, size: chunk.plainSize),
            tools.naming.code(bytes.span) == chunk.name
        else { throw .authenticationFailed }
        isPiece = chunk.stored.count > ChunkLimits.inRow
        guard isPiece, !isOnlyProved else { return }
        stored = try Cobblestone.seal(
            chunk.stored, under: tools.sealing, context: tools.keys.piece(chunk.name),
            randomness: tools.randomness)
    }

    private func prepare(_ tools: inout ChunkTools) throws(CryptoError) {
        let (coding, frame) = tools.coder.encode(plain.span)
        self.coding = coding
        let count = coding == .plain ? plain.count : frame.count
        isPiece = count > ChunkLimits.inRow
        guard isPiece else {
            stored = coding == .plain ? plain : frame
            return
        }
        let context = tools.keys.piece(name)
        stored = try Cobblestone.seal(
            coding == .plain ? plain : frame, under: tools.sealing, context: context,
            randomness: tools.randomness)
    }
}

/// What one thread names and seals chunks with.
internal struct ChunkTools: ~Copyable {
    let keys: ChunkKeys
    let naming: MACKey
    let sealing: SealingKey
    let randomness: Randomness
    var coder = ChunkCoder()

    init(_ keys: ChunkKeys, _ randomness: Randomness) {
        self.keys = keys
        self.randomness = randomness
        naming = keys.names()
        sealing = keys.sealing()
    }
}
