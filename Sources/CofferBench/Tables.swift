internal import Coffer
internal import CofferExchange
internal import CofferFormat
internal import CofferSQLite
internal import Glibc

/// The records of a folder, parsed, with what their schemas say of references and indexes.
internal final class Tables {
    internal struct Table {
        let name: String
        var columns: [String] = []
        var records: [Value] = []
        var schema: Value?
    }

    internal let files: [String]
    internal let schemas: [SchemaSource]
    private var tables: [Table] = []

    /// Where measured files lie, by process.
    internal static var scratch: String { "/tmp/coffer-bench-\(getpid())" }

    internal init(_ folder: String) throws {
        files = try Self.names(in: folder).filter {
            $0.hasSuffix(".ndjson") || $0.hasSuffix(".json")
        }.map { folder + "/" + $0 }
        let schemaNames = (try? Self.names(in: folder + "/schemas")) ?? []
        var sources: [SchemaSource] = []
        var parsed: [String: Value] = [:]
        for name in schemaNames where name.hasSuffix(".schema.json") {
            let bytes = try Self.read(folder + "/schemas/" + name)
            let collection = String(name.dropLast(".schema.json".count))
            sources.append(SchemaSource(name: collection, json: bytes))
            parsed[collection] = try JSON.parse(bytes)
        }
        schemas = sources
        for file in files {
            let descriptor = unsafe open(file, O_RDONLY)
            defer { close(descriptor) }
            try RecordSource(name: file, descriptor: descriptor).read { event in
                if case .record(let record) = event { self.add(record, parsed) }
                return true
            }
        }
    }

    private func add(_ record: SourceRecord, _ schemas: [String: Value]) {
        var index = tables.firstIndex { $0.name == record.collection }
        if index == nil {
            tables.append(Table(name: record.collection, schema: schemas[record.collection]))
            index = tables.count - 1
        }
        guard let index else { return }
        tables[index].records.append(record.value)
        guard case .object(let members) = record.value else { return }
        for member in members where !tables[index].columns.contains(member.name) {
            tables[index].columns.append(member.name)
        }
    }

    /// A hundred values of the first indexed field.
    internal func indexedValues() -> (String, String, [Value])? {
        for table in tables {
            for name in table.columns where table.isIndexed(name) && !table.isReference(name) {
                let values = table.records.prefix(100_000).compactMap { $0[name] }
                let step = max(1, values.count / 100)
                let some = stride(from: 0, to: values.count, by: step).map { values[$0] }
                if !some.isEmpty { return (table.name, name, some) }
            }
        }
        return nil
    }

    /// Inserts everything into plain SQLite in one transaction; milliseconds.
    internal func insertPlain(at path: String) throws -> Double {
        defer { Self.remove(path) }
        let connection = try Connection(path: path, mode: .create)
        try connection.setPageSize(8_192)
        try connection.useWriteAheadLog()
        // What SQLite does unless told otherwise; ours are told to keep more pages.
        try connection.execute("PRAGMA cache_size=-2000")
        for table in tables { try table.create(on: connection) }
        let start = Report.now()
        try connection.write { _ in
            var sequence: Int64 = 0
            for table in tables { try table.insert(on: connection, &sequence) }
        }
        return (Report.now() - start) / 1e6
    }

    /// Writes one JSON text a record into plain SQLite with its own settings; the file's size.
    internal func writeText(at path: String) throws -> Int64 {
        defer { Self.remove(path) }
        do {
            let connection = try Connection(path: path, mode: .create)
            try connection.execute("CREATE TABLE records(id INTEGER PRIMARY KEY, text TEXT)")
            try connection.write { _ in
                for record in tables.flatMap(\.records) {
                    let row = try connection.cached("INSERT INTO records(text) VALUES(?1)")
                    try row.bind(text: String(decoding: JSON.write(record), as: UTF8.self), at: 1)
                    try row.run()
                }
            }
        }
        var status = stat()
        guard unsafe stat(path, &status) == 0 else { throw BenchFailure(what: "no plain file") }
        return Int64(status.st_size)
    }

    private static func remove(_ path: String) {
        for end in ["", "-wal", "-shm", "-journal"] { _ = unsafe unlink(path + end) }
    }

    private static func names(in folder: String) throws -> [String] {
        guard let directory = unsafe opendir(folder) else {
            throw BenchFailure(what: "\(folder) cannot be read")
        }
        defer { unsafe closedir(directory) }
        var names: [String] = []
        while let entry = unsafe readdir(directory) {
            unsafe withUnsafePointer(to: &entry.pointee.d_name) { name in
                unsafe name.withMemoryRebound(to: CChar.self, capacity: 256) { start in
                    unsafe names.append(String(cString: start))
                }
            }
        }
        return names.sorted()
    }

    private static func read(_ path: String) throws -> [UInt8] {
        let descriptor = unsafe open(path, O_RDONLY)
        guard descriptor >= 0 else { throw BenchFailure(what: "\(path) cannot be read") }
        defer { close(descriptor) }
        var bytes = [UInt8](repeating: 0, count: 1 << 20)
        let count = unsafe bytes.withUnsafeMutableBytes { buffer in
            unsafe Glibc.read(descriptor, buffer.baseAddress, buffer.count)
        }
        return Array(bytes.prefix(max(0, count)))
    }
}
