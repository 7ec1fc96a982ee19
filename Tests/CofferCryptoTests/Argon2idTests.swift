import CofferBytes
import Testing

@testable import CofferCrypto

@Suite(.serialized) struct Argon2idTests {
    /// What the vectors need, which is less than a vault may use.
    private let open = Argon2id.Limits(memoryKiB: 8...4_194_304, passes: 1...32, lanes: 1...16)

    private func run(
        _ password: [UInt8], _ salt: [UInt8], key: [UInt8] = [], associated: [UInt8] = [],
        _ memory: UInt64, _ passes: UInt64, _ lanes: UInt64, count: Int = 32
    ) throws -> [UInt8] {
        let parameters = try Argon2id.Parameters(
            memoryKiB: memory, passes: passes, lanes: lanes, within: open)
        return try Argon2id.run(
            password: password.span, salt: salt, key: key, associated: associated,
            parameters: parameters, count: count
        ).exposed()
    }

    /// RFC 9106, section 5.3.
    @Test func givesTheAnswerOfRFC9106() throws {
        let tag = try run(
            [UInt8](repeating: 1, count: 32), [UInt8](repeating: 2, count: 16),
            key: [UInt8](repeating: 3, count: 8), associated: [UInt8](repeating: 4, count: 12),
            32, 3, 4)
        #expect(
            tag == hex("0d640df58d78766c08c037a34a8b53c9d01ef0452d75b65eb52520e96b01e659"))
    }

    @Test(.enabled(if: Vectors.areAtHand)) func answersTheVectors() throws {
        let records = try Vectors.records(
            "argon2/pyca_argon2id_rfc9106.txt", startingAt: "COUNT")
        for record in records {
            func number(_ name: String) throws -> Int {
                try #require(Int(record[name] ?? ""), "\(name)")
            }
            let tag = try run(
                hex(record["pass"] ?? "?"), hex(record["salt"] ?? "?"),
                key: hex(record["secret"] ?? ""), associated: hex(record["ad"] ?? ""),
                UInt64(number("memcost")), UInt64(number("iter")), UInt64(number("lanes")),
                count: number("length"))
            #expect(tag == hex(record["output"] ?? "?"))
        }
        Vectors.say(records.count, "Argon2id")
        #expect(records.count == 6)
    }

    /// The library could erase the password it is given; it must not, as it is only lent.
    @Test func leavesThePasswordAsItWas() throws {
        let bytes = Array("correct horse".utf8)
        let password = SecretBytes(bytes)
        let parameters = try Argon2id.Parameters(
            memoryKiB: 64, passes: 1, lanes: 1, within: open)
        let salt = [UInt8](repeating: 5, count: 16)
        let first = try Argon2id.derive(password: password, salt: salt, parameters: parameters)
        let second = try Argon2id.derive(password: password, salt: salt, parameters: parameters)
        #expect(password.exposed() == bytes)
        let isEqual = first.isEqual(to: second)
        #expect(isEqual)
        #expect(first.exposed() == (try run(bytes, salt, 64, 1, 1)))
    }

    /// Numbers from a hostile file: refused by name and value, before any work.
    @Test(
        arguments: [
            ("Argon2 memory in KiB", UInt64(UInt32.max), 3, 4),
            ("Argon2 memory in KiB", 64 << 20, 3, 4), ("Argon2 memory in KiB", .max, 3, 4),
            ("Argon2 memory in KiB", 4_194_305, 3, 4), ("Argon2 memory in KiB", 65_535, 3, 4),
            ("Argon2 memory in KiB", 8, 3, 4), ("Argon2 memory in KiB", 0, 3, 4),
            ("Argon2 passes", 65_536, 0, 4), ("Argon2 passes", 65_536, 1, 4),
            ("Argon2 passes", 65_536, 2, 4), ("Argon2 passes", 65_536, 33, 4),
            ("Argon2 passes", 65_536, UInt64(UInt32.max), 4), ("Argon2 passes", 65_536, .max, 4),
            ("Argon2 lanes", 65_536, 3, 0), ("Argon2 lanes", 65_536, 3, 17),
            ("Argon2 lanes", 65_536, 3, 1 << 24), ("Argon2 lanes", 65_536, 3, .max),
        ] as [(String, UInt64, UInt64, UInt64)])
    func refusesByLimitBeforeAnyWork(
        _ name: String, _ memory: UInt64, _ passes: UInt64, _ lanes: UInt64
    ) {
        let clock = ContinuousClock()
        let start = clock.now
        let error = failure { () throws(CryptoError) in
            try Argon2id.Parameters(
                memoryKiB: memory, passes: passes, lanes: lanes, within: .product)
        }
        let elapsed = clock.now - start
        let value =
            name == "Argon2 memory in KiB" ? memory : name == "Argon2 passes" ? passes : lanes
        guard case .refusedLimit(name, value, let allowed) = error else {
            Issue.record("Not refused as expected: \(String(describing: error))")
            return
        }
        #expect(!allowed.contains(value))
        #expect(elapsed < .milliseconds(100))
    }

    @Test func refusesOtherVariantsAndVersions() {
        for variant in [0, 1, 3, UInt64.max] {
            let error = failure { () throws(CryptoError) in
                try Argon2id.Parameters(
                    variant: variant, memoryKiB: 65_536, passes: 3, lanes: 4)
            }
            #expect(
                error == .refusedLimit(name: "Argon2 variant", value: variant, allowed: 2...2))
        }
        for version in [0, 0x10, 0x12, 0x14, UInt64.max] {
            let error = failure { () throws(CryptoError) in
                try Argon2id.Parameters(
                    version: version, memoryKiB: 65_536, passes: 3, lanes: 4)
            }
            #expect(
                error
                    == .refusedLimit(name: "Argon2 version", value: version, allowed: 0x13...0x13))
        }
    }

    /// Sixteen lanes need 128 KiB, which the floor of test builds does not give.
    @Test func asksForEightBlocksALane() {
        let error = failure { () throws(CryptoError) in
            try Argon2id.Parameters(memoryKiB: 127, passes: 1, lanes: 16, within: open)
        }
        #expect(
            error
                == .refusedLimit(
                    name: "Argon2 memory in KiB", value: 127, allowed: 128...4_194_304))
    }

    @Test(arguments: [0, 7, 15, 33, 1 << 20])
    func refusesSaltsOfAnotherSize(_ size: Int) throws {
        let clock = ContinuousClock()
        let password = SecretBytes([1])
        let salt = [UInt8](repeating: 0, count: size)
        let start = clock.now
        let error = failure { () throws(CryptoError) in
            try Argon2id.derive(password: password, salt: salt, parameters: .standard)
        }
        let elapsed = clock.now - start
        #expect(
            error
                == .refusedLimit(
                    name: "Argon2 salt bytes", value: UInt64(size), allowed: 16...32))
        #expect(elapsed < .milliseconds(100))
    }

    @Test func acceptsTheLimitsThemselves() throws {
        _ = try Argon2id.Parameters(memoryKiB: 65_536, passes: 3, lanes: 1, within: .product)
        _ = try Argon2id.Parameters(
            memoryKiB: 4_194_304, passes: 32, lanes: 16, within: .product)
        let standard = Argon2id.Parameters.standard
        let same = try Argon2id.Parameters(
            memoryKiB: UInt64(standard.memoryKiB), passes: UInt64(standard.passes),
            lanes: UInt64(standard.lanes), within: .product)
        #expect(same == standard)
    }

    /// A clock that says how long the one measured derivation took.
    @Test(
        arguments: [
            (300, 7), (699, 3), (100, 21), (2_000, 3), (1, 32), (0, 32),
        ] as [(UInt64, UInt32)])
    func raisesThePassesToTheTargetTime(_ milliseconds: UInt64, _ passes: UInt32) throws {
        var calls: UInt64 = 0
        let parameters = try Argon2id.calibrate(
            targetMilliseconds: 700, memoryKiB: 65_536, lanes: 4
        ) {
            defer { calls += 1 }
            return calls * milliseconds * 1_000_000
        }
        #expect(parameters.passes == passes)
        #expect(parameters.memoryKiB == 65_536)
        #expect(calls == 2)
    }

    @Test func survivesAClockThatGoesBack() throws {
        var time: UInt64 = 10
        let parameters = try Argon2id.calibrate(
            targetMilliseconds: .max, memoryKiB: 65_536, lanes: 1
        ) {
            defer { time = 0 }
            return time
        }
        #expect(parameters.passes == 32)
    }
}
