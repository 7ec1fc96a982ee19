import CofferBytes
import Foundation

/// One scenario of `Vectors/coffer/v1`.
struct Vector {
    /// What a reader must make of a scenario; a word that is not here is refused.
    enum Expectation: String, CaseIterable {
        case success
        case authenticationFailed
        case notCanonical
        case refusedLimit
        case refusedSharedSecret
        case unknown
        case mismatch
    }

    /// Why a file is no scenario, or why one does not hold.
    enum Fault: Error {
        case unreadable(String)
        case unknownExpectation(String)
        case wrongCount(area: String, found: Int, stated: Int)
        case missing(String)
        /// The file's intermediate value is not what was found.
        case differs(String)
    }

    let name: String
    let expect: Expectation
    private let members: [String: Any]

    init(_ members: [String: Any], name: String) {
        self.name = name
        expect = .success
        self.members = members
    }

    /// Takes a file's content.
    ///
    /// - Throws: `Fault` when the area is another, or the expectation has no meaning here.
    init(content: Data, name: String, area: String) throws {
        guard let members = try JSONSerialization.jsonObject(with: content) as? [String: Any],
            members["area"] as? String == area
        else { throw Fault.unreadable(name) }
        let word = members["expect"] as? String ?? ""
        guard let expect = Expectation(rawValue: word) else {
            throw Fault.unknownExpectation(word)
        }
        self.name = name
        self.expect = expect
        self.members = members
    }

    /// The vectors that come with the project.
    static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent()
        .appending(path: "Vectors/coffer/v1", directoryHint: .isDirectory)

    /// All scenarios of an area in order of their names.
    ///
    /// - Throws: `Fault.wrongCount` when their number is not the one that each of them states.
    static func all(of area: String, in folder: URL = folder) throws -> [Vector] {
        let files = try FileManager.default.contentsOfDirectory(
            at: folder.appending(path: area), includingPropertiesForKeys: nil
        ).filter { $0.pathExtension == "json" }
            .sorted { $0.lastPathComponent < $1.lastPathComponent }
        return try files.map { file in
            let name = "\(area)/\(file.lastPathComponent)"
            let vector = try Vector(content: Data(contentsOf: file), name: name, area: area)
            let stated = try vector.integer("numberOfTests")
            guard stated == files.count else {
                throw Fault.wrongCount(area: area, found: files.count, stated: stated)
            }
            return vector
        }
    }

    /// Whether the file has a member.
    func has(_ member: String) -> Bool { members[member] != nil }

    /// A member's bytes, from their hexadecimal form.
    func bytes(_ member: String) throws -> [UInt8] {
        guard let bytes = Hex.decode(Array(try text(member).utf8)) else {
            throw Fault.unreadable("\(name): \(member)")
        }
        return bytes
    }

    /// A member that is 16 bytes.
    func identifier(_ member: String) throws -> Identifier {
        guard let identifier = Identifier(try bytes(member)) else {
            throw Fault.unreadable("\(name): \(member)")
        }
        return identifier
    }

    /// A member's bytes as a secret.
    func secret(_ member: String) throws -> SecretBytes { Vector.secret(try bytes(member)) }

    func text(_ member: String) throws -> String {
        guard let text = members[member] as? String else {
            throw Fault.missing("\(name): \(member)")
        }
        return text
    }

    func integer(_ member: String) throws -> Int {
        guard let integer = members[member] as? Int else {
            throw Fault.missing("\(name): \(member)")
        }
        return integer
    }

    /// A member that is a list of numbers or texts.
    func list<Element>(_ member: String, of type: Element.Type) throws -> [Element] {
        guard let list = members[member] as? [Element] else {
            throw Fault.missing("\(name): \(member)")
        }
        return list
    }

    /// A member that is a list of objects.
    func parts(_ member: String) throws -> [Vector] {
        try list(member, of: [String: Any].self).map { Vector($0, name: "\(name): \(member)") }
    }

    /// A member that is an object of texts.
    func objects(_ member: String) throws -> [String: String] {
        guard let object = members[member] as? [String: String] else {
            throw Fault.missing("\(name): \(member)")
        }
        return object
    }

    /// A member that is true or false.
    func flag(_ member: String) throws -> Bool {
        guard let flag = members[member] as? Bool else {
            throw Fault.missing("\(name): \(member)")
        }
        return flag
    }

    static func secret(_ bytes: [UInt8]) -> SecretBytes {
        SecretBytes(count: bytes.count) { secret in
            for index in bytes.indices { secret[index] = bytes[index] }
        }
    }

    /// An intermediate value that differs is a fault of the code or of the file.
    func same<Content: Equatable>(
        _ what: String, _ found: Content, _ wanted: Content
    ) throws {
        guard found == wanted else { throw Fault.differs("\(name): \(what)") }
    }

    /// Compares bytes with a member.
    func same(_ member: String, _ found: [UInt8]) throws {
        try same(member, found, try bytes(member))
    }
}
