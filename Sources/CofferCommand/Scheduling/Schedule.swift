internal import Coffer
internal import Glibc

/// The service and the timer of one vault, in the folder of the user's own units.
internal struct Schedule {
    /// What the names of all such units begin with.
    private static let prefix = "coffer-maintain-"
    /// The endings of the two files: the timer goes first, so that none is left without its service.
    private static let endings = [".timer", ".service"]
    /// The largest unit that is looked at.
    private static let sizeLimit = 1 << 20
    /// How much of a vault's name is in that of its units, in bytes; files have 255 at most.
    private static let nameLimit = 100

    private let folder: String
    private let vault: String

    /// The schedule of the vault at a path.
    ///
    /// - Throws: `usage` where nobody tells where units lie.
    internal init(_ vault: String, _ ambient: Ambient) throws(Failure) {
        guard let folder = ambient.unitDirectory else {
            throw .usage("HOME is not set, so there is no place for a timer")
        }
        self.folder = folder
        self.vault = Paths.resolved(vault) ?? vault
    }

    /// The name of its units, without an ending; nil where there are none.
    internal var name: String? {
        Paths.names(in: folder).filter {
            $0.hasPrefix(Self.prefix) && $0.hasSuffix(".service")
        }.map { String($0.dropLast(".service".count)) }.first(where: isOurs)
    }

    /// The paths of its files.
    internal func files(_ name: String) -> [String] {
        Self.endings.map { Paths.join(folder, name + $0) }
    }

    /// When its timer runs, as systemd has it; nil where it has none.
    internal func calendar(_ name: String) -> String? {
        lines(name + ".timer").first { $0.hasPrefix(UnitText.calendarKey) }
            .map { String($0.dropFirst(UnitText.calendarKey.count)) }
    }

    /// Whether its timer is as it would be written for a time between bundles.
    internal func isCurrent(_ name: String, every: Int64) -> Bool {
        lines(name + ".timer")
            == UnitText.timer(every: every).split(separator: "\n").map(String.init)
    }

    /// Writes both files, in place of those that are there.
    ///
    /// - Returns: The name of the units.
    /// - Throws: `storage`, `full`.
    internal func write(
        program: String, stateHome: String?, every: Int64
    ) throws(VaultError) -> String {
        try OutputFile.createDirectory(folder)
        let name = name ?? freeName()
        let service = UnitText.service(program: program, vault: vault, stateHome: stateHome)
        for (ending, text) in [(".service", service), (".timer", UnitText.timer(every: every))] {
            let file = try OutputFile(at: Paths.join(folder, name + ending), replacing: true)
            try file.write(Array(text.utf8))
            try file.finish()
        }
        return name
    }

    /// Removes the files of a name, and what systemd has made to start them.
    ///
    /// - Throws: `storage`.
    internal func remove(_ name: String) throws(Failure) {
        let link = Paths.join(folder, "timers.target.wants/\(name).timer")
        for path in [link] + files(name) {
            guard unsafe unlink(path) != 0, errno != ENOENT, errno != ENOTDIR else { continue }
            throw .storage(path, .last)
        }
    }

    /// A name that no unit has: that of the vault, as far as systemd takes it, and a number where
    /// another vault has it already.
    private func freeName() -> String {
        let plain = VaultFinder.name(of: vault).utf8.map { byte -> Character in
            let isPlain =
                (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte)
                || (0x61...0x7A).contains(byte) || byte == 0x2D || byte == 0x2E || byte == 0x5F
            return isPlain ? Character(Unicode.Scalar(byte)) : "_"
        }
        let first = Self.prefix + String(plain.prefix(Self.nameLimit))
        var name = first
        var number = 2
        while files(name).contains(where: { Paths.status($0) != nil }) {
            name = "\(first)-\(number)"
            number += 1
        }
        return name
    }

    private func isOurs(_ name: String) -> Bool {
        lines(name + ".service").contains(UnitText.owner(vault))
    }

    private func lines(_ file: String) -> [String] {
        let bytes = try? InputFile.read(Paths.join(folder, file), limit: Self.sizeLimit)
        return String(decoding: bytes ?? [], as: UTF8.self).split(separator: "\n").map(String.init)
    }
}
