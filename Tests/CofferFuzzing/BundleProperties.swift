import CofferBundles
import CofferBytes
import CofferDisk
import CofferDiskSupport
import CofferFormat

/// What must hold for the parts of a bundle, and for a whole one.
internal enum BundleProperties {
    static func manifest(_ input: [UInt8]) -> String? {
        same(input, try? Manifest(parsing: input).bytes)
    }

    static func keyring(_ input: [UInt8]) -> String? {
        _ = BundleFormat.number(of: input)
        return same(input, try? KeyringDocument(parsing: input).bytes)
    }

    static func sums(_ input: [UInt8]) -> String? {
        guard let list = try? ChecksumList(parsing: input) else { return nil }
        guard !ChecksumList.isOfOtherType(input) else { return "a list has two types" }
        return same(input, list.bytes)
    }

    static func signers(_ input: [UInt8]) -> String? {
        same(input, try? SignerStatements(parsing: input).bytes)
    }

    static func header(_ input: [UInt8]) -> String? {
        same(input, try? UstarHeader(parsing: input).bytes)
    }

    static func memberName(_ input: [UInt8]) -> String? {
        let name = String(decoding: input, as: UTF8.self)
        _ = BundleName.kind(of: name)
        guard let member = BundleMember(name: name) else { return nil }
        return same(Array(name.utf8), Array(member.name.utf8))
    }

    /// A bundle that opens is the one that its members make, to the byte.
    static func bundle(_ input: [UInt8]) -> String? {
        let disk = FaultingFileSystem()
        guard (try? disk.replace("/b", with: input)) != nil else { return "no disk" }
        guard let reader = try? BundleReader(at: "/b", on: disk) else { return nil }
        guard (try? reader.verifyMembers()) != nil else { return nil }
        var bytes: [UInt8] = []
        for member in reader.members {
            guard let content = try? reader.read(member) else { return "a member cannot be read" }
            let size = UInt64(content.count)
            bytes += UstarHeader(member, size: size).bytes + content
            bytes += [UInt8](repeating: 0, count: UstarHeader.padding(after: size))
        }
        return same(input, bytes + [UInt8](repeating: 0, count: 2 * UstarHeader.blockSize))
    }

    private static func same(_ input: [UInt8], _ written: [UInt8]?) -> String? {
        guard let written else { return nil }
        return written == input ? nil : "what was read is written in another form"
    }
}
