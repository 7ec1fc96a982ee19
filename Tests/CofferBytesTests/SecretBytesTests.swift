import CofferBytes
import Testing

@Suite struct SecretBytesTests {
    private struct Refused: Error {}

    private func secret(_ count: Int, _ byte: UInt8) -> SecretBytes {
        SecretBytes(count: count) { bytes in
            for index in bytes.indices { bytes[index] = byte }
        }
    }

    @Test(arguments: [1, 32, 64, 65, 4_096, 100_000]) func lendsWhatWasWritten(_ count: Int) {
        let secret = secret(count, 0xA5)
        #expect(secret.count == count)
        let isWhole = secret.withBytes { bytes in
            bytes.count == count && bytes.indices.allSatisfy { bytes[$0] == 0xA5 }
        }
        #expect(isWhole)
    }

    /// What a secret leaves behind in its slot would be the next one's first content.
    @Test func startsWithZerosWhateverLayThereBefore() {
        for round in 0..<2_000 {
            let count = round % 64 + 1
            _ = secret(count, 0xFF)
            _ = SecretBytes(count: count) { bytes in
                let isZero = bytes.indices.allSatisfy { bytes[$0] == 0 }
                #expect(isZero)
            }
        }
    }

    /// More than one slab's 256 slots, all alive at once.
    @Test func keepsManySecretsApart() {
        final class Holder {
            let secret: SecretBytes
            init(_ secret: consuming SecretBytes) { self.secret = secret }
        }
        let holders = (0..<1_000).map { Holder(secret(40, UInt8($0 & 255))) }
        for (index, holder) in holders.enumerated() {
            let isOwn = holder.secret.withBytes { bytes in
                bytes.indices.allSatisfy { bytes[$0] == UInt8(index & 255) }
            }
            #expect(isOwn)
        }
    }

    @Test func comparesByContentAndSize() {
        let one = secret(32, 1)
        let same = secret(32, 1)
        let shorter = secret(31, 1)
        let isSame = one.isEqual(to: same)
        let isShorter = one.isEqual(to: shorter)
        #expect(isSame)
        #expect(!isShorter)
        for place in 0..<32 {
            let other = SecretBytes(count: 32) { bytes in
                for index in bytes.indices { bytes[index] = index == place ? 0x81 : 1 }
            }
            let isOther = one.isEqual(to: other)
            #expect(!isOther)
        }
    }

    @Test func duplicateLivesOnItsOwn() {
        func make() -> SecretBytes {
            let original = secret(48, 7)
            return original.duplicate()
        }
        let copy = make()
        let isEqual = copy.isEqual(to: secret(48, 7))
        #expect(isEqual)
    }

    @Test func passesOnWhatFillingThrows() {
        #expect(throws: Refused.self) {
            _ = try SecretBytes(count: 32) { _ throws(Refused) in throw Refused() }
        }
    }

    @Test func isMadeAndErasedByManyThreads() async {
        await withTaskGroup(of: Bool.self) { group in
            for worker in 0..<4 as Range<UInt8> {
                group.addTask {
                    var isOwn = true
                    for _ in 0..<5_000 {
                        let secret = SecretBytes(count: 32) { bytes in
                            for index in bytes.indices { bytes[index] = worker }
                        }
                        isOwn =
                            secret.withBytes { bytes in
                                bytes.indices.allSatisfy { bytes[$0] == worker }
                            } && isOwn
                    }
                    return isOwn
                }
            }
            for await isOwn in group { #expect(isOwn) }
        }
    }

    @Test func trapsWhenAskedForNoBytes() async {
        await #expect(processExitsWith: .failure) { _ = SecretBytes(count: 0) { _ in } }
        await #expect(processExitsWith: .failure) { _ = SecretBytes(count: -1) { _ in } }
    }
}
