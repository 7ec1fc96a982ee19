internal import CCofferSQLite

/// What SQLite calls for each of the ``VirtualTables`` (<https://www.sqlite.org/vtab.html>).
internal enum VirtualModule {
    /// A cursor as SQLite keeps it.
    private final class Owner {
        let cursor: any VirtualCursor
        let moment: VirtualTables.Moment

        init(_ cursor: any VirtualCursor, _ moment: VirtualTables.Moment) {
            self.cursor = cursor
            self.moment = moment
        }
    }

    /// The functions, in one place for all connections; never freed.
    nonisolated(unsafe) internal static let pointer: UnsafePointer<sqlite3_module> = unsafe make()

    private static func make() -> UnsafePointer<sqlite3_module> {
        var module = sqlite3_module()
        module.iVersion = 1
        // Without xCreate a table is eponymous only: CREATE VIRTUAL TABLE does not know it.
        unsafe module.xConnect = { connection, owner, _, _, result, message in
            let code = unsafe VirtualModule.connect(connection, owner, result)
            if code != SQLITE_OK {
                unsafe message?.pointee = CCofferSQLite_copy(sqlite3_errmsg(connection))
            }
            return code
        }
        unsafe module.xDisconnect = { table in
            unsafe sqlite3_free(table)
            return SQLITE_OK
        }
        unsafe module.xBestIndex = { unsafe VirtualModule.choose($0, $1) }
        unsafe module.xOpen = { unsafe VirtualModule.open($0, $1) }
        unsafe module.xClose = { unsafe VirtualModule.close($0) }
        unsafe module.xFilter = { unsafe VirtualModule.filter($0, $1, $3, $4) }
        unsafe module.xNext = { cursor in
            unsafe VirtualModule.withOwner(cursor) { try $0.cursor.next() }
        }
        unsafe module.xEof = { cursor in
            guard let owner = unsafe VirtualModule.owner(cursor) else { return 1 }
            return unsafe owner._withUnsafeGuaranteedRef { $0.cursor.isAtEnd ? 1 : 0 }
        }
        unsafe module.xColumn = { cursor, context, index in
            guard let context = unsafe context else { return SQLITE_MISUSE }
            return unsafe VirtualModule.withOwner(cursor) { owner in
                try owner.cursor.column(Int(index), to: unsafe ColumnResult(context))
            }
        }
        unsafe module.xRowid = { cursor, rowid in
            guard let owner = unsafe VirtualModule.owner(cursor) else { return SQLITE_MISUSE }
            unsafe rowid?.pointee = owner._withUnsafeGuaranteedRef { $0.cursor.rowid }
            return SQLITE_OK
        }
        let place = UnsafeMutablePointer<sqlite3_module>.allocate(capacity: 1)
        unsafe place.initialize(to: module)
        return unsafe UnsafePointer(place)
    }

    private static func connect(
        _ connection: OpaquePointer?, _ owner: UnsafeMutableRawPointer?,
        _ result: UnsafeMutablePointer<UnsafeMutablePointer<sqlite3_vtab>?>?
    ) -> Int32 {
        guard let owner = unsafe owner, let result = unsafe result else { return SQLITE_MISUSE }
        let held = unsafe Unmanaged<VirtualTables.Owner>.fromOpaque(owner).takeUnretainedValue()
        held.moment.isDeclaring = true
        let code = unsafe sqlite3_declare_vtab(connection, held.table.declaration)
        held.moment.isDeclaring = false
        guard code == SQLITE_OK else { return code }
        guard
            let memory = unsafe sqlite3_malloc64(
                UInt64(MemoryLayout<CCofferSQLite_table>.stride))
        else { return SQLITE_NOMEM }
        let table = unsafe memory.bindMemory(to: CCofferSQLite_table.self, capacity: 1)
        unsafe table.initialize(to: CCofferSQLite_table())
        // SQLite keeps the module, and with it the owner, while one of its tables is there.
        unsafe table.pointee.owner = owner
        // The structure begins with SQLite's.
        unsafe result.pointee = memory.assumingMemoryBound(to: sqlite3_vtab.self)
        return SQLITE_OK
    }

    private static func owner(
        _ table: UnsafeMutablePointer<sqlite3_vtab>?
    ) -> VirtualTables.Owner? {
        guard let table = unsafe table else { return nil }
        let ours = unsafe UnsafeRawPointer(table).assumingMemoryBound(to: CCofferSQLite_table.self)
        guard let owner = unsafe ours.pointee.owner else { return nil }
        return unsafe Unmanaged<VirtualTables.Owner>.fromOpaque(owner).takeUnretainedValue()
    }

    private static func owner(
        _ cursor: UnsafeMutablePointer<sqlite3_vtab_cursor>?
    ) -> Unmanaged<Owner>? {
        guard let cursor = unsafe cursor else { return nil }
        let ours = unsafe UnsafeRawPointer(cursor)
            .assumingMemoryBound(to: CCofferSQLite_cursor.self)
        guard let owner = unsafe ours.pointee.owner else { return nil }
        return unsafe Unmanaged<Owner>.fromOpaque(owner)
    }

    /// Calls a cursor for one row after the other; SQLite keeps it alive meanwhile.
    private static func withOwner(
        _ cursor: UnsafeMutablePointer<sqlite3_vtab_cursor>?, _ body: (Owner) throws -> Void
    ) -> Int32 {
        guard let owner = unsafe owner(cursor) else { return SQLITE_MISUSE }
        return unsafe owner._withUnsafeGuaranteedRef { owner in
            do {
                try body(owner)
                return SQLITE_OK
            } catch {
                owner.moment.error = error
                return SQLITE_ERROR
            }
        }
    }

    private static func open(
        _ table: UnsafeMutablePointer<sqlite3_vtab>?,
        _ result: UnsafeMutablePointer<UnsafeMutablePointer<sqlite3_vtab_cursor>?>?
    ) -> Int32 {
        guard let owner = unsafe owner(table), let result = unsafe result else {
            return SQLITE_MISUSE
        }
        let cursor: any VirtualCursor
        do { cursor = try owner.table.open() } catch {
            owner.moment.error = error
            return SQLITE_ERROR
        }
        guard
            let memory = unsafe sqlite3_malloc64(
                UInt64(MemoryLayout<CCofferSQLite_cursor>.stride))
        else { return SQLITE_NOMEM }
        let ours = unsafe memory.bindMemory(to: CCofferSQLite_cursor.self, capacity: 1)
        unsafe ours.initialize(to: CCofferSQLite_cursor())
        unsafe ours.pointee.owner = Unmanaged.passRetained(Owner(cursor, owner.moment)).toOpaque()
        unsafe result.pointee = memory.assumingMemoryBound(to: sqlite3_vtab_cursor.self)
        return SQLITE_OK
    }

    private static func close(_ cursor: UnsafeMutablePointer<sqlite3_vtab_cursor>?) -> Int32 {
        if let owner = unsafe owner(cursor) {
            unsafe owner.takeUnretainedValue().cursor.close()
            unsafe owner.release()
        }
        unsafe sqlite3_free(cursor)
        return SQLITE_OK
    }

    private static func filter(
        _ cursor: UnsafeMutablePointer<sqlite3_vtab_cursor>?, _ choice: Int32, _ count: Int32,
        _ values: UnsafeMutablePointer<OpaquePointer?>?
    ) -> Int32 {
        unsafe withOwner(cursor) { owner in
            var arguments: [SQLScalar] = []
            for index in 0..<Int(max(0, count)) {
                arguments.append(unsafe SQLScalar(values?[index]))
            }
            try owner.cursor.filter(choice, arguments)
        }
    }
}

extension VirtualModule {
    private static func choose(
        _ table: UnsafeMutablePointer<sqlite3_vtab>?,
        _ info: UnsafeMutablePointer<sqlite3_index_info>?
    ) -> Int32 {
        guard let owner = unsafe owner(table), let info = unsafe info else { return SQLITE_MISUSE }
        let choice = owner.table.choose(unsafe request(info))
        unsafe info.pointee.idxNum = choice.number
        unsafe info.pointee.estimatedCost = choice.cost
        unsafe info.pointee.estimatedRows = choice.rows
        unsafe info.pointee.idxFlags = choice.isUnique ? SQLITE_INDEX_SCAN_UNIQUE : 0
        unsafe info.pointee.orderByConsumed = choice.isByRowid && isByRowid(info) ? 1 : 0
        unsafe info.pointee.idxStr = CCofferSQLite_copy(choice.name)
        unsafe info.pointee.needToFreeIdxStr = 1
        if let place = choice.place, place >= 0, unsafe place < Int(info.pointee.nConstraint) {
            // SQLite looks at the values itself again: an index may give more than asked for.
            unsafe info.pointee.aConstraintUsage[place].argvIndex = 1
        }
        return SQLITE_OK
    }

    private static func request(_ info: UnsafeMutablePointer<sqlite3_index_info>) -> IndexRequest {
        var equalities: [IndexRequest.Equality] = []
        for place in 0..<Int(unsafe max(0, info.pointee.nConstraint)) {
            let constraint = unsafe info.pointee.aConstraint[place]
            guard constraint.usable != 0, constraint.op == UInt8(SQLITE_INDEX_CONSTRAINT_EQ),
                let name = unsafe sqlite3_vtab_collation(info, Int32(place)),
                unsafe sqlite3_stricmp(name, "BINARY") == 0
            else { continue }
            equalities.append(
                IndexRequest.Equality(column: Int(constraint.iColumn), place: place))
        }
        return IndexRequest(
            equalities: equalities, columnsUsed: unsafe info.pointee.colUsed,
            isByRowid: unsafe isByRowid(info))
    }

    private static func isByRowid(_ info: UnsafeMutablePointer<sqlite3_index_info>) -> Bool {
        guard unsafe info.pointee.nOrderBy == 1 else { return false }
        let term = unsafe info.pointee.aOrderBy[0]
        return term.iColumn == -1 && term.desc == 0
    }
}
