import CofferFormat
import Foundation
import Testing

/// Finds test material that lies outside the package.
enum Material {
    /// The root of the package.
    static let package = URL(filePath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

    /// Vectors made by others; nil where they are not at hand.
    static let vectors = folder(variable: "COFFER_VECTORS", fallback: "../shared/vectors")

    /// Sample data; nil where it is not at hand.
    static let data = folder(variable: "COFFER_DATA", fallback: "../shared/data")

    private static func folder(variable: String, fallback: String) -> URL? {
        let named = ProcessInfo.processInfo.environment[variable].map { URL(filePath: $0) }
        let folder = named ?? package.appending(path: fallback).standardizedFileURL
        guard FileManager.default.fileExists(atPath: folder.path) else {
            print("Skipped: no folder at \(folder.path); set \(variable)")
            return nil
        }
        return folder
    }

    /// Reads a JSON file.
    static func json(_ file: URL) throws -> Value {
        try JSON.parse([UInt8](Data(contentsOf: file)))
    }

    /// The files of a folder with an ending, sorted by name.
    static func files(in folder: URL, ending: String) throws -> [URL] {
        try FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)
            .filter { $0.lastPathComponent.hasSuffix(ending) }
            .sorted { $0.lastPathComponent < $1.lastPathComponent }
    }
}

extension Value {
    /// Reads a JSON text that a test has written.
    init(json: String) throws { self = try JSON.parse(Array(json.utf8)) }

    /// The items of an array; none for anything else.
    var items: [Value] {
        guard case .array(let items) = self else { return [] }
        return items
    }

    /// The text of a text; nil for anything else.
    var string: String? {
        guard case .text(let text) = self else { return nil }
        return text
    }
}
