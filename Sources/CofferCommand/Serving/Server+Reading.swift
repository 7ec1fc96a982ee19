internal import Coffer

/// The requests that read.
extension Server {
    /// `get`: one record, or one field of it.
    internal func get(_ transaction: ReadTransaction, _ members: Members) throws -> Reply {
        let document = try transaction.get(members.need("collection"), members.need("record"))
        guard let field = try members.text("field") else {
            return .json(Array(document.fullJSON.utf8))
        }
        guard let json = document.fieldJSON(field) else { throw Failure.noField(field) }
        return .json(Array(json.utf8))
    }

    /// `list`: records of a collection.
    internal func list(_ transaction: ReadTransaction, _ members: Members) throws -> Reply {
        let collection = try members.need("collection")
        var request = ListRequest()
        request.condition = try members.text("where")
        request.sort = try members.text("sort")
        request.isReversed = try members.flag("reverse")
        if let fields = try members.texts("fields") {
            guard !fields.isEmpty else { throw Failure.usage("«fields» names no field") }
            request.fields = fields
        }
        if request.isReversed, request.sort == nil {
            throw Failure.usage("«reverse» needs «sort»")
        }
        var rows = Rows(
            limit: try members.count("limit"), offset: try members.count("offset"), room: room)
        request.limit = rows.wanted
        try transaction.list(collection, request) { rows.add($0.fullJSON) }
        return try rows.reply()
    }

    /// `sql`: the rows of a statement.
    internal func sql(_ transaction: ReadTransaction, _ members: Members) throws -> Reply {
        let statement = try members.need("statement")
        var parameters: [String: SQLValue] = [:]
        for (name, value) in try members.object("param") ?? [] {
            parameters[name] = try SQLValue(json: value.json)
        }
        var limits = SQLLimits()
        if members["timeout"]?.text == "none" {
            limits.time = nil
        } else if let time = try members.span("timeout") {
            limits.time = .milliseconds(Int64(clamping: time))
        }
        var rows = Rows(limit: try members.count("limit"), room: room)
        try transaction.query(statement, parameters: parameters, limits: limits) { row in
            rows.add(row.json)
        }
        return try rows.reply()
    }

    /// `search`: records that hold words.
    internal func search(_ transaction: ReadTransaction, _ members: Members) throws -> Reply {
        let words = try members.need("words")
        var rows = Rows(
            limit: try members.count("limit"), offset: try members.count("offset"), room: room)
        try transaction.search(words, in: members.text("in")) {
            rows.add(JSONOutput.hit($0).json)
        }
        return try rows.reply()
    }

    /// `changes`: the newest change of each record since one.
    internal func changes(_ transaction: ReadTransaction, _ members: Members) throws -> Reply {
        var rows = Rows(limit: try members.count("limit"), room: room)
        try transaction.changes(since: UInt64(members.count("since") ?? 0)) {
            rows.add(JSONOutput.change($0).json)
        }
        return try rows.reply()
    }

    /// `history`: the versions of a record, or one of them.
    internal func history(_ transaction: ReadTransaction, _ members: Members) throws -> Reply {
        let versions = try transaction.history(
            members.need("collection"), members.need("record"))
        guard let number = try members.count("show") else {
            return .value(.array(versions.map { .version($0) }))
        }
        let version = versions.first { $0.document.version == number }
        guard let version else { throw Failure.noVersion(number) }
        return .value(.version(version))
    }

    /// `trash list`: removed records.
    internal func listTrash(_ transaction: ReadTransaction, _ members: Members) throws -> Reply {
        .value(.array(try transaction.trash(members.text("collection")).map { .trashed($0) }))
    }

    /// `schema list`: the collections.
    internal func listSchemas(
        _ transaction: ReadTransaction, _ members: Members
    ) throws -> Reply {
        .value(.array(try transaction.collections().map { .collection($0) }))
    }

    /// `schema show`: a collection with its schema.
    internal func showSchema(_ transaction: ReadTransaction, _ members: Members) throws -> Reply {
        let info = try transaction.collectionInfo(members.need("collection"))
        return .value(.collection(info, withSchema: true))
    }
}
