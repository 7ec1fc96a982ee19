internal import CofferStore

extension Vault {
    /// The name of the file that makes a directory a vault.
    public static var databaseName: String { Store.databaseName }

    /// The paths of all vaults that were opened on this machine; some may be gone by now.
    public static func known(in surroundings: Surroundings) -> [String] {
        surroundings.stateDirectory.map { Store.rememberedPaths(in: $0) } ?? []
    }
}
