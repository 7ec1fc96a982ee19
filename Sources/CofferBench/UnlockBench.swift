internal import Coffer
internal import CofferBytes
internal import CofferCrypto

/// Opening and unlocking a vault against the password hash alone, in one process.
internal enum UnlockBench {
    internal static func run(rounds: Int) throws {
        let vault = try BenchVault(at: Tables.scratch + ".coffer", schemas: [])
        let cost = try Argon2id.Parameters(
            memoryKiB: UInt64(BenchVault.memory), passes: UInt64(BenchVault.passes), lanes: 4)
        let password = SecretBytes(count: 9) { $0[0] = 1 }
        var whole: [Double] = []
        var hash: [Double] = []
        for _ in 0..<rounds {
            var start = Report.now()
            _ = try Argon2id.derive(
                password: password, salt: [UInt8](repeating: 1, count: 16), parameters: cost)
            hash.append((Report.now() - start) / 1e6)
            start = Report.now()
            try vault.openAgain()
            whole.append((Report.now() - start) / 1e6)
        }
        let beyond = zip(whole, hash).map { $0 - $1 }
        Report.pair("open and unlock", whole, hash, unit: "ms", peer: "Argon2id alone")
        Report.line("beyond Argon2id: \(Report.number(Report.median(beyond))) ms")
    }
}
