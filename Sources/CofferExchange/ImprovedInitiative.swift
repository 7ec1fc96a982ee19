internal import CofferFormat

/// The export of the Improved Initiative combat tracker.
///
/// It is the browser's local storage as one object. An entry is named `List.id`; in the older
/// form its name begins with `ImprovedInitiative.` and its value is JSON inside a text. What
/// becomes of an entry:
/// - `Creatures.x`, `PersistentCharacters.x` and so on: a record of the collection `creatures`,
///   `persistent_characters`, with the text taken apart. It keeps its fields; an `Id` is put in
///   front where it has none, since the name is lost otherwise (saved encounters).
/// - An entry that is no object (a setting): a record with `Id` and `Value`.
/// - `Creatures` without an id lists the ids of a collection: nothing that is not known already.
/// - An entry in both forms counts in the newer one.
internal enum ImprovedInitiative {
    private static let prefix = "ImprovedInitiative."
    private static let lists: Set<String> = [
        "PersistentCharacters", "PlayerCharacters", "Creatures", "Spells", "SavedEncounters",
        "AutoSavedEncounters", "User",
    ]

    /// What an entry is.
    internal enum Finding {
        /// No data of its own.
        case nothing
        /// A record of a collection.
        case record(collection: String, Value)
        /// Not what it should be.
        case reject(String)
    }

    /// Whether an object with these member names is such an export.
    internal static func isExport(names: [String]) -> Bool {
        if names.contains(where: { $0.hasPrefix(prefix) }) { return true }
        let parts = names.map { split($0) }
        return parts.contains { $0.id != nil } && parts.allSatisfy { lists.contains($0.list) }
    }

    /// The names of the entries that are there in the newer form.
    internal static func plainNames(_ names: [String]) -> Set<ExactText> {
        Set(names.filter { !$0.hasPrefix(prefix) }.map(ExactText.init))
    }

    /// What the entry `name` is.
    internal static func record(
        named name: String, _ value: Value, plainNames: Set<ExactText>
    ) -> Finding {
        let isOld = name.hasPrefix(prefix)
        let plain = isOld ? String(name.dropFirst(prefix.count)) : name
        let (list, id) = split(plain)
        guard let id, !(isOld && plainNames.contains(ExactText(plain))) else { return .nothing }
        var content = value
        if isOld {
            guard case .text(let text) = value else { return .reject("it is not JSON in a text") }
            do throws(JSONError) { content = try JSON.parse(text.utf8Span.span) } catch {
                return .reject("the JSON in its text is broken: \(error.reason.rawValue)")
            }
        }
        let collection = CollectionName.forPart(list)
        let key = Value.Member("Id", .text(id))
        guard case .object(let members) = content else {
            return .record(
                collection: collection, .object([key, Value.Member("Value", content)]))
        }
        guard content["Id"] == nil else { return .record(collection: collection, content) }
        return .record(collection: collection, .object([key] + members))
    }

    private static func split(_ name: String) -> (list: String, id: String?) {
        guard let dot = name.firstIndex(of: ".") else { return (name, nil) }
        return (String(name[..<dot]), String(name[name.index(after: dot)...]))
    }
}
