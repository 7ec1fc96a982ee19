internal import CofferFormat

/// The records of a file, whatever its format, in memory that does not grow with the file.
///
/// A source is read more than once (to find own keys, then to load), so it opens its file
/// anew each time. Making one looks at the file; from then on its format is settled.
///
/// What a user gets from each format:
/// - an **array** or **lines**: each object is a record of the collection that the file's name
///   gives (``CollectionName``). Fixtures (`model`, `pk`, `fields`) go to the collection that
///   the last part of their `model` names, and keep these three as their fields.
/// - an object of arrays of objects: each member is a **collection** of that name.
/// - any other object is one record, a **document**.
/// - a **NeDB** log: the last line of each `_id` counts, `$$deleted` removes, `$$index…` is not
///   data.
/// - **Improved Initiative**: see ``ImprovedInitiative``. **CSV**: see ``CSVCell``.
@safe
package struct RecordSource {
    /// Fills a buffer: the number of bytes, 0 at the end.
    package typealias Refill = (UnsafeMutableRawBufferPointer) throws(ExchangeError) -> Int

    /// The format of the file.
    package let format: ExchangeFormat
    internal let name: String
    internal let options: Options
    internal let open: () throws(ExchangeError) -> Refill
    /// For ``ExchangeFormat/nedb``: where the line that counts for each document begins.
    internal private(set) var newest: NeDBIndex?
    /// For ``ExchangeFormat/improvedInitiative``: entries that are there in the newer form.
    internal let plainNames: Set<ExactText>

    /// Looks at a file and settles its format.
    ///
    /// - Parameters:
    ///   - name: The file's name or path, for its extension and for the collection's name.
    ///   - options: What the user said about the file.
    ///   - open: Starts reading at the first byte; called for each reading.
    /// - Throws: ``ExchangeError``: all cases but those about writing and columns.
    package init(
        name: String, options: Options = Options(),
        opening open: @escaping () throws(ExchangeError) -> Refill
    ) throws(ExchangeError) {
        self.name = name
        self.options = options
        unsafe self.open = open
        let input = try unsafe ByteInput(open())
        let finding = try FormatFinding(
            input, name: name, chosen: options.format, limit: options.recordLimit)
        format = finding.format
        plainNames = finding.plainNames
        if format == .nedb {
            newest = try unsafe NeDBIndex(ByteInput(open()), limit: options.recordLimit)
        }
    }

    /// Looks at an open file; it must stay open, and is read from its start without moving its
    /// position, so it cannot be a pipe.
    ///
    /// - Throws: As the other initializer.
    package init(
        name: String, options: Options = Options(), descriptor: Int32
    ) throws(ExchangeError) {
        try unsafe self.init(name: name, options: options) { () throws(ExchangeError) -> Refill in
            unsafe FileInput.refill(descriptor)
        }
    }

    /// Reads the file from its start.
    ///
    /// - Parameter visit: Receives each record and reject in the order of the file (of a NeDB
    ///   log: of the lines that count); returns false to end the reading.
    /// - Returns: False when `visit` ended the reading.
    /// - Throws: ``ExchangeError`` when the file as a whole cannot be read. Records that were
    ///   visited before are then not all there are.
    @discardableResult
    package func read(_ visit: @escaping (RecordEvent) -> Bool) throws(ExchangeError) -> Bool {
        let input = try unsafe ByteInput(open())
        let emitter = RecordEmitter(source: self, visit: visit)
        switch format {
        case .array, .collections, .document, .improvedInitiative:
            return try readJSON(input, emitter)
        case .lines, .nedb: return try readLines(input, emitter)
        case .csv: return try readTable(input, emitter)
        }
    }
}

extension RecordSource {
    /// What the user says about a file.
    package struct Options {
        /// The most bytes that one record may take as text: 256 MiB, when nothing else is said.
        package static let defaultRecordLimit = 256 << 20

        /// The format; nil to find out.
        package var format: ExchangeFormat?
        /// The collection for all records; nil to name it from the file.
        package var collection: String?
        /// The most bytes that one record may take as text.
        package var recordLimit = defaultRecordLimit
        /// The separator of a CSV file; nil to find out from its header.
        package var separator: UInt8?
        /// What the cells of a CSV column hold, by the column's name.
        package var types: (String) -> CSVCell.Types = { _ in .text }

        /// Nothing said: the format is found, names come from the file, CSV cells are text.
        package init() {}
    }
}
