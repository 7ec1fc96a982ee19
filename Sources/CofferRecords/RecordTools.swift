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

    /// The preparer of the one transaction that writes.
    func makePreparer() throws -> RecordPreparer {
        if let preparer { return preparer }
        let made = try RecordPreparer(frame)
        preparer = made
        return made
    }
}
