import CofferFormat
import CofferSchema
import Foundation
import Testing

/// The sixteen sample schemas and the records that are made for them.
@Suite(.enabled(if: Material.data != nil)) struct SampleDataTests {
    private func schemas() throws -> [String: CollectionSchema] {
        let folder = try #require(Material.data).appending(path: "campaign-schemas")
        var schemas: [String: CollectionSchema] = [:]
        for file in try Material.files(in: folder, ending: ".schema.json") {
            let text = [UInt8](try Data(contentsOf: file))
            let schema = try CollectionSchema(parsing: JSON.parse(text), text: text, name: "")
            schemas[schema.name] = schema
            #expect(file.lastPathComponent == schema.name + ".schema.json")
        }
        return schemas
    }

    @Test func loadsAllSampleSchemas() throws {
        let schemas = try schemas()
        #expect(schemas.count == 16)
        for schema in schemas.values {
            for field in schema.fields {
                guard let reference = field.reference else { continue }
                #expect(schemas[reference.collection] != nil)
            }
        }
        #expect(schemas["players"]?.subject == "id")
        #expect(schemas["players"]?.field("email")?.unique == true)
        #expect(schemas["characters"]?.checks.count == 1)
        #expect(schemas["encounters"]?.field("session_id")?.reference?.onDelete == .clear)
        #expect(schemas["events"]?.processing.retention?.days == 180)
    }

    private func campaign() throws -> URL {
        let folder = FileManager.default.temporaryDirectory
            .appending(path: "coffer-schema-\(UUID().uuidString)")
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = [
            "python3", try #require(Material.data).appending(path: "make_campaign.py").path,
            "--size", "small", "--out", folder.path,
        ]
        process.standardOutput = FileHandle.nullDevice
        try process.run()
        process.waitUntilExit()
        try #require(process.terminationStatus == 0, "python3 made no campaign")
        return folder
    }

    private static let hasPython: Bool = {
        let folders = (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":")
        let isThere = folders.contains {
            FileManager.default.isExecutableFile(atPath: $0 + "/python3")
        }
        if !isThere { print("Skipped: no python3 to make sample records with") }
        return isThere
    }()

    @Test(.enabled(if: hasPython)) func acceptsEveryRecordMadeForThem() throws {
        let folder = try campaign()
        defer { try? FileManager.default.removeItem(at: folder) }
        var count = 0
        var collections = 0
        for (name, schema) in try schemas() {
            let paths = try FileManager.default.subpathsOfDirectory(atPath: folder.path)
                .filter { ("/" + $0).hasSuffix("/\(name).ndjson") }
            let path = try #require(paths.first)
            collections += 1
            var inference = SchemaInference()
            var records: [Value] = []
            for line in try Data(contentsOf: folder.appending(path: path)).split(separator: 10) {
                let record = try JSON.parse([UInt8](line))
                #expect(schema.validate(record).isEmpty, "\(name)")
                inference.observe(record)
                records.append(record)
            }
            count += records.count
            for inferred in [
                inference.schema(title: name), inference.importSchema(title: name),
                inference.suggestedSchema(title: name),
            ] {
                let schema = try CollectionSchema(parsing: inferred, text: [], name: "")
                #expect(records.allSatisfy { schema.validate($0).isEmpty }, "\(name)")
            }
        }
        print("Sample campaign: \(count) records in \(collections) collections")
        #expect(collections == 16)
        #expect(count == 500)
    }
}
