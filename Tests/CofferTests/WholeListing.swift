import Foundation

/// The lines in which the independent reader tells everything that a vault holds.
struct WholeListing {
    /// The first line: the state without its sums.
    let standing: [String: Any]
    /// All others.
    let lines: [String]

    init(_ lines: [String]) throws {
        standing = try Self.object(lines.first ?? "")
        self.lines = Array(lines.dropFirst())
    }

    /// The lines of one kind, as objects.
    func objects(_ kind: String) throws -> [[String: Any]] {
        try lines.filter { $0.hasPrefix("{\"kind\":\"\(kind)\"") }.map(Self.object)
    }

    /// Which members of the state are others.
    func changedStanding(in other: WholeListing) -> Set<String> {
        Set(standing.keys).union(other.standing.keys).filter {
            "\(standing[$0] ?? "-")" != "\(other.standing[$0] ?? "-")"
        }
    }

    /// An object of a line, without the fields of a record: they have numbers that only their
    /// literal says.
    private static func object(_ line: String) throws -> [String: Any] {
        let head = line.range(of: ",\"fields\":").map { line[..<$0.lowerBound] + "}" } ?? line[...]
        return try JSONSerialization.jsonObject(with: Data(head.utf8)) as? [String: Any] ?? [:]
    }
}
