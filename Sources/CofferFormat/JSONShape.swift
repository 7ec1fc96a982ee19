/// The outline of a text: enough to tell what its records are without keeping any.
package struct JSONShape: Hashable, Sendable {
    /// What the outermost value is.
    package enum Root: Hashable, Sendable {
        /// An array.
        case array
        /// An object.
        case object
        /// A text, number, boolean or null.
        case scalar
    }

    /// What the outermost value is.
    package let root: Root
    /// Whether it is an object with members, each an array that holds nothing but objects.
    package let isObjectOfTables: Bool
    /// The names of an object's members, in order; cut off at ``nameLimit``.
    package let names: [String]
    /// Whether more text follows the value.
    package let isFollowed: Bool

    /// How many names are kept; what is told by names is told by the first of them.
    package static let nameLimit = 100_000
}

/// Draws the outline.
internal final class JSONShapeScan: JSONEvents {
    private let restart: () -> Void
    private var root = JSONShape.Root.scalar
    private var depth = 0
    private var memberCount = 0
    private var hasOther = false
    private var names: [String] = []

    /// Creates a scan; `restart` is called whenever nothing before has to be kept.
    internal init(restart: @escaping () -> Void) { self.restart = restart }

    internal func shape(isFollowed: Bool) -> JSONShape {
        JSONShape(
            root: root, isObjectOfTables: root == .object && memberCount > 0 && !hasOther,
            names: names, isFollowed: isFollowed)
    }

    internal override func literal(_ value: Value) -> Bool { scalar() }
    internal override func number(_ literal: UnsafeBufferPointer<UInt8>) -> Bool { scalar() }
    internal override func text(_ bytes: UnsafeBufferPointer<UInt8>) -> Bool { scalar() }

    internal override func name(_ bytes: UnsafeBufferPointer<UInt8>) -> Bool {
        guard depth == 1 else { return true }
        memberCount += 1
        if names.count < JSONShape.nameLimit {
            names.append(unsafe String(decoding: bytes, as: UTF8.self))
        }
        return true
    }

    internal override func open(isObject: Bool) -> Bool {
        switch depth {
        case 0: root = isObject ? .object : .array
        case 1: hasOther = hasOther || isObject
        case 2: hasOther = hasOther || !isObject
        default: break
        }
        depth += 1
        return true
    }

    internal override func close() -> Bool {
        depth -= 1
        if depth <= 2 { restart() }
        return true
    }

    private func scalar() -> Bool {
        guard depth <= 2 else { return true }
        if depth > 0 { hasOther = true }
        restart()
        return true
    }
}
