package import CofferBytes

extension VaultState {
    /// Reads an opened state.
    ///
    /// - Throws: `limit` for a state that is too long or too many devices, `unknown` for an
    ///   unknown table or reason, `invalid` for lists out of order, bodies that are not those of
    ///   the collections, a change above the sequence, or a sum over no rows; `truncated` and `trailing` for a wrong length.
    package init(parsing bytes: [UInt8]) throws(ByteReader.Failure) {
        guard bytes.count <= Self.sizeLimit else { throw .limit }
        var reader = ByteReader(bytes)
        let epoch = try reader.u64()
        guard let reason = EpochReason(rawValue: try reader.u8()) else { throw .unknown }
        let generation = try reader.u64()
        let sequence = try reader.u64()
        let change = try reader.u64()
        guard change <= sequence else { throw .invalid }
        self.init(instance: try reader.identifier())
        self.epoch = epoch
        epochReason = reason
        self.generation = generation
        self.sequence = sequence
        self.change = change
        nextAudit = try reader.u64()
        auditHead = try reader.take(32)
        nextCollection = try reader.u32()
        nextKey = try reader.u32()
        nextSlot = try reader.u32()
        historyPolicy = HistoryPolicy(days: try reader.u16(), versions: try reader.u16())
        frame = try Self.sum(&reader)
        jobs = try Self.tally(&reader)
        try readBodies(&reader)
        try readCounters(&reader)
        try readDevices(&reader)
        try reader.end()
        guard hasBodiesOfCollections else { throw .invalid }
    }

    /// Whether records and history are listed for every collection, and for no other.
    private var hasBodiesOfCollections: Bool {
        bodies.count == RowTable.systemBodies.count + 2 * counters.count
            && counters.keys.allSatisfy { collection in
                bodies[Body(.records, collection: collection)] != nil
                    && bodies[Body(.history, collection: collection)] != nil
            }
    }

    private mutating func readBodies(_ reader: inout ByteReader) throws(ByteReader.Failure) {
        bodies = [:]
        var last: Body?
        for _ in 0..<(try reader.u16()) {
            guard let table = RowTable(rawValue: try reader.u8()) else { throw .unknown }
            guard table.isBody else { throw .invalid }
            let body = Body(table, collection: try reader.u32())
            guard table.hasCollections == (body.collection != 0) else { throw .invalid }
            if let last, last >= body { throw .invalid }
            bodies[body] = try Self.tally(&reader)
            last = body
        }
        guard RowTable.systemBodies.allSatisfy({ bodies[Body($0)] != nil }) else {
            throw .invalid
        }
    }

    private mutating func readCounters(_ reader: inout ByteReader) throws(ByteReader.Failure) {
        var last: UInt32 = 0
        for _ in 0..<(try reader.u16()) {
            let collection = try reader.u32()
            guard collection > last else { throw .invalid }
            counters[collection] = Counters(
                nextField: try reader.u16(), nextHistory: try reader.u64())
            last = collection
        }
    }

    private mutating func readDevices(_ reader: inout ByteReader) throws(ByteReader.Failure) {
        let count = Int(try reader.u16())
        guard count <= Self.deviceLimit else { throw .limit }
        var last: Identifier?
        for _ in 0..<count {
            let device = try reader.identifier()
            if let last, last >= device { throw .invalid }
            devices[device] = try reader.u64()
            last = device
        }
    }

    private static func sum(_ reader: inout ByteReader) throws(ByteReader.Failure) -> Sum256 {
        guard let sum = Sum256(try reader.take(Sum256.size)) else { throw .invalid }
        return sum
    }

    private static func tally(_ reader: inout ByteReader) throws(ByteReader.Failure) -> Tally {
        let tally = Tally(rows: try reader.u64(), sum: try sum(&reader))
        guard tally.rows > 0 || tally.sum == Sum256() else { throw .invalid }
        return tally
    }

    /// The bytes to seal.
    package var bytes: [UInt8] {
        var writer = ByteWriter(capacity: 256 + bodies.count * 48)
        writer.write(epoch)
        writer.write(epochReason.rawValue)
        writer.write(generation)
        writer.write(sequence)
        writer.write(change)
        writer.write(instance)
        writer.write(nextAudit)
        writer.write(auditHead)
        writer.write(nextCollection)
        writer.write(nextKey)
        writer.write(nextSlot)
        writer.write(historyPolicy.days)
        writer.write(historyPolicy.versions)
        writer.write(frame.bytes)
        writer.write(jobs.rows)
        writer.write(jobs.sum.bytes)
        writer.write(UInt16(bodies.count))
        for (body, tally) in bodies.sorted(by: { $0.key < $1.key }) {
            writer.write(body.table.rawValue)
            writer.write(body.collection)
            writer.write(tally.rows)
            writer.write(tally.sum.bytes)
        }
        writer.write(UInt16(counters.count))
        for (collection, numbers) in counters.sorted(by: { $0.key < $1.key }) {
            writer.write(collection)
            writer.write(numbers.nextField)
            writer.write(numbers.nextHistory)
        }
        writer.write(UInt16(devices.count))
        for (device, generation) in devices.sorted(by: { $0.key < $1.key }) {
            writer.write(device)
            writer.write(generation)
        }
        return writer.bytes
    }
}
