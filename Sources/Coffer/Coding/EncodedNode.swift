internal import CofferFormat

/// A part of a value that is being put together.
///
/// A class, because Swift's containers for nested parts and superclasses go on writing into a part
/// that its whole already has.
internal final class EncodedNode {
    /// What a part turns out to be.
    internal enum Kind {
        /// Nothing was encoded yet.
        case nothing
        /// A value of its own.
        case single
        /// An array.
        case array
        /// An object.
        case object
    }

    /// What stands in one place of an array or object.
    private enum Slot {
        case value(Value)
        case node(EncodedNode)
    }

    /// What it is by now.
    internal private(set) var kind = Kind.nothing
    private var single = Value.null
    private var slots: [Slot] = []
    private var names: [String] = []
    /// The places of the names; only where looking through all of them would take long.
    private var places: [ExactText: Int] = [:]

    /// From this many members on, names are found by their hash.
    private static let manyMembers = 24

    /// Begins with nothing.
    internal init() {}

    /// The number of elements or members.
    internal var count: Int { slots.count }

    /// Makes it an array or object; false when it is something else already.
    internal func become(_ kind: Kind) -> Bool {
        if self.kind == .nothing { self.kind = kind }
        return self.kind == kind
    }

    /// Makes it a value; false when it is something already.
    internal func become(_ value: Value) -> Bool {
        guard kind == .nothing else { return false }
        kind = .single
        single = value
        return true
    }

    /// Appends an element.
    internal func append(_ value: Value) { slots.append(.value(value)) }

    /// Appends an element that is filled later.
    internal func appendNode() -> EncodedNode {
        let node = EncodedNode()
        slots.append(.node(node))
        return node
    }

    /// Sets a member; one that is there keeps its place and loses its value.
    internal func set(_ name: String, _ value: Value) { set(name, .value(value)) }

    /// The member that is filled later: the one of that name, where there is one.
    internal func node(_ name: String) -> EncodedNode {
        if let place = place(of: name), case .node(let node) = slots[place] { return node }
        let node = EncodedNode()
        set(name, .node(node))
        return node
    }

    private func set(_ name: String, _ slot: Slot) {
        if let place = place(of: name) {
            slots[place] = slot
            return
        }
        names.append(name)
        slots.append(slot)
        if names.count == Self.manyMembers {
            for (place, name) in names.enumerated() { places[ExactText(name)] = place }
        } else if names.count > Self.manyMembers {
            places[ExactText(name)] = names.count - 1
        }
    }

    private func place(of name: String) -> Int? {
        if names.count >= Self.manyMembers { return places[ExactText(name)] }
        return names.firstIndex { $0.hasSameBytes(as: name) }
    }

    /// The value; an object without members where nothing was encoded.
    ///
    /// It goes as deep as parts were nested, which the encoder bounds.
    internal func finish() -> Value {
        switch kind {
        case .nothing: .object([])
        case .single: single
        case .array: .array(slots.map(Self.finish))
        case .object:
            .object(zip(names, slots).map { Value.Member($0, Self.finish($1)) })
        }
    }

    private static func finish(_ slot: Slot) -> Value {
        switch slot {
        case .value(let value): value
        case .node(let node): node.finish()
        }
    }
}
