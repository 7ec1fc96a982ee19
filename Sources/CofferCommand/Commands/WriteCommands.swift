internal import Coffer
internal import CofferArguments

/// Commands that change single records.
internal enum WriteCommands {
    /// `coffer add`.
    internal static func add(_ call: Call) throws -> ExitStatus {
        let collection = call.collection
        let words = call.invocation.argumentList("values")
        let assignments = try AssignmentWord.read(words)
        guard !assignments.isEmpty else {
            throw Failure.usage("nothing to add; write FIELD=VALUE")
        }
        let vault = try call.open()
        let written = try NewCollection.offering(call) { isToBeMade in
            try namingKey(vault, collection, words) {
                try vault.write { transaction in
                    if isToBeMade {
                        try transaction.makeCollection(collection, for: assignments)
                    }
                    return try transaction.add(collection, assignments)
                }
            }
        }
        call.noteWrite(vault, "\(collection) \(written.id) added")
        try tell(call, written)
        return .done
    }

    /// Says of a record that lacks the key that its schema wants how one is given.
    private static func namingKey<Result>(
        _ vault: Vault, _ collection: String, _ words: [String], _ body: () throws -> Result
    ) throws -> Result {
        do { return try body() } catch let error as VaultError {
            guard error.code == .invalid, let key = try? vault.collectionInfo(collection).key,
                !words.contains(where: { $0.hasPrefix("\(key)=") || $0.hasPrefix("\(key):=") })
            else { throw error }
            throw Failure(error).adding("its key is given as \(key)=NAME")
        }
    }

    /// `coffer set`.
    internal static func set(_ call: Call) throws -> ExitStatus {
        if let condition = call.invocation.value("where") { return try set(call, condition) }
        let (record, words) = try call.recordAndRest()
        var assignments = try AssignmentWord.read(words)
        for name in call.invocation.values("unset") {
            assignments.append(try AssignmentWord.unset(name))
        }
        guard !assignments.isEmpty else {
            throw Failure.usage("nothing to change; write FIELD=VALUE or --unset FIELD")
        }
        let version: UInt64? = try call.number("if-version")
        let vault = try call.open()
        let written = try vault.set(call.collection, record, assignments, ifVersion: version)
        let what =
            written.isChanged ? "changed, version \(written.version)" : "is like that already"
        call.noteWrite(vault, "\(call.collection) \(written.id) \(what)")
        try tell(call, written)
        return .done
    }

    /// `coffer put`: one answer a line, as there is one record a line.
    internal static func put(_ call: Call) throws -> ExitStatus {
        guard call.invocation.flag("stdin") else {
            throw Failure.usage("put reads records from standard input: say --stdin")
        }
        let records = try InputFile.read("-")
        let vault = try call.open()
        let written = try NewCollection.offering(call) { isToBeMade in
            try vault.write { transaction in
                if isToBeMade { try transaction.makeCollection(call.collection, for: records) }
                return try transaction.put(call.collection, ndjson: records)
            }
        }
        let new = written.count { $0.isNew }
        let changed = written.count { $0.isChanged } - new
        call.noteWrite(vault, "\(call.collection): \(new) created, \(changed) changed")
        for record in written { try tell(call, record) }
        return .done
    }

    /// `coffer rm`.
    internal static func remove(_ call: Call) throws -> ExitStatus {
        var named: Set<String> = []
        let records = (call.invocation.argumentList("records") + call.invocation.values("id"))
            .filter { named.insert($0).inserted }
        if let condition = call.invocation.value("where") {
            guard records.isEmpty else { throw Failure.usage("name records, or say --where") }
            return try remove(call, condition)
        }
        guard !records.isEmpty else { throw Failure.usage("name the records to remove") }
        let isForgetting = call.invocation.flag("now")
        if records.count > 1 {
            try confirmRemoval(call, of: records.count)
        } else if isForgetting {
            try call.confirm("Remove it for good, with its older versions?")
        }
        let vault = try call.open()
        let removed = try vault.remove(
            call.collection, records, isForgetting: isForgetting)
        call.noteWrite(vault, "\(Quantity.of(removed, "record", "records")) removed")
        if call.isJSON {
            try call.console.print(.removed(removed))
        }
        return .done
    }

    /// `coffer set --where`: the same change to every record for which a condition holds.
    private static func set(_ call: Call, _ condition: String) throws -> ExitStatus {
        let words = Array(call.invocation.arguments.dropFirst())
        guard call.invocation.value("id") == nil, call.invocation.value("if-version") == nil else {
            throw Failure.usage("--where does not go with --id and --if-version")
        }
        var assignments = try AssignmentWord.read(words)
        for name in call.invocation.values("unset") {
            assignments.append(try AssignmentWord.unset(name))
        }
        guard !assignments.isEmpty else {
            throw Failure.usage("nothing to change; write FIELD=VALUE or --unset FIELD")
        }
        let vault = try call.open()
        let count = try vault.count(call.collection, where: condition)
        if count > 0 {
            let records = Quantity.of(count, "record", "records")
            try call.confirm("Change \(records) of \(call.collection)?")
        }
        let changed = try vault.set(
            call.collection, where: condition, assignments, expecting: count)
        call.noteWrite(vault, "\(Quantity.of(changed, "record", "records")) changed")
        if call.isJSON {
            try call.console.print(.changed(changed, of: count))
        }
        return .done
    }

    /// `coffer rm --where`: every record for which a condition holds.
    private static func remove(_ call: Call, _ condition: String) throws -> ExitStatus {
        let vault = try call.open()
        let count = try vault.count(call.collection, where: condition)
        if count > 0 { try confirmRemoval(call, of: count) }
        let removed = try vault.remove(
            call.collection, where: condition, expecting: count,
            isForgetting: call.invocation.flag("now"))
        call.noteWrite(vault, "\(Quantity.of(removed, "record", "records")) removed")
        if call.isJSON {
            try call.console.print(.removed(removed))
        }
        return .done
    }

    /// Asks before records are removed, and says so where nothing brings them back.
    private static func confirmRemoval(_ call: Call, of count: Int) throws(Failure) {
        let records = "\(Quantity.of(count, "record", "records")) of \(call.collection)"
        guard call.invocation.flag("now") else { return try call.confirm("Remove \(records)?") }
        let whose = count == 1 ? "its" : "their"
        try call.confirm("Remove \(records) for good, with \(whose) older versions?")
    }

    /// Says what was written.
    internal static func tell(_ call: Call, _ written: Vault.Written) throws(Failure) {
        guard call.isJSON else { return try call.console.line(written.id) }
        try call.console.print(.written(written))
    }
}
