import CofferExchange
import CofferFormat
import Foundation
import Testing

/// The generated campaign, small: sixteen collections as NDJSON, four of them as CSV, too.
@Suite(.enabled(if: GeneratedCampaign.files != nil)) struct CampaignTests {
    @Test func everyRecordHasItsKeyAndComesBack() throws {
        let files = try #require(GeneratedCampaign.files).filter { $0.key.hasSuffix(".ndjson") }
        var count = 0
        for (name, bytes) in files {
            let values = try RecordSource(bytes, name: name).values()
            var scan = KeyScan(canonical: KeyScan.bytes)
            for value in values { scan.add(value, in: "c") }
            #expect(scan.finding(for: "c") == .field("id"), "\(name)")
            let output = Output()
            var writer = LineWriter(to: output.sink)
            for value in values { try writer.write(value) }
            try writer.finish()
            #expect(try RecordSource(output.bytes, name: name).values() == values)
            count += values.count
        }
        print("generated campaign: \(count) records in \(files.count) files")
        #expect(files.count == 16)
        #expect(count == 500)
    }

    @Test func tablesSayTheSameAsLines() throws {
        let files = try #require(GeneratedCampaign.files)
        var tables = 0
        var cells = 0
        for (name, bytes) in files where name.hasSuffix(".csv") {
            let lines = try #require(files[name.dropLast(4) + ".ndjson"])
            let expected = try RecordSource(lines, name: "a.ndjson").values()
            var options = RecordSource.Options()
            options.types = { column in
                for record in expected {
                    switch record[column] {
                    case .integer?: return .number
                    case .bool?: return .boolean
                    default: continue
                    }
                }
                return .text
            }
            let found = try RecordSource(bytes, name: name, options: options).values()
            #expect(found.count == expected.count)
            for (row, line) in zip(found, expected) {
                guard case .object(let members) = row else { continue }
                for member in members {
                    // The generator's tables write lists in a form of their own.
                    if case .array? = line[member.name] { continue }
                    #expect(member.value == line[member.name], "\(name) \(member.name)")
                    cells += 1
                }
            }
            tables += 1
        }
        print("generated campaign: \(cells) cells in \(tables) tables")
        #expect(tables == 4)
        #expect(cells > 600)
    }
}
