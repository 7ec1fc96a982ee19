import Foundation

/// What a run of the program has come to.
struct Outcome {
    let status: Int32
    let output: String
    let errors: String

    /// The JSON on standard output.
    var json: Any? {
        try? JSONSerialization.jsonObject(
            with: Data(output.utf8), options: [.fragmentsAllowed])
    }

    /// A member of the JSON object on standard output.
    subscript(_ name: String) -> Any? { (json as? [String: Any])?[name] }

    /// The JSON objects on the lines of standard output.
    var rows: [[String: Any]] {
        output.split(separator: "\n").compactMap {
            try? JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any]
        }
    }

    /// The `code` of the error on standard error.
    var code: String? {
        let line = errors.split(separator: "\n").last.map { Data($0.utf8) } ?? Data()
        let object = try? JSONSerialization.jsonObject(with: line) as? [String: Any]
        return (object?["error"] as? [String: Any])?["code"] as? String
    }
}
