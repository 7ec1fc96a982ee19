extension Vault {
    /// A collection whose records are values of a `Codable` type.
    ///
    ///     struct NPC: Codable, Sendable { var id: String, name: String, level: Int }
    ///     let npcs = vault.collection("npcs", of: NPC.self)
    ///     try npcs.put(NPC(id: "ana", name: "Ana", level: 3))
    ///     try npcs.update("ana") { $0.level += 1 }
    ///
    /// The property that the collection's key is named after, such as `id`, is the record's key.
    /// Properties that are nil are left out, and `init(from:)` passes over those that the type has
    /// not; ``RecordCollection/update(_:_:)`` keeps them. Whether there is such a collection is
    /// looked at when it is used; ``apply(_:)`` makes one.
    public func collection<Content: Codable & Sendable>(
        _ name: String, of type: Content.Type
    ) -> RecordCollection<Content> {
        RecordCollection(name, RecordCoder(type), in: self)
    }

    /// A collection whose records have no type in Swift.
    public func collection(_ name: String) -> RecordCollection<Fields> {
        RecordCollection(name, RecordCoder(), in: self)
    }
}
