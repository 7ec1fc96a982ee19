internal import CofferFormat

extension JSONSchema {
    /// What is asked of objects.
    internal struct ObjectRules: Sendable {
        /// A name that some keyword speaks of.
        internal struct Slot: Sendable {
            /// The name.
            internal let name: String
            /// The schema under `properties`.
            internal var node: Int?
            /// Whether `required` lists the name.
            internal var isRequired = false
        }

        /// A schema for all names that a pattern fits.
        internal struct PatternProperty: Sendable {
            internal let pattern: Pattern
            internal let node: Int
        }

        /// What the presence of a property asks for.
        internal struct Dependency: Sendable {
            /// Either other properties, or a schema for the whole object.
            internal enum Demand: Sendable {
                case names([Int])
                case schema(Int)
            }

            internal let slot: Int
            internal let demand: Demand
        }

        /// The names in the order of the schema; records often keep it.
        internal private(set) var slots: [Slot] = []
        internal private(set) var requiredCount = 0
        private var positions: [ExactText: Int] = [:]

        internal var patterns: [PatternProperty] = []
        internal var additional: Int?
        internal var names: Int?
        internal var dependencies: [Dependency] = []
        internal var minProperties: Int?
        internal var maxProperties: Int?

        /// The position of `name`, which is made where there is none.
        internal mutating func slot(for name: String) -> Int {
            let key = ExactText(name)
            if let position = positions[key] { return position }
            positions[key] = slots.count
            slots.append(Slot(name: name))
            return slots.count - 1
        }

        /// Whether the property `name` has a schema.
        internal func hasNode(_ name: String) -> Bool {
            positions[ExactText(name)].map { slots[$0].node != nil } ?? false
        }

        /// Gives the property `name` a schema.
        internal mutating func setNode(_ node: Int, of name: String) {
            slots[slot(for: name)].node = node
        }

        /// Makes the property `name` required.
        internal mutating func require(_ name: String) {
            let position = slot(for: name)
            if !slots[position].isRequired { requiredCount += 1 }
            slots[position].isRequired = true
        }

        /// The position of `name`, looked for at `guess` first; nil for an unknown name.
        internal func position(of name: String, guess: Int) -> Int? {
            if guess < slots.count, slots[guess].name.hasSameBytes(as: name) { return guess }
            return positions[ExactText(name)]
        }
    }

    /// A set of positions: a word, and more of them only for the rare large schema.
    internal struct SlotSet {
        private var first: UInt64 = 0
        private var others: [UInt64] = []

        internal init(count: Int) {
            if count > 64 { others = Array(repeating: 0, count: (count - 1) / 64) }
        }

        /// Adds a position; false where it was there already.
        internal mutating func insert(_ position: Int) -> Bool {
            let bit = UInt64(1) << UInt64(position & 63)
            let word = position / 64
            if word == 0 {
                defer { first |= bit }
                return first & bit == 0
            }
            defer { others[word - 1] |= bit }
            return others[word - 1] & bit == 0
        }

        internal func contains(_ position: Int) -> Bool {
            let bit = UInt64(1) << UInt64(position & 63)
            let word = position / 64
            return (word == 0 ? first : others[word - 1]) & bit != 0
        }
    }
}
