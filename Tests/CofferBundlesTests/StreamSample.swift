import CofferBundles
import CofferBytes
import CofferCrypto
import CofferFormat

/// Streams sealed and opened in memory, and plain bytes sealed as only the owner of a key could.
struct StreamSample {
    var vault = Sample.id(1)
    var bundle = Sample.id(2)
    var key: UInt8 = 7
    /// The keys of persons that are at hand.
    var persons: [Identifier: FieldKey] = [:]

    private var sealingKey: SealingKey { SealingKey(Self.secret(key)) }

    static func secret(_ number: UInt8) -> SecretBytes {
        SecretBytes(count: 32) { for index in $0.indices { $0[index] = number } }
    }

    static func person(_ number: UInt8) -> (id: Identifier, key: FieldKey) {
        (Sample.id(number), FieldKey(secret(number)))
    }

    /// Bytes that nothing makes shorter.
    static func noise(_ count: Int, seed: UInt64 = 1) -> [UInt8] {
        var dice = Dice(seed)
        var bytes: [UInt8] = []
        bytes.reserveCapacity(count + 8)
        while bytes.count < count { bytes.append(bigEndian: dice.next()) }
        bytes.removeLast(bytes.count - count)
        return bytes
    }

    /// The sealed segments of batches; the keys are those of the parts from the second on.
    func seal(_ batches: [(StreamBatch, [FieldKey])]) throws -> [[UInt8]] {
        var segments: [[UInt8]] = []
        let sealer = StreamSealer(
            vault: vault, bundle: bundle, key: sealingKey, randomness: .system
        ) { number, bytes in
            guard number == segments.count + 1 else { throw CryptoError.invalidInput }
            segments.append(bytes)
        }
        defer { sealer.stop() }
        for (batch, keys) in batches { try sealer.add(batch, keys: keys) }
        try sealer.finish()
        return segments
    }

    /// The plain bytes of segments.
    func plain(_ segments: [[UInt8]]) throws -> [UInt8] {
        try segments.enumerated().flatMap { index, sealed in
            try Cobblestone.open(sealed, under: sealingKey, context: context(index + 1))
        }
    }

    /// Seals plain bytes as segments, whatever they are; each but the last is full.
    func sealPlain(_ bytes: [UInt8], size: Int = BundleStream.segmentSize) throws -> [[UInt8]] {
        var segments: [[UInt8]] = []
        for start in stride(from: 0, to: max(1, bytes.count), by: size) {
            segments.append(
                try Cobblestone.seal(
                    Array(bytes[start..<min(bytes.count, start + size)]), under: sealingKey,
                    context: context(segments.count + 1), randomness: .system))
        }
        return segments
    }

    private func context(_ number: Int) -> [UInt8] {
        SealContext.make(
            "coffer/v1/segment", vault.bytes, bundle.bytes, UInt32(number).bigEndianBytes)
    }

    /// Everything that a reader gives of segments.
    func open(_ segments: [[UInt8]]) throws -> [StreamBatch] {
        let opener = StreamOpener(
            vault: vault, bundle: bundle, key: sealingKey, count: segments.count,
            read: { segments[$0 - 1] }, person: { persons[$0] })
        var batches: [StreamBatch] = []
        while let batch = try opener.next() { batches.append(batch) }
        return batches
    }

    /// What a reader refuses of segments; nil where it takes them.
    func refusal(of segments: [[UInt8]]) -> StreamOpener.Failure? {
        do {
            _ = try open(segments)
            return nil
        } catch { return error as? StreamOpener.Failure ?? .malformed("\(error)") }
    }

    /// A short stream with a person in it.
    static func small() throws -> [(StreamBatch, [FieldKey])] {
        var records = StreamBatch(.records, collection: 3)
        records.count = 2
        records.parts[0].bytes = Array("two records".utf8)
        let (id, key) = person(9)
        records.parts.append(StreamBatch.Part(key: id, bytes: Array("what is theirs".utf8)))
        return [
            (StreamBatch(.standing, count: 1, bytes: [1, 2, 3]), []),
            (StreamBatch(.definitions, count: 1, bytes: noise(300)), []),
            (records, [key]),
            (StreamBatch(.end, count: 1, bytes: [9]), []),
        ]
    }
}

/// What two batches differ in; nil where they are the same.
func difference(_ left: StreamBatch, _ right: StreamBatch) -> String? {
    guard left.kind == right.kind, left.collection == right.collection, left.count == right.count
    else { return "\(left.kind) and \(right.kind)" }
    guard left.parts.map(\.key) == right.parts.map(\.key),
        left.parts.map(\.bytes) == right.parts.map(\.bytes)
    else { return "the parts of \(left.kind)" }
    return nil
}
