import CofferBytes
import CofferCrypto
import CofferFormat
import CofferKeys
import CofferStore
import Testing

/// Why a scenario was refused, in the words of the files.
struct Refusal: Error {
    let words: Set<Vector.Expectation>

    init(_ words: Vector.Expectation...) { self.words = Set(words) }

    /// What an error of the engine says; nil for one that says nothing about the input.
    init?(_ error: any Error) {
        switch error {
        case let error as Refusal: self = error
        case ByteReader.Failure.truncated, ByteReader.Failure.trailing:
            self.init(.notCanonical)
        // Parts of one encoding that contradict each other are told apart by nobody.
        case ByteReader.Failure.invalid: self.init(.notCanonical, .mismatch)
        case ByteReader.Failure.limit: self.init(.refusedLimit)
        case ByteReader.Failure.unknown: self.init(.unknown)
        case FieldCodingError.tooLong: self.init(.refusedLimit)
        case is FieldCodingError: self.init(.notCanonical)
        case CryptoError.authenticationFailed, KeysError.wrongSecret:
            self.init(.authenticationFailed)
        case KeysError.refusedLimit: self.init(.refusedLimit)
        case KeysError.unusablePassword: self.init(.notCanonical)
        case KeysError.damaged: self.init(.mismatch)
        default: return nil
        }
    }
}

/// Runs all scenarios of an area.
///
/// - Parameter check: Reads the scenario and compares what it gives; throws what refuses it.
func run(_ area: String, _ check: (Vector) throws -> Void) throws {
    var passed: [Vector.Expectation: Int] = [:]
    for vector in try Vector.all(of: area) {
        do {
            try check(vector)
            #expect(vector.expect == .success, "\(vector.name) was accepted")
            if vector.expect == .success { passed[.success, default: 0] += 1 }
        } catch {
            guard let refusal = Refusal(error) else {
                Issue.record("\(vector.name): \(error)")
                continue
            }
            let isRight = refusal.words.contains(vector.expect)
            #expect(isRight, "\(vector.name): \(error), expected \(vector.expect)")
            if isRight { passed[vector.expect, default: 0] += 1 }
        }
    }
    let counts = passed.sorted { $0.key.rawValue < $1.key.rawValue }
        .map { "\($0.value) \($0.key.rawValue)" }
    print("vectors, \(area):", counts.joined(separator: ", "))
    #expect(passed[.success, default: 0] > 0)
}
