import Foundation

/// Test material that lies beside the package; nobody on the project wrote it.
enum JSONMaterial {
    /// The folder that `variable` names, else `shared/<name>` beside the package; nil when absent.
    static func folder(_ variable: String, _ name: String) -> URL? {
        let package = URL(filePath: #filePath).deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent()
        let path = ProcessInfo.processInfo.environment[variable]
        let folder =
            path.map { URL(filePath: $0) }
            ?? package.deletingLastPathComponent().appending(path: "shared/\(name)")
        guard FileManager.default.fileExists(atPath: folder.path) else {
            print("Skipped: \(folder.path) is absent; set \(variable) to run these tests.")
            return nil
        }
        return folder
    }

    static let parsing = folder("COFFER_VECTORS", "vectors")?.appending(path: "json/test_parsing")
    static let data = folder("COFFER_DATA", "data")

    /// The files below `folder` whose names end in `suffix`, in order.
    static func files(in folder: URL?, suffix: String) -> [URL] {
        guard let folder else { return [] }
        let names = FileManager.default.enumerator(atPath: folder.path)?.allObjects ?? []
        return names.compactMap { $0 as? String }.filter { $0.hasSuffix(suffix) }.sorted()
            .map { folder.appending(path: $0) }
    }

    static func bytes(_ file: URL) throws -> [UInt8] { [UInt8](try Data(contentsOf: file)) }
}
