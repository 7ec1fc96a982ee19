import Foundation

/// A small campaign made by the generator that lies beside the test data.
enum GeneratedCampaign {
    /// Its files by name, without folders; nil where data or python3 are absent.
    static let files: [String: [UInt8]]? = {
        guard let data = ExchangeMaterial.data else { return nil }
        let folder = FileManager.default.temporaryDirectory
            .appending(path: "coffer-campaign-\(UInt64.random(in: 0 ... .max))")
        defer { try? FileManager.default.removeItem(at: folder) }
        let generator = Process()
        generator.executableURL = URL(filePath: "/usr/bin/env")
        generator.arguments = [
            "python3", data.appending(path: "make_campaign.py").path, "--size", "small", "--out",
            folder.path,
        ]
        generator.standardOutput = FileHandle.nullDevice
        guard (try? generator.run()) != nil else {
            print("Skipped: the campaign's generator needs python3.")
            return nil
        }
        generator.waitUntilExit()
        guard generator.terminationStatus == 0 else { return nil }
        var files: [String: [UInt8]] = [:]
        for part in ["", "csv"] {
            let folder = folder.appending(path: part)
            for suffix in [".ndjson", ".csv"] {
                for file in (try? ExchangeMaterial.files(folder, suffix)) ?? [] {
                    files[file.lastPathComponent] = (try? Data(contentsOf: file)).map {
                        [UInt8]($0)
                    }
                }
            }
        }
        return files
    }()
}
