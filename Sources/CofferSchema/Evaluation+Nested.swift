internal import CofferFormat

extension Evaluation {
    /// Judges an array by the rules for arrays.
    internal mutating func judge(
        _ items: [Value], by rules: JSONSchema.ArrayRules, of node: JSONSchema.Node
    ) -> Bool {
        var valid = true
        if let least = rules.minItems, items.count < least {
            valid = fail(node, "minItems", "must have at least \(least) items")
        }
        if let most = rules.maxItems, items.count > most {
            valid = fail(node, "maxItems", "must have at most \(most) items")
        }
        if !valid, !collecting { return false }
        for (position, item) in items.enumerated() {
            let schema: Int?
            if let tuple = rules.tuple {
                schema = position < tuple.count ? tuple[position] : rules.additional
            } else {
                schema = rules.items
            }
            guard let schema else { break }
            if !evaluate(schema, item, at: .index(position)) {
                valid = false
                if !collecting || isInterrupted { return false }
            }
        }
        if let contains = rules.contains, !hasItem(items, keeping: contains) {
            valid = fail(node, "contains", "has no item such as the schema asks for")
        }
        if rules.unique, valid || collecting, !areDifferent(items) {
            valid = fail(node, "uniqueItems", "has the same item twice")
        }
        return valid
    }

    private mutating func hasItem(_ items: [Value], keeping schema: Int) -> Bool {
        for item in items where tries(schema, item) { return true }
        return false
    }

    private mutating func areDifferent(_ items: [Value]) -> Bool {
        var seen: Set<[UInt8]> = []
        for item in items {
            var key: [UInt8] = []
            guard item.appendKey(to: &key, depth: JSONSchema.deepest) else {
                giveUpTooDeep()
                return false
            }
            guard seen.insert(key).inserted else { return false }
        }
        return true
    }

    /// Judges an object by the rules for objects.
    internal mutating func judge(
        _ members: [Value.Member], of value: Value, by rules: JSONSchema.ObjectRules,
        of node: JSONSchema.Node
    ) -> Bool {
        var valid = true
        if let least = rules.minProperties, members.count < least {
            valid = fail(node, "minProperties", "must have at least \(least) properties")
        }
        if let most = rules.maxProperties, members.count > most {
            valid = fail(node, "maxProperties", "must have at most \(most) properties")
        }
        var seen = JSONSchema.SlotSet(count: rules.slots.count)
        var missing = rules.requiredCount
        var guess = 0
        for member in members {
            if !valid, !collecting || isInterrupted { return false }
            var isKnown = false
            if let position = rules.position(of: member.name, guess: guess) {
                guess = position + 1
                let slot = rules.slots[position]
                if seen.insert(position), slot.isRequired { missing -= 1 }
                if let schema = slot.node {
                    isKnown = true
                    if !evaluate(schema, member.value, at: .name(member.name)) { valid = false }
                }
            }
            if !judgeOther(member, isKnown: isKnown, by: rules, of: node) { valid = false }
        }
        if missing > 0, valid || collecting {
            for (position, slot) in rules.slots.enumerated()
            where slot.isRequired && !seen.contains(position) {
                valid = fail(node, "required", "must have \"\(slot.name)\"")
            }
        }
        if !rules.dependencies.isEmpty, valid || collecting {
            valid = judgeDependencies(of: value, present: seen, by: rules, of: node) && valid
        }
        return valid
    }

    private mutating func judgeOther(
        _ member: Value.Member, isKnown: Bool, by rules: JSONSchema.ObjectRules,
        of node: JSONSchema.Node
    ) -> Bool {
        var valid = true
        var isKnown = isKnown
        for property in rules.patterns
        where matches(
            property.pattern, member.name, schemaPointer: node.location + "/patternProperties")
        {
            isKnown = true
            if !evaluate(property.node, member.value, at: .name(member.name)) { valid = false }
        }
        if !isKnown, let additional = rules.additional {
            if nodes[additional].fixed == false {
                valid = fail(
                    node, "additionalProperties", "is not a property that the schema knows",
                    at: .name(member.name))
            } else if !evaluate(additional, member.value, at: .name(member.name)) {
                valid = false
            }
        }
        if let names = rules.names, !tries(names, .text(member.name)) {
            valid = fail(
                node, "propertyNames", "has a name that the schema does not allow",
                at: .name(member.name))
        }
        return valid
    }

    private mutating func judgeDependencies(
        of value: Value, present: JSONSchema.SlotSet, by rules: JSONSchema.ObjectRules,
        of node: JSONSchema.Node
    ) -> Bool {
        var valid = true
        for dependency in rules.dependencies where present.contains(dependency.slot) {
            switch dependency.demand {
            case .schema(let schema):
                if !evaluate(schema, value) { valid = false }
            case .names(let slots):
                for slot in slots where !present.contains(slot) {
                    let cause = rules.slots[dependency.slot].name
                    valid = fail(
                        node, "dependencies",
                        "must have \"\(rules.slots[slot].name)\" where it has \"\(cause)\"")
                }
            }
        }
        return valid
    }

    /// Judges a value by schemas that apply to the same value.
    internal mutating func judge(
        _ value: Value, by rules: JSONSchema.Combination, of node: JSONSchema.Node
    ) -> Bool {
        var valid = true
        for schema in rules.all where !evaluate(schema, value) {
            valid = false
            if !collecting { return false }
        }
        if !rules.any.isEmpty, !rules.any.contains(where: { tries($0, value) }) {
            valid = fail(node, "anyOf", "has none of the forms that the schema allows")
        }
        if !rules.one.isEmpty {
            var kept = 0
            for schema in rules.one where kept < 2 && tries(schema, value) { kept += 1 }
            if kept != 1 {
                valid = fail(
                    node, "oneOf",
                    kept == 0
                        ? "has none of the forms that the schema allows"
                        : "has more than one of the forms of which the schema allows one")
            }
        }
        if let not = rules.not, tries(not, value) {
            valid = fail(node, "not", "has a form that the schema forbids")
        }
        if let condition = rules.condition {
            let branch = tries(condition, value) ? rules.consequence : rules.alternative
            if let branch, !evaluate(branch, value) { valid = false }
        }
        return valid
    }
}
