package import CofferBytes
package import CofferCrypto
package import CofferFormat

/// Gives the batches of a record stream, read from its sealed segments.
///
/// Source: `Docs/Format.md`, section 19.1. Whatever does not verify, or is not in the one form
/// that a writer gives it, is refused. Memory: one segment, one batch.
package final class StreamOpener {
    /// Why a stream cannot be read.
    package enum Failure: Error, Equatable, Sendable {
        /// A segment, from 1, does not open under the bundle's key in its place.
        case segment(Int)
        /// A person's part does not open under their key.
        case part
        /// The opened bytes are no stream; the text says what is wrong.
        case malformed(String)
    }

    private let context: StreamContext
    private let key: SealingKey
    private let count: Int
    private let read: (Int) throws -> [UInt8]
    private let person: (Identifier) throws -> FieldKey?
    private var compressor = StreamCompressor()
    private var piece: [UInt8] = []
    private var offset = 0
    private var number = 0
    private var last: (kind: StreamKind, collection: UInt32)?
    private var isEnded = false

    /// Starts at the first segment.
    ///
    /// - Parameters:
    ///   - count: How many segments there are.
    ///   - read: Gives the sealed bytes of a segment, from 1.
    ///   - person: The key of a person by its id; nil where it is gone.
    package init(
        vault: Identifier, bundle: Identifier, key: SealingKey, count: Int,
        read: @escaping (Int) throws -> [UInt8],
        person: @escaping (Identifier) throws -> FieldKey?
    ) {
        context = StreamContext(vault: vault, bundle: bundle)
        self.key = key
        self.count = count
        self.read = read
        self.person = person
    }

    /// The next batch; nil after the last, when nothing but its padding follows.
    ///
    /// - Throws: ``Failure``, and what `read` and `person` throw.
    package func next() throws -> StreamBatch? {
        guard !isEnded else {
            try checkPadding()
            return nil
        }
        var header = ByteReader(try take(13))
        guard let kind = StreamKind(rawValue: try header.u8()) else {
            throw Failure.malformed("a kind that this release does not know")
        }
        let collection = try header.u32()
        let entries = try header.u32()
        let parts = try header.u32()
        try checkOrder(kind, collection)
        guard entries > 0, parts > 0, parts - 1 <= entries, kind != .chunks || parts == 1 else {
            throw Failure.malformed("the count of a batch")
        }
        var batch = StreamBatch(kind, collection: collection)
        batch.count = entries
        batch.parts = []
        var seen: Set<Identifier> = []
        for index in 0..<parts {
            let part = try part(kind, collection, isFirst: index == 0)
            guard seen.insert(part.key).inserted else {
                throw Failure.malformed("two parts under one key")
            }
            batch.parts.append(part)
        }
        isEnded = kind == .end
        return batch
    }

    private func checkOrder(_ kind: StreamKind, _ collection: UInt32) throws {
        guard kind.hasCollection == (collection != 0) else {
            throw Failure.malformed("the collection of a batch")
        }
        guard let last else {
            guard kind == .standing else { throw Failure.malformed("the first batch") }
            self.last = (kind, collection)
            return
        }
        let isOnlyOne = !kind.isContent && kind != .kept
        guard (last.kind.rawValue, last.collection) <= (kind.rawValue, collection),
            !(isOnlyOne && last.kind == kind),
            !(kind == .kept && last.kind == kind && last.collection == collection)
        else { throw Failure.malformed("the order of the batches") }
        self.last = (kind, collection)
    }

    private func part(
        _ kind: StreamKind, _ collection: UInt32, isFirst: Bool
    ) throws -> StreamBatch.Part {
        var header = ByteReader(try take(25))
        let key = try header.identifier()
        let coding = try header.u8()
        let plainCount = Int(try header.u32())
        let storedCount = Int(try header.u32())
        guard coding < (kind == .chunks ? 1 : 2), plainCount <= StreamCompressor.partLimit,
            storedCount <= plainCount + 64, isFirst == (key == StreamBatch.noKey)
        else { throw Failure.malformed("the header of a part") }
        var coded = try take(storedCount)
        if !isFirst {
            guard let field = try person(key) else { return StreamBatch.Part(key: key, bytes: nil) }
            do throws(CryptoError) {
                coded = try context.open(coded, kind, collection, key, under: field)
            } catch { throw Failure.part }
        }
        guard coding == 1 else {
            guard coded.count == plainCount else { throw Failure.malformed("the size of a part") }
            return StreamBatch.Part(key: key, bytes: coded)
        }
        do throws(ByteReader.Failure) {
            return StreamBatch.Part(
                key: key, bytes: try compressor.expand(coded.span, to: plainCount))
        } catch { throw Failure.malformed("the compression of a part") }
    }

    private func take(_ wanted: Int) throws -> [UInt8] {
        var taken: [UInt8] = []
        while taken.count < wanted {
            if offset == piece.count { try readPiece() }
            let count = min(wanted - taken.count, piece.count - offset)
            taken.append(contentsOf: piece[offset..<offset + count])
            offset += count
        }
        return taken
    }

    private func readPiece() throws {
        guard number < count else { throw Failure.malformed("its end is missing") }
        number += 1
        let sealed = try read(number)
        do throws(CryptoError) {
            piece = try Cobblestone.open(
                sealed.span, under: key, context: context.segment(number))
        } catch { throw Failure.segment(number) }
        let isLast = number == count
        guard isLast || piece.count == BundleStream.segmentSize,
            piece.count <= BundleStream.segmentSize
        else { throw Failure.segment(number) }
        offset = 0
    }

    private func checkPadding() throws {
        guard number == count, piece[offset...].allSatisfy({ $0 == 0 }),
            piece.count == min(Padding.paddedLength(offset), BundleStream.segmentSize)
        else { throw Failure.malformed("something follows its end") }
    }
}
