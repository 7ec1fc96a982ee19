internal import CofferBytes
internal import CofferKeys
internal import CofferStore

/// What reading and writing need of a frame and is dear to make: kept from one transaction to the
/// next, until keys or definitions change or the vault is locked.
internal final class RecordTools {
    /// The frame.
    let identity: Frame.Identity
    /// Ids and blind indexes.
    let names: Names
    private let frame: Frame
    private var openers: [UInt32: RecordReader.Opener] = [:]
    private var preparer: RecordPreparer?
    private var sealers: [UInt32: RecordWriter.Sealer] = [:]

    init(_ frame: Frame) throws {
        self.frame = frame
        identity = frame.identity
        names = try Names(frame)
    }

    /// The opener of a collection for single records, which one reader at a time uses.
    func opener(_ collection: UInt32) throws -> RecordReader.Opener {
        if let known = openers[collection] { return known }
        let made = RecordReader.Opener(
            try RecordOpener(vault: frame.keyring.vault, collection: collection))
        openers[collection] = made
        return made
    }

    /// The sealer of a collection, which one transaction at a time uses.
    func sealer(
        _ plan: CollectionPlan, _ make: () throws -> RecordWriter.Sealer
    ) throws -> RecordWriter.Sealer {
        if let known = sealers[plan.number], known.plan === plan { return known }
        let made = try make()
        sealers[plan.number] = made
        return made
    }

    /// The preparer of the one transaction that writes.
    func makePreparer() throws -> RecordPreparer {
        if let preparer { return preparer }
        let made = try RecordPreparer(frame)
        preparer = made
        return made
    }
}
