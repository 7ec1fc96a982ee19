import CofferExchange
import CofferFormat

/// What must hold for files of records.
internal enum RecordProperties {
    /// Every record is an object that comes back when it is written on a line.
    static func records(_ input: [UInt8], name: String, format: ExchangeFormat?) -> String? {
        var options = RecordSource.Options()
        options.format = format
        options.recordLimit = 1 << 16
        guard let values = values(input, name: name, options: options) else { return nil }
        let output = Output()
        var writer = LineWriter(to: output.sink)
        do {
            for value in values { try writer.write(value) }
            try writer.finish()
        } catch { return "a record cannot be written" }
        var lines = RecordSource.Options()
        lines.format = .lines
        guard let again = self.values(output.bytes, name: "a.ndjson", options: lines) else {
            return values.isEmpty ? nil : "the lines cannot be read"
        }
        return again == values ? nil : "a line is another record"
    }

    /// Every row comes back when it is written as a table and read with the same types.
    static func table(_ input: [UInt8]) -> String? {
        for types in [CSVCell.Types.text, .any, [.number, .boolean]] {
            var options = RecordSource.Options()
            options.format = .csv
            options.types = { _ in types }
            options.recordLimit = 1 << 16
            guard let values = values(input, name: "a.csv", options: options) else { continue }
            let columns = columns(of: values)
            guard !columns.isEmpty else { continue }
            let output = Output()
            var writer = CSVWriter(columns: columns, types: { _ in types }, to: output.sink)
            do {
                for value in values { try writer.write(value) }
                try writer.finish()
            } catch { return "a record cannot be written" }
            options.separator = UInt8(ascii: ",")
            let again = self.values(output.bytes, name: "a.csv", options: options)
            // A row without any cell is not a row of a table.
            guard again?.map(inNameOrder) == values.map(inNameOrder) else {
                return "the table is another one with \(types)"
            }
        }
        return nil
    }

    static func collectionName(_ input: [UInt8]) -> String? {
        let name = CollectionName.forFile(String(decoding: input, as: UTF8.self))
        return name.isEmpty ? "a collection without a name" : nil
    }

    private final class Output {
        private(set) var bytes: [UInt8] = []
        func sink(_ piece: [UInt8]) { bytes += piece }
    }

    /// The records of a file; nil when it cannot be read.
    private static func values(
        _ input: [UInt8], name: String, options: RecordSource.Options
    ) -> [Value]? {
        let opening: () throws(ExchangeError) -> RecordSource.Refill = {
            var position = 0
            var size = 1
            return { buffer throws(ExchangeError) in
                size = size % 61 + 1
                let count = min(buffer.count, size, input.count - position)
                unsafe buffer.copyBytes(from: input[position..<position + count])
                position += count
                return count
            }
        }
        do {
            var values: [Value] = []
            let source = try unsafe RecordSource(name: name, options: options, opening: opening)
            try source.read { event in
                if case .record(let record) = event { values.append(record.value) }
                return true
            }
            return values
        } catch { return nil }
    }

    private static func columns(of values: [Value]) -> [String] {
        var met: Set<ExactText> = []
        var names: [String] = []
        for case .object(let members) in values {
            for member in members where met.insert(ExactText(member.name)).inserted {
                names.append(member.name)
            }
        }
        return names
    }

    private static func inNameOrder(_ value: Value) -> Value {
        guard case .object(let members) = value else { return value }
        return .object(
            members.sorted { Array($0.name.utf8).lexicographicallyPrecedes($1.name.utf8) })
    }
}
