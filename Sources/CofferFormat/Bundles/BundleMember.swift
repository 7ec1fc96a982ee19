/// A file inside a bundle, by its place in the fixed order (`Docs/Format.md`, section 16).
package enum BundleMember: Hashable, Sendable {
    /// What this is and how to check it.
    case readme
    /// The keys of the bundle's time.
    case keyring
    /// The keys of persons, sealed.
    case subjects
    /// Which signing key follows which.
    case signers
    /// A sealed segment of the record stream, numbered from 1.
    case records(Int)
    /// What the bundle is.
    case manifest
    /// The hashes of all members above.
    case sums
    /// The signature of the hashes.
    case signature

    /// The number of segments that five digits can name.
    package static let segmentLimit = 99_999
    /// The size of every segment but the last, and the most that the last can have: 4 MiB under
    /// Cobblestone-256 are a salt of 24 bytes, a commitment of 32 and 257 tags of 16 more.
    package static let segmentSize = 4_198_472

    private static let segmentStem = "records-"
    private static let segmentSuffix = ".seal"

    /// The member of that name; nil where there is none.
    ///
    /// The whole name is compared: nothing is trimmed, unescaped or normalised.
    package init?(name: String) {
        for member in Self.named where member.name.hasSameBytes(as: name) {
            self = member
            return
        }
        let bytes = Array(name.utf8)
        let stem = Array(Self.segmentStem.utf8)
        guard bytes.count == stem.count + 5 + Self.segmentSuffix.utf8.count,
            bytes.starts(with: stem)
        else { return nil }
        var number = 0
        for digit in bytes[stem.count..<stem.count + 5] {
            guard (0x30...0x39).contains(digit) else { return nil }
            number = number * 10 + Int(digit - 0x30)
        }
        guard number > 0, Self.records(number).name.hasSameBytes(as: name) else { return nil }
        self = .records(number)
    }

    /// The name in the archive.
    package var name: String {
        switch self {
        case .readme: "README.txt"
        case .keyring: "keyring.json"
        case .subjects: "subjects.seal"
        case .signers: "signers.txt"
        case .records(let number):
            Self.segmentStem + Self.fiveDigits(number) + Self.segmentSuffix
        case .manifest: "manifest.json"
        case .sums: "SHA256SUMS"
        case .signature: "SHA256SUMS.minisig"
        }
    }

    /// The most bytes that the member may have.
    package var sizeLimit: Int {
        switch self {
        case .readme: 16_384
        case .keyring: 1_048_576
        case .subjects: 67_108_864
        case .signers: 65_536
        case .records: Self.segmentSize
        case .manifest: 16_777_216
        case .sums: 16_777_216
        case .signature: 1_024
        }
    }

    /// Whether it is a part of the content that the content id names.
    package var isContent: Bool {
        if case .records = self { true } else { false }
    }

    private static let named: [BundleMember] = [
        .readme, .keyring, .subjects, .signers, .manifest, .sums, .signature,
    ]

    private static func fiveDigits(_ number: Int) -> String {
        let digits = String(number)
        return String(repeating: "0", count: max(0, 5 - digits.utf8.count)) + digits
    }
}
