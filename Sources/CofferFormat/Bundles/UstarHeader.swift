/// The block before each member: a POSIX ustar header of which all but name and size is fixed
/// (`Docs/Format.md`, section 16; POSIX.1-2017, `pax`, "ustar Interchange Format").
package struct UstarHeader: Equatable, Sendable {
    /// What makes a block no header of ours.
    package enum Problem: String, Error, Sendable, Equatable {
        /// Not ustar at all.
        case magic = "is not a ustar header"
        /// A size that is not eleven octal digits.
        case size = "has a size that is not written in octal digits"
        /// A link, directory, device, extension or anything but an ordinary file.
        case type = "is not an ordinary file"
        /// A name that is empty, too long, or not followed by zeros only.
        case name = "has a name that no member has"
        /// The checksum does not fit.
        case checksum = "has a wrong checksum"
        /// Mode, owner, time, a link's target or anything else that is fixed differs.
        case field = "has a mode, owner, time or other field that no bundle has"
    }

    /// The size of a block in bytes.
    package static let blockSize = 512

    /// The longest name that the first field can hold.
    private static let nameSize = 100
    private static let sizeField = 124..<136
    private static let checksumField = 148..<156
    private static let typeOffset = 156
    private static let magicField = 257..<265
    private static let magic = Array("ustar\u{0}00".utf8)
    /// Fields of octal digits that are the same in every header: mode, user, group, time and the
    /// two numbers of a device.
    private static let constants: [(offset: Int, text: String)] = [
        (100, "0000600\0"), (108, "0000000\0"), (116, "0000000\0"), (136, "00000000000\0"),
        (329, "0000000\0"), (337, "0000000\0"),
    ]

    /// The member's name; at most 100 bytes, of our own members only.
    package let name: String
    /// The member's size; at most eleven octal digits.
    package let size: UInt64

    /// The header of a member.
    package init(_ member: BundleMember, size: UInt64) {
        name = member.name
        self.size = size
    }

    private init(name: String, size: UInt64) {
        self.name = name
        self.size = size
    }

    /// How many zeros follow a content of `size` bytes.
    package static func padding(after size: UInt64) -> Int {
        (blockSize - Int(size % UInt64(blockSize))) % blockSize
    }

    /// Reads a block of 512 bytes; the name need not be one that a bundle has.
    ///
    /// - Throws: ``Problem``: the first thing that no header of ours has.
    package init(parsing block: [UInt8]) throws(Problem) {
        guard block.count == Self.blockSize,
            block[Self.magicField].elementsEqual(Self.magic)
        else { throw .magic }
        guard block[Self.typeOffset] == UInt8(ascii: "0") else { throw .type }
        let name = block[..<Self.nameSize].prefix { $0 != 0 }
        guard !name.isEmpty, name.count < Self.nameSize,
            name.allSatisfy({ (0x21...0x7E).contains($0) })
        else { throw .name }
        var size: UInt64 = 0
        for digit in block[Self.sizeField].dropLast() {
            guard (0x30...0x37).contains(digit) else { throw .size }
            size = size << 3 | UInt64(digit & 7)
        }
        self.init(name: String(decoding: name, as: UTF8.self), size: size)
        let expected = bytes
        guard block != expected else { return }
        let isChecksumAlone = block.indices.allSatisfy {
            block[$0] == expected[$0] || Self.checksumField.contains($0)
        }
        throw isChecksumAlone ? .checksum : .field
    }

    /// The 512 bytes.
    package var bytes: [UInt8] {
        var block = [UInt8](repeating: 0, count: Self.blockSize)
        func put(_ text: some Sequence<UInt8>, at offset: Int) {
            var place = offset
            for byte in text {
                block[place] = byte
                place += 1
            }
        }
        put(name.utf8.prefix(Self.nameSize), at: 0)
        for (offset, text) in Self.constants { put(text.utf8, at: offset) }
        put(Self.octal(size, digits: 11), at: Self.sizeField.lowerBound)
        block[Self.typeOffset] = UInt8(ascii: "0")
        put(Self.magic, at: Self.magicField.lowerBound)
        // The checksum is that of a header whose checksum is eight spaces.
        let sum = block.reduce(UInt64(8 * 0x20)) { $0 + UInt64($1) }
        put(Self.octal(sum, digits: 6), at: Self.checksumField.lowerBound)
        block[Self.checksumField.upperBound - 1] = 0x20
        return block
    }

    /// The last digits of a number, then nothing: a zero stands there already.
    private static func octal(_ number: UInt64, digits: Int) -> [UInt8] {
        (0..<digits).reversed().map {
            0x30 + UInt8(truncatingIfNeeded: number >> (3 * UInt64($0))) & 7
        }
    }
}
