internal import Coffer
internal import Glibc

/// Finds the vault that a command is about.
internal struct VaultFinder {
    /// What vaults' names end in.
    internal static let suffix = ".coffer"

    private let ambient: Ambient

    /// Looks in the world around.
    internal init(_ ambient: Ambient) { self.ambient = ambient }

    /// The directory of the vault: named, in this folder or one above, or the only one known.
    ///
    /// - Throws: `no-vault` when there is none, `usage` when there are several.
    internal func find(named name: String?) throws(Failure) -> String {
        if let name { return try find(name) }
        if let name = ambient["COFFER_VAULT"], !name.isEmpty { return try find(name) }
        if let near = try nearby() { return near }
        let known = remembered()
        guard known.count < 2 else { throw Self.several(known) }
        guard let only = known.first else {
            throw Failure(
                "no-vault",
                "there is no vault here and none is remembered; make one with: "
                    + "coffer init, or name one with --vault", .notFound)
        }
        return only
    }

    /// The directory that a name or path means.
    private func find(_ name: String) throws(Failure) -> String {
        if let path = Paths.resolved(name), isVault(path) { return path }
        if name.contains("/") {
            guard Paths.resolved(name) == nil else {
                throw Failure("no-vault", "\(name) is no vault", .notFound)
            }
            throw Failure("no-vault", "there is no vault at \(name)", .notFound)
        }
        var places = [name + Self.suffix]
        if let directory = try? ambient.dataDirectory() {
            places.append(Paths.join(directory, name + Self.suffix))
            places.append(Paths.join(directory, name))
        }
        var found: [String] = []
        for path in places.compactMap(Paths.resolved)
        where isVault(path) && !found.contains(path) { found.append(path) }
        if found.isEmpty {
            found = remembered().filter { Self.name(of: $0) == Self.name(of: name) }
        }
        guard found.count < 2 else { throw Self.several(found) }
        guard let only = found.first else {
            throw Failure(
                "no-vault", "there is no vault named \(name); those there are: coffer vaults",
                .notFound)
        }
        return only
    }

    /// The vault in this folder or the nearest one above; nil where there is none.
    ///
    /// Folders of other users do not count: somebody could wait there for our password.
    private func nearby() throws(Failure) -> String? {
        guard var folder = ambient.folder else { return nil }
        while true {
            let found = vaults(in: folder)
            guard found.count < 2 else { throw Self.several(found) }
            if let only = found.first { return Paths.resolved(only) ?? only }
            let above = Paths.parent(of: folder)
            guard above != folder, above != "." else { return nil }
            folder = above
        }
    }

    private func vaults(in folder: String) -> [String] {
        Paths.names(in: folder)
            .filter { $0.hasSuffix(Self.suffix) && $0.utf8.count > Self.suffix.utf8.count }
            .map { Paths.join(folder, $0) }
            .filter { isVault($0) && Paths.status($0)?.st_uid == geteuid() }
    }

    /// The paths of vaults that this machine remembers and that are still there.
    private func remembered() -> [String] {
        var seen: Set<String> = []
        return Vault.known(in: ambient.surroundings()).filter {
            isVault($0) && seen.insert($0).inserted
        }
    }

    /// Every vault that can be found by itself: remembered, in the data folder, or near.
    internal func all() -> [String] {
        var paths = remembered()
        if let directory = try? ambient.dataDirectory() { paths += vaults(in: directory) }
        if let folder = ambient.folder { paths += vaults(in: folder) }
        var seen: Set<String> = []
        return paths.map { Paths.resolved($0) ?? $0 }.filter { seen.insert($0).inserted }
    }

    private func isVault(_ path: String) -> Bool {
        Paths.status(Paths.join(path, Vault.databaseName)) != nil
    }

    /// Where `init` makes a vault: a bare name goes to the user's data folder.
    internal func place(for name: String?) throws(Failure) -> String {
        let name = name ?? "vault"
        guard !name.isEmpty, !name.utf8.contains(0) else { throw .usage("a vault needs a name") }
        if name.contains("/") || name.hasSuffix(Self.suffix) || name == "." || name == ".." {
            return Paths.absolute(name, in: ambient.folder)
        }
        return Paths.absolute(
            Paths.join(try ambient.dataDirectory(), name + Self.suffix), in: ambient.folder)
    }

    /// What people call the vault at a path.
    internal static func name(of path: String) -> String {
        let name = Paths.name(of: path)
        return name.hasSuffix(suffix) ? String(name.dropLast(suffix.count)) : name
    }

    private static func several(_ paths: [String]) -> Failure {
        .usage(
            "there are several vaults:\n" + paths.joined(separator: "\n")
                + "\nname one with --vault")
    }
}
