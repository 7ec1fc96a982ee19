/// The way from the top of a value to a part of it.
///
/// Every part begins with the way to its whole, so the way is a list that shares its beginning;
/// the array that Swift's coding asks for is made only when somebody asks.
internal struct CodingTrail: Sendable {
    /// A step; a class, because the steps before it are shared.
    private final class Step: Sendable {
        let key: any CodingKey
        let before: Step?

        init(_ key: any CodingKey, after before: Step?) {
            self.key = key
            self.before = before
        }
    }

    private let last: Step?

    /// The number of arrays and objects that the part stands in: each step goes into one.
    internal let depth: Int

    private init(_ last: Step?, depth: Int) {
        self.last = last
        self.depth = depth
    }

    /// The whole.
    internal static let top = CodingTrail(nil, depth: 0)

    /// The way to a part of this part.
    internal func adding(_ key: any CodingKey) -> CodingTrail {
        CodingTrail(Step(key, after: last), depth: depth + 1)
    }

    /// The keys from the top on.
    internal var path: [any CodingKey] {
        var keys: [any CodingKey] = []
        keys.reserveCapacity(depth)
        var step = last
        while let here = step {
            keys.append(here.key)
            step = here.before
        }
        return keys.reversed()
    }
}

extension CodingTrail {
    /// How deep arrays and objects may nest in what is encoded and decoded.
    ///
    /// Codable works by recursion, in code that is not ours; this many levels end far from the end
    /// of a thread's stack.
    internal static let depthLimit = 64

    /// How many values may be under way, one inside another.
    ///
    /// A value that hands itself on in a single-value container goes no deeper, and never ends.
    internal static let callLimit = 4 * depthLimit

    /// Whether no array and no object can begin here.
    internal var isAtLimit: Bool { depth >= Self.depthLimit }

    /// What is said where something nests too deep.
    internal static let tooDeep = "it nests more than \(depthLimit) levels deep"
}
