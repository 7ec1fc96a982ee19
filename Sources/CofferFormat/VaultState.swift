package import CofferBytes

/// What a vault says of itself as a whole, sealed and replaced in every write transaction
/// (`Docs/Format.md`, section 7).
package struct VaultState: Equatable, Sendable {
    /// Why the epoch last changed.
    package enum EpochReason: UInt8, Sendable {
        /// The vault was made.
        case created = 0
        /// An older copy was accepted as current.
        case acceptedOlder = 1
        /// It was restored from a bundle.
        case restored = 2
        /// Its keys were rotated.
        case rotated = 3
        /// It was repaired.
        case repaired = 4
    }

    /// Which rows a sum is over.
    package struct Body: Hashable, Comparable, Sendable {
        /// The table.
        package let table: RowTable
        /// The collection's number; 0 where the table has none.
        package let collection: UInt32

        /// Names a table.
        package init(_ table: RowTable, collection: UInt32 = 0) {
            self.table = table
            self.collection = collection
        }

        /// Orders by table, then collection.
        package static func < (left: Body, right: Body) -> Bool {
            (left.table.rawValue, left.collection) < (right.table.rawValue, right.collection)
        }
    }

    /// How many rows there are and what their codes add up to.
    package struct Tally: Equatable, Sendable {
        /// The number of rows.
        package var rows: UInt64
        /// The sum of their codes.
        package var sum: Sum256

        /// No rows.
        package init() {
            rows = 0
            sum = Sum256()
        }

        /// Takes in the code of a row, 32 bytes.
        package mutating func add(_ code: [UInt8]) {
            rows &+= 1
            sum.add(code.span)
        }

        /// States a count and a sum.
        package init(rows: UInt64, sum: Sum256) {
            self.rows = rows
            self.sum = sum
        }
    }

    /// How long older versions are kept: whichever bound is reached first.
    package struct HistoryPolicy: Equatable, Sendable {
        /// Days after which a version goes.
        package var days: UInt16
        /// The most older versions of one record; 0 keeps none.
        package var versions: UInt16

        /// Thirty days and twenty versions, unless said otherwise.
        package init(days: UInt16 = 30, versions: UInt16 = 20) {
            self.days = days
            self.versions = versions
        }
    }

    /// The next numbers of a collection.
    package struct Counters: Equatable, Sendable {
        /// The next field or column number.
        package var nextField: UInt16
        /// The next number in the collection's history.
        package var nextHistory: UInt64

        /// A new collection's counters.
        package init(nextField: UInt16 = 1, nextHistory: UInt64 = 1) {
            self.nextField = nextField
            self.nextHistory = nextHistory
        }
    }

    /// The largest state in bytes.
    package static let sizeLimit = 1 << 20
    /// The most devices that are remembered.
    package static let deviceLimit = 64

    /// Grows when the vault's history takes a turn that memory must not refuse.
    package var epoch: UInt64
    /// Why the epoch last changed.
    package var epochReason: EpochReason
    /// One more in every write transaction.
    package var generation: UInt64
    /// The number of the newest change of a record.
    package var sequence: UInt64
    /// The first number of the newest change set; 0 where there is none that could be undone.
    package var change: UInt64
    /// This copy of the vault; a restore elsewhere gets another.
    package var instance: Identifier
    /// The number of the next audit entry.
    package var nextAudit: UInt64
    /// The hash at the end of the audit log, 32 bytes.
    package var auditHead: [UInt8]
    /// The next collection number.
    package var nextCollection: UInt32
    /// The next key number.
    package var nextKey: UInt32
    /// The next slot number.
    package var nextSlot: UInt32
    /// How long older versions are kept.
    package var historyPolicy: HistoryPolicy
    /// The sum over slots, roster, keys and catalog.
    package var frame: Sum256
    /// Running jobs.
    package var jobs: Tally
    /// Count and sum of every other table.
    package var bodies: [Body: Tally]
    /// The next numbers of each collection.
    package var counters: [UInt32: Counters]
    /// The generation of each device's last write.
    package var devices: [Identifier: UInt64]

    /// Whether a history number was ever given in the collection.
    package func hasHistory(in collection: UInt32) -> Bool {
        (counters[collection]?.nextHistory ?? 1) > 1
    }

    /// The state of a vault that is about to be made.
    package init(instance: Identifier) {
        epoch = 1
        epochReason = .created
        generation = 0
        sequence = 0
        change = 0
        self.instance = instance
        nextAudit = 0
        auditHead = [UInt8](repeating: 0, count: 32)
        nextCollection = 1
        nextKey = 1
        nextSlot = 1
        historyPolicy = HistoryPolicy()
        frame = Sum256()
        jobs = Tally()
        bodies = [:]
        for table in RowTable.systemBodies { bodies[Body(table)] = Tally() }
        counters = [:]
        devices = [:]
    }
}
