import CofferBytes
import CofferCrypto
import Synchronization

/// Sources of bytes that are the same in every run.
enum TestSources {
    /// Gives these bytes, one after the other, then fails.
    static func fixed(_ bytes: [UInt8]) -> Randomness {
        let offset = Mutex(0)
        return Randomness { span throws(CryptoError) in
            let start = offset.withLock { offset in
                defer { offset += span.count }
                return offset
            }
            guard start + span.count <= bytes.count else {
                throw .randomnessUnavailable(errno: 5)
            }
            for index in 0..<span.count { span[index] = bytes[start + index] }
        }
    }

    /// Always fails, as a kernel without entropy does.
    static let broken = Randomness { _ throws(CryptoError) in
        throw .randomnessUnavailable(errno: 38)
    }
}

extension SecretBytes {
    /// A secret from bytes that everyone may know.
    init(_ bytes: [UInt8]) {
        self.init(count: bytes.count) { span in
            for index in bytes.indices { span[index] = bytes[index] }
        }
    }

    /// The bytes, where a test has to look at them.
    borrowing func exposed() -> [UInt8] { withBytes { $0.exposed() } }
}

extension Span<UInt8> {
    /// The bytes as an array.
    func exposed() -> [UInt8] { indices.map { self[$0] } }
}

/// The error that `body` throws; nil when it throws none.
func failure<Result: ~Copyable>(
    of body: () throws(CryptoError) -> Result
) -> CryptoError? {
    do {
        _ = try body()
        return nil
    } catch {
        return error
    }
}
