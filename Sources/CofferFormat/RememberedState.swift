package import CofferBytes

/// What a machine remembers of one copy of a vault, to notice an older one
/// (`Docs/Architecture.md`, "Memory of older states").
///
/// It holds nothing of the vault's content, and may be lost without harm.
package struct RememberedState: Equatable, Sendable {
    /// The largest file in bytes.
    package static let sizeLimit = 65_536

    /// Epochs and generations are below this: a change a microsecond for nine thousand years.
    private static let numberLimit: UInt64 = 1 << 58

    private static let magic = Array("coffer-memory-1\n".utf8)

    /// The copy of the vault.
    package var instance: Identifier
    /// The newest epoch seen.
    package var epoch: UInt64
    /// The newest generation seen in that epoch.
    package var generation: UInt64
    /// The digest of that state, 16 bytes.
    package var digest: [UInt8]
    /// The number of audit entries at that state.
    package var auditCount: UInt64
    /// The head of the audit log at that state, 32 bytes.
    package var auditHead: [UInt8]
    /// When it was seen, in milliseconds since 1970.
    package var seen: Int64
    /// The public key that signs for the vault, 32 bytes; empty until it was seen.
    package var signer: [UInt8]
    /// The generation of each device's last write.
    package var devices: [Identifier: UInt64]

    /// Remembers a state.
    package init(
        state: VaultState, digest: [UInt8], seen: Int64, signer: [UInt8]
    ) {
        instance = state.instance
        epoch = state.epoch
        generation = state.generation
        self.digest = digest
        auditCount = state.nextAudit
        auditHead = state.auditHead
        self.seen = seen
        self.signer = signer
        devices = state.devices
    }

    /// Reads a file.
    package init(parsing bytes: [UInt8]) throws(ByteReader.Failure) {
        guard bytes.count <= Self.sizeLimit else { throw .limit }
        var reader = ByteReader(bytes)
        guard try reader.take(Self.magic.count) == Self.magic else { throw .invalid }
        instance = try reader.identifier()
        epoch = try reader.u64()
        generation = try reader.u64()
        // The file is not authenticated: what no vault reaches is no memory of one.
        guard epoch < Self.numberLimit, generation < Self.numberLimit else { throw .limit }
        digest = try reader.take(16)
        auditCount = try reader.u64()
        auditHead = try reader.take(32)
        seen = try reader.i64()
        signer = try reader.prefixed16(limit: 32)
        devices = [:]
        let count = Int(try reader.u16())
        guard count <= VaultState.deviceLimit else { throw .limit }
        var last: Identifier?
        for _ in 0..<count {
            let device = try reader.identifier()
            if let last, last >= device { throw .invalid }
            devices[device] = try reader.u64()
            last = device
        }
        try reader.end()
    }

    /// The file's bytes.
    package var bytes: [UInt8] {
        var writer = ByteWriter(capacity: 256)
        writer.write(Self.magic)
        writer.write(instance)
        writer.write(epoch)
        writer.write(generation)
        writer.write(digest)
        writer.write(auditCount)
        writer.write(auditHead)
        writer.write(seen)
        writer.writePrefixed16(signer)
        writer.write(UInt16(devices.count))
        for (device, generation) in devices.sorted(by: { $0.key < $1.key }) {
            writer.write(device)
            writer.write(generation)
        }
        return writer.bytes
    }
}
