internal import Coffer

/// Something that a client can ask for.
internal struct Action: Sendable {
    /// How it is done.
    internal enum Work: Sendable {
        /// On a snapshot.
        case reading(@Sendable (Server) -> (ReadTransaction, Members) throws -> Reply)
        /// In a transaction that writes.
        case writing(@Sendable (Server) -> (WriteTransaction, Members) throws -> Reply)
        /// As it is, whether a transaction is open or not.
        case anywhere(@Sendable (Server) -> (ReadTransaction?, Members) throws -> Reply)
        /// Only where no transaction is open.
        case outside(@Sendable (Server) -> (Members) throws -> Reply)
        /// Files, which have a transaction of their own where none is open.
        case importing
        /// Several in one transaction.
        case batch
        /// Opens a transaction over several requests.
        case begin
        /// Ends it, and keeps what it has written.
        case commit
        /// Ends it, and keeps nothing.
        case rollback
        /// Ends it likewise, and forgets the key.
        case lock
    }

    /// The members that it knows, besides `id` and `do`.
    internal let members: [String]
    /// How it is done.
    internal let work: Work

    private init(_ members: [String], _ work: Work) {
        self.members = members
        self.work = work
    }

    /// Whether it changes nothing in the vault.
    internal var isReading: Bool {
        switch work {
        case .reading, .anywhere, .outside, .begin, .commit, .rollback, .lock: true
        case .writing, .importing, .batch: false
        }
    }

    /// Everything that can be asked for, by its name in `do`.
    internal static let table: [String: Action] = [
        "get": Action(["collection", "record", "field"], .reading(Server.get)),
        "list": Action(
            ["collection", "where", "sort", "reverse", "fields", "limit", "offset"],
            .reading(Server.list)),
        "sql": Action(["statement", "param", "timeout", "limit"], .reading(Server.sql)),
        "search": Action(["words", "in", "limit", "offset"], .reading(Server.search)),
        "changes": Action(["since", "limit"], .reading(Server.changes)),
        "history": Action(["collection", "record", "show"], .reading(Server.history)),
        "trash list": Action(["collection"], .reading(Server.listTrash)),
        "export": Action(
            ["collections", "format", "output", "everything", "force"], .reading(Server.export)),
        "schema list": Action([], .reading(Server.listSchemas)),
        "schema show": Action(["collection"], .reading(Server.showSchema)),
        "add": Action(["collection", "fields", "new"], .writing(Server.add)),
        "set": Action(
            ["collection", "record", "where", "fields", "unset", "ifVersion"],
            .writing(Server.set)),
        "put": Action(["collection", "records", "new"], .writing(Server.put)),
        "rm": Action(["collection", "records", "where", "now"], .writing(Server.remove)),
        "trash restore": Action(["collection", "record"], .writing(Server.restore)),
        "undo": Action([], .writing(Server.undo)),
        "import": Action(
            ["files", "into", "existing", "idField", "dryRun", "keepGoing"], .importing),
        "batch": Action(["requests"], .batch),
        "begin": Action(["mode", "timeout"], .begin),
        "commit": Action([], .commit),
        "rollback": Action([], .rollback),
        "subscribe": Action(["since"], .outside(Server.subscribe)),
        "unsubscribe": Action([], .outside(Server.unsubscribe)),
        "version": Action([], .anywhere(Server.version)),
        "status": Action([], .anywhere(Server.status)),
        "unlock": Action(["password", "for"], .outside(Server.unlock)),
        "lock": Action([], .lock),
    ]
}
