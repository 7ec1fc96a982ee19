internal import CofferBytes
internal import CofferCrypto
package import CofferFormat
internal import CofferKeys
internal import CofferSQLite

extension Store {
    /// The job that is under way, in the snapshot at hand; nil without one.
    ///
    /// - Throws: `StoreError.damaged` where it does not verify: nothing is done by it then.
    package func job(_ frame: Frame) throws -> JobPlan? {
        let state = try state()
        var tally = VaultState.Tally()
        var plan: JobPlan?
        let rows = try connection.prepare("SELECT num, seal FROM job")
        while try rows.step() {
            let key = rows.int64(0).bigEndianBytes
            let seal = rows.bytes(1)
            tally.rows += 1
            tally.sum.add(frame.code(.job, key: key, seal: seal).span)
            guard rows.int64(0) == JobPlan.number, rows.columnType(1) == .blob,
                let jobKey = try? frame.keyring.active(.jobs).sealingKey(),
                let plain = try? Cobblestone.open(
                    seal, under: jobKey, context: frame.jobContext),
                let opened = try? JobPlan(parsing: plain)
            else { throw StoreError.damaged("the job that changes keys") }
            plan = opened
        }
        guard tally == state.jobs else { throw StoreError.damaged("the job that changes keys") }
        return plan
    }
}

extension Frame {
    /// What the plan of the one job is bound to.
    internal var jobContext: [UInt8] {
        SealContext.make(
            "coffer/v1/job", keyring.vault.bytes, JobPlan.number.bigEndianBytes)
    }
}

extension Transaction {
    /// Writes the plan of the job, in the place of one that is there.
    ///
    /// - Throws: `StoreError`, `KeysError`, `CryptoError`, `SQLiteError`.
    package func putJob(_ plan: JobPlan) throws {
        try removeJob()
        _ = try key(for: .jobs)
        let seal = try Cobblestone.seal(
            plan.bytes, under: frame.keyring.active(.jobs).sealingKey(),
            context: frame.jobContext, randomness: randomness)
        let statement = try connection.prepare("INSERT INTO job(num, seal) VALUES(?1, ?2)")
        try statement.bind(JobPlan.number, at: 1)
        try statement.bind(blob: seal, at: 2)
        _ = try statement.step()
        enter(.job, key: JobPlan.number.bigEndianBytes, seal: seal)
    }

    /// Removes the job.
    ///
    /// - Throws: `SQLiteError`.
    package func removeJob() throws {
        do {
            let rows = try connection.prepare("SELECT num, seal FROM job")
            while try rows.step() {
                leave(.job, key: rows.int64(0).bigEndianBytes, seal: rows.bytes(1))
            }
        }
        let statement = try connection.prepare("DELETE FROM job")
        _ = try statement.step()
    }
}
