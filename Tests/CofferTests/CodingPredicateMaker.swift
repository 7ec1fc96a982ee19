@testable import Coffer

/// A predicate, and the same in Swift.
struct PredicatePair {
    let predicate: Predicate
    let holds: (PredicateThing) -> Bool

    static func make(_ dice: inout CodingDice, depth: Int) -> PredicatePair {
        guard depth > 0, dice.number(4) > 0 else { return atom(&dice) }
        switch dice.number(7) {
        case 0, 1:
            let (left, right) = (make(&dice, depth: depth - 1), make(&dice, depth: depth - 1))
            return PredicatePair(predicate: left.predicate && right.predicate) {
                left.holds($0) && right.holds($0)
            }
        case 2, 3:
            let (left, right) = (make(&dice, depth: depth - 1), make(&dice, depth: depth - 1))
            return PredicatePair(predicate: left.predicate || right.predicate) {
                left.holds($0) || right.holds($0)
            }
        case 4:
            let parts = (0..<dice.number(5)).map { _ in make(&dice, depth: depth - 1) }
            return PredicatePair(predicate: .all(of: parts.map(\.predicate))) { thing in
                parts.allSatisfy { $0.holds(thing) }
            }
        default:
            let inner = make(&dice, depth: depth - 1)
            return PredicatePair(predicate: !inner.predicate) { !inner.holds($0) }
        }
    }

    private static func atom(_ dice: inout CodingDice) -> PredicatePair {
        switch dice.number(18) {
        case 0: text("name", { $0.name }, &dice)
        case 1: number("level", { $0.level }, { Int($0.number(7) - 2) }, &dice)
        case 2: number("rank", { $0.rank }, { Int16($0.number(5)) }, &dice)
        case 3:
            number(
                "ratio", { $0.ratio },
                { $0.pick([0, 0.1, -1.5, 2, 1e300, .infinity, -.infinity, .nan, 3]) }, &dice)
        case 4: flag("alive", { $0.alive }, &dice)
        case 5: seed(&dice)
        case 6: equality("mood", { $0.mood }, { $0.pick(PredicateThing.Mood.allCases) }, &dice)
        case 7: element("tags", { $0.tags }, { $0.pick(PredicateWorld.texts) }, &dice)
        case 8: text("code", { $0.code?.text }, &dice)
        case 9:
            // Whether there is nothing is another question where there may be text.
            order("code", { $0.code?.number }, Double(dice.number(4)) / 2, &dice)
        case 10: number("true", { $0.isTrue }, { $0.number(3) }, &dice)
        case 11: element("value", { $0.value }, { $0.number(3) }, &dice)
        case 12: element("key", { $0.key }, { $0.pick(PredicateWorld.texts) }, &dice)
        case 13:
            text(
                dice.pick([PredicateThing.CodingKeys.quoted.rawValue]), { $0.quoted }, &dice)
        case 14: oddName(&dice)
        case 15: text("nick", { $0.nick }, &dice, hasNUL: false)
        case 16: extraNumber(&dice)
        default:
            element(
                PredicateThing.CodingKeys.marks.rawValue, { $0.marks }, { $0.number(3) }, &dice)
        }
    }

    private static func oddName(_ dice: inout CodingDice) -> PredicatePair {
        switch dice.number(4) {
        case 0: text("\u{E9}", { $0.accented }, &dice)
        case 1: text("Name", { $0.capital }, &dice)
        case 2: text("coffer_extra", { $0.own }, &dice)
        default: number("select", { $0.select }, { $0.number(3) }, &dice)
        }
    }

    private static func extraNumber(_ dice: inout CodingDice) -> PredicatePair {
        switch dice.number(4) {
        case 0: number("score", { $0.score }, { $0.pick([0, 0.1, -1.5, 2]) }, &dice)
        case 1: number("steps", { $0.steps }, { $0.number(4) }, &dice)
        case 2: flag("live", { $0.live }, &dice)
        // Nobody has it.
        default: number("nobody's", { _ in Int?.none }, { $0.number(4) }, &dice)
        }
    }

    /// Integers beyond 64 bits compare as doubles, so only far ones are asked for their order.
    private static func seed(_ dice: inout CodingDice) -> PredicatePair {
        if dice.number(2) == 0 {
            return equality("seed", { $0.seed }, { $0.pick(PredicateWorld.seeds) }, &dice)
        }
        return order(
            "seed", { $0.seed }, dice.pick([1, 1 << 53, 1 << 60, 9_250_000_000_000_000_000]),
            &dice)
    }

    private static func flag(
        _ name: String, _ get: @escaping (PredicateThing) -> Bool?, _ dice: inout CodingDice
    ) -> PredicatePair {
        equality(name, get, { $0.number(2) == 0 }, &dice)
    }

    private static func number<Content: OrderedContent & Hashable>(
        _ name: String, _ get: @escaping (PredicateThing) -> Content?,
        _ make: (inout CodingDice) -> Content, _ dice: inout CodingDice
    ) -> PredicatePair {
        dice.number(2) == 0
            ? equality(name, get, make, &dice) : order(name, get, make(&dice), &dice)
    }

    private static func order<Content: OrderedContent>(
        _ name: String, _ get: @escaping (PredicateThing) -> Content?, _ value: Content,
        _ dice: inout CodingDice
    ) -> PredicatePair {
        let field = Field<Content>(name)
        func pair(
            _ predicate: Predicate, _ holds: @escaping (Content) -> Bool
        ) -> PredicatePair {
            PredicatePair(predicate: predicate) { get($0).map(holds) ?? false }
        }
        return switch dice.number(4) {
        case 0: pair(field < value) { $0 < value }
        case 1: pair(field <= value) { $0 <= value }
        case 2: pair(field > value) { $0 > value }
        default: pair(field >= value) { $0 >= value }
        }
    }

    private static func equality<Content: Encodable & Hashable>(
        _ name: String, _ get: @escaping (PredicateThing) -> Content?,
        _ make: (inout CodingDice) -> Content, _ dice: inout CodingDice
    ) -> PredicatePair {
        let field = Field<Content>(name)
        let value = make(&dice)
        switch dice.number(5) {
        case 0: return PredicatePair(predicate: field == value) { get($0) == value }
        case 1: return PredicatePair(predicate: field != value) { get($0) != value }
        case 2: return PredicatePair(predicate: field == nil) { get($0) == nil }
        case 3: return PredicatePair(predicate: field != nil) { get($0) != nil }
        default:
            let values = (0..<dice.number(4)).map { _ in make(&dice) }
            return PredicatePair(predicate: field.within(values)) { thing in
                get(thing).map(values.contains) ?? false
            }
        }
    }

    private static func element<Content: Encodable & Equatable>(
        _ name: String, _ get: @escaping (PredicateThing) -> [Content]?,
        _ make: (inout CodingDice) -> Content, _ dice: inout CodingDice
    ) -> PredicatePair {
        let field = Field<[Content]>(name)
        let value = make(&dice)
        if dice.number(4) == 0 {
            return PredicatePair(predicate: field.isNull) { get($0) == nil }
        }
        return PredicatePair(predicate: field.contains(value)) { thing in
            get(thing)?.contains { element in
                guard let left = element as? String, let right = value as? String else {
                    return element == value
                }
                return Array(left.utf8) == Array(right.utf8)
            } ?? false
        }
    }

    /// Texts are compared byte for byte.
    private static func text(
        _ name: String, _ get: @escaping (PredicateThing) -> String?, _ dice: inout CodingDice,
        hasNUL: Bool = true
    ) -> PredicatePair {
        let field = Field<String>(name)
        let value = hasNUL ? PredicateWorld.text(&dice) : dice.pick(PredicateWorld.texts)
        let bytes = Array(value.utf8)
        func pair(
            _ predicate: Predicate, _ holds: @escaping ([UInt8]) -> Bool
        ) -> PredicatePair {
            PredicatePair(predicate: predicate) { get($0).map { holds(Array($0.utf8)) } ?? false }
        }
        let part = Array(bytes.prefix(dice.number(3)))
        let partText = String(decoding: part, as: UTF8.self)
        let wholePart = Array(partText.utf8)
        switch dice.number(8) {
        case 0, 1: return pair(field == value) { $0 == bytes }
        case 2:
            return PredicatePair(predicate: field != value) {
                get($0).map { Array($0.utf8) } != bytes
            }
        case 3: return pair(field < value) { $0.lexicographicallyPrecedes(bytes) }
        case 4: return pair(field >= value) { !$0.lexicographicallyPrecedes(bytes) }
        case 5: return pair(field.hasPrefix(partText)) { $0.starts(with: wholePart) }
        case 6:
            return pair(field.contains(partText)) { text in
                (0...text.count).contains { text[$0...].starts(with: wholePart) }
            }
        default:
            let values = [value, "Anna", "nobody"]
            return pair(field.within(values)) { text in
                values.contains { Array($0.utf8) == text }
            }
        }
    }
}
