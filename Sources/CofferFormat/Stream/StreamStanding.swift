package import CofferBytes

/// How a vault stood at the instant of a bundle: its state without the sums.
///
/// Source: `Docs/Format.md`, section 19.2, kind 1. The sums of a state are never written outside
/// the state; a restored vault makes its own.
package struct StreamStanding: Equatable, Sendable {
    /// The counters and numbers, the bodies and sums empty.
    package private(set) var state: VaultState

    /// Takes what a bundle carries of a state.
    package init(_ state: VaultState) {
        var bare = state
        bare.frame = Sum256()
        bare.jobs = VaultState.Tally()
        bare.bodies = VaultState(instance: state.instance).bodies
        self.state = bare
    }

    /// Reads an entry of kind 1.
    ///
    /// - Throws: `truncated`, `trailing`, `invalid`, `limit`, `unknown`.
    package init(parsing bytes: [UInt8]) throws(ByteReader.Failure) {
        var reader = ByteReader(bytes)
        let epoch = try reader.u64()
        guard let reason = VaultState.EpochReason(rawValue: try reader.u8()) else {
            throw .unknown
        }
        let generation = try reader.u64()
        let sequence = try reader.u64()
        let change = try reader.u64()
        var state = VaultState(instance: try reader.identifier())
        state.epoch = epoch
        state.epochReason = reason
        state.generation = generation
        state.sequence = sequence
        state.change = change
        state.nextAudit = try reader.u64()
        state.auditHead = try reader.take(32)
        state.nextCollection = try reader.u32()
        state.nextKey = try reader.u32()
        state.nextSlot = try reader.u32()
        state.historyPolicy = VaultState.HistoryPolicy(
            days: try reader.u16(), versions: try reader.u16())
        let most = UInt64(Int64.max)
        guard epoch < most, generation < most, sequence < most, change <= sequence,
            state.nextAudit < most
        else { throw .limit }
        try Self.readCounters(&reader, &state)
        try Self.readDevices(&reader, &state)
        try reader.end()
        self.state = state
    }

    /// The entry.
    package var bytes: [UInt8] {
        var writer = ByteWriter(capacity: 256)
        writer.write(state.epoch)
        writer.write(state.epochReason.rawValue)
        writer.write(state.generation)
        writer.write(state.sequence)
        writer.write(state.change)
        writer.write(state.instance)
        writer.write(state.nextAudit)
        writer.write(state.auditHead)
        writer.write(state.nextCollection)
        writer.write(state.nextKey)
        writer.write(state.nextSlot)
        writer.write(state.historyPolicy.days)
        writer.write(state.historyPolicy.versions)
        writer.write(UInt16(clamping: state.counters.count))
        for (collection, counters) in state.counters.sorted(by: { $0.key < $1.key }) {
            writer.write(collection)
            writer.write(counters.nextField)
            writer.write(counters.nextHistory)
        }
        writer.write(UInt16(clamping: state.devices.count))
        for (device, generation) in state.devices.sorted(by: { $0.key < $1.key }) {
            writer.write(device)
            writer.write(generation)
        }
        return writer.bytes
    }

    private static func readCounters(
        _ reader: inout ByteReader, _ state: inout VaultState
    ) throws(ByteReader.Failure) {
        var last: UInt32 = 0
        for _ in 0..<(try reader.u16()) {
            let collection = try reader.u32()
            let counters = VaultState.Counters(
                nextField: try reader.u16(), nextHistory: try reader.u64())
            guard collection > last, collection <= Definition.collectionLimit,
                collection < state.nextCollection, counters.nextField > 0,
                counters.nextHistory > 0, counters.nextHistory < UInt64(Int64.max)
            else { throw .invalid }
            last = collection
            state.counters[collection] = counters
        }
    }

    private static func readDevices(
        _ reader: inout ByteReader, _ state: inout VaultState
    ) throws(ByteReader.Failure) {
        let count = try reader.u16()
        guard count <= VaultState.deviceLimit else { throw .limit }
        var last: Identifier?
        for _ in 0..<count {
            let device = try reader.identifier()
            guard last.map({ $0 < device }) ?? true else { throw .invalid }
            last = device
            state.devices[device] = try reader.u64()
        }
    }
}
