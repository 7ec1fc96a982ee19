import CofferExchange

/// The parsers that take bytes from files, each with what must hold for any input.
///
/// Not to end the program is the first of it; what is said besides is checked by
/// ``problem(with:)``.
package enum FuzzTarget: String, CaseIterable, Sendable {
    /// A whole JSON text: written again and read, it is the same.
    case json
    /// A JSON text in pieces: its items are the elements of the whole text.
    case jsonStream
    /// The outline of a JSON text.
    case jsonShape
    /// A number: valid by its own grammar where it is by JSON's, and written as it was.
    case jsonNumber
    /// A field's plaintext: written again it is the same, but for what is compressed.
    case field
    /// A row of `slot`.
    case slot
    /// The roster.
    case roster
    /// A row of `dkey`.
    case key
    /// The state.
    case state
    /// A definition, and the tables that it makes.
    case definition
    /// A record's header.
    case recordHeader
    /// An audit entry.
    case audit
    /// A tombstone.
    case tombstone
    /// What a machine remembers.
    case remembered
    /// The clear header.
    case vaultHeader
    /// A JSON file of records.
    case jsonRecords
    /// A file of one record a line.
    case lineRecords
    /// A CSV file: written again as a table and read, it is the same.
    case csvRecords
    /// A NeDB log.
    case nedbRecords
    /// An export of Improved Initiative.
    case initiativeRecords
    /// The name of a collection from a file's.
    case collectionName
    /// A minisign public key file.
    case minisignKey
    /// A minisign signature file.
    case minisignSignature
    /// Hexadecimal digits, Base64, Bech32m and UUIDs.
    case texts
    /// A collection's schema.
    case schema
    /// A bundle's manifest.
    case bundleManifest
    /// A bundle's keyring.
    case bundleKeyring
    /// The list that a bundle's signature signs.
    case bundleSums
    /// The statements that one signing key follows another.
    case bundleSigners
    /// The block before a member.
    case bundleHeader
    /// The name of a member, and of a bundle's file.
    case bundleName
    /// A whole bundle: it is what its members make.
    case bundle
    /// How a vault stood at the instant of a bundle.
    case streamStanding
    /// The last entry of a bundle's stream.
    case streamEnd
    /// The numbers of a history that are kept.
    case streamRanges
    /// Records of a bundle's stream: what is read is what was written.
    case streamRecords
    /// A whole stream, opened: written again and read, it is the same.
    case stream
    /// Where a chunk of a file lies.
    case chunkPlace
    /// A row of `pack`.
    case packRow
    /// What stands before a batch of a pack.
    case batchHead
    /// The table of a batch.
    case batchTable
    /// The list of a file's chunks.
    case chunkList
    /// Chunks of a bundle's stream: what is read is what was written.
    case streamChunks
    /// What is stored of a chunk: it gives exactly its bytes, or nothing.
    case chunkBytes

    /// What is wrong when the parser is given `input`; nil when nothing is.
    package func problem(with input: [UInt8]) -> String? {
        switch self {
        case .json: JSONProperties.whole(input)
        case .jsonStream: JSONProperties.stream(input)
        case .jsonShape: JSONProperties.shape(input)
        case .jsonNumber: JSONProperties.number(input)
        case .field: JSONProperties.field(input)
        case .slot: RowProperties.slot(input)
        case .roster: RowProperties.roster(input)
        case .key: RowProperties.key(input)
        case .state: RowProperties.state(input)
        case .definition: RowProperties.definition(input)
        case .recordHeader: RowProperties.recordHeader(input)
        case .audit: RowProperties.audit(input)
        case .tombstone: RowProperties.tombstone(input)
        case .remembered: RowProperties.remembered(input)
        case .vaultHeader: RowProperties.vaultHeader(input)
        case .jsonRecords: RecordProperties.records(input, name: "a.json", format: nil)
        case .lineRecords: RecordProperties.records(input, name: "a.ndjson", format: nil)
        case .csvRecords: RecordProperties.table(input)
        case .nedbRecords: RecordProperties.records(input, name: "a.db", format: .nedb)
        case .initiativeRecords:
            RecordProperties.records(input, name: "a.json", format: .improvedInitiative)
        case .collectionName: RecordProperties.collectionName(input)
        case .minisignKey: TextProperties.minisignKey(input)
        case .minisignSignature: TextProperties.minisignSignature(input)
        case .texts: TextProperties.texts(input)
        case .schema: TextProperties.schema(input)
        case .bundleManifest: BundleProperties.manifest(input)
        case .bundleKeyring: BundleProperties.keyring(input)
        case .bundleSums: BundleProperties.sums(input)
        case .bundleSigners: BundleProperties.signers(input)
        case .bundleHeader: BundleProperties.header(input)
        case .bundleName: BundleProperties.memberName(input)
        case .bundle: BundleProperties.bundle(input)
        case .streamStanding: StreamProperties.standing(input)
        case .streamEnd: StreamProperties.end(input)
        case .streamRanges: StreamProperties.ranges(input)
        case .streamRecords: StreamProperties.records(input)
        case .stream: StreamProperties.stream(input)
        case .chunkPlace: FileProperties.place(input)
        case .packRow: FileProperties.pack(input)
        case .batchHead: FileProperties.head(input)
        case .batchTable: FileProperties.table(input)
        case .chunkList: FileProperties.list(input)
        case .streamChunks: FileProperties.chunks(input)
        case .chunkBytes: FileProperties.bytes(input)
        }
    }
}
