extension Field where Content: Encodable {
    /// Whether the field holds a value; with nil, whether it is absent or null.
    ///
    /// An index on the field answers it.
    public static func == (field: Field, value: Content?) -> Predicate {
        guard let value else { return field.isNull }
        return field.comparing(value) { .equals($0) }
    }

    /// Whether the field holds another value or none; with nil, whether it holds one.
    public static func != (field: Field, value: Content?) -> Predicate { !(field == value) }

    /// Whether the field holds one of several values.
    ///
    /// An index on the field answers it. There can be some thousands of values.
    public func within(_ values: some Sequence<Content>) -> Predicate {
        var operands: [Operand] = []
        var isNullWithin = false
        for value in values {
            switch Operand.Reading(value) {
            case .operand(let operand): operands.append(operand)
            case .never: continue
            case .null: isNullWithin = true
            case .refused(let why): return refused(why)
            }
        }
        let found = Predicate(.test(name, .within(operands)))
        return isNullWithin ? isNull || found : found
    }

    fileprivate func comparing(_ value: Content, _ test: (Operand) -> FieldTest) -> Predicate {
        switch Operand.Reading(value) {
        case .operand(let operand): Predicate(.test(name, test(operand)))
        case .never: Predicate(.constant(false))
        case .null: isNull
        case .refused(let why): refused(why)
        }
    }

    private func refused(_ why: String) -> Predicate {
        Predicate(.refused("\(name.text) cannot be compared: \(why)"))
    }
}

extension Field where Content: OrderedContent {
    /// Whether the field holds a smaller value.
    public static func < (field: Field, value: Content) -> Predicate {
        field.comparing(value) { .orders(.less, $0) }
    }

    /// Whether the field holds a smaller value or this one.
    public static func <= (field: Field, value: Content) -> Predicate {
        field.comparing(value) { .orders(.lessOrEqual, $0) }
    }

    /// Whether the field holds a larger value.
    public static func > (field: Field, value: Content) -> Predicate {
        field.comparing(value) { .orders(.greater, $0) }
    }

    /// Whether the field holds a larger value or this one.
    public static func >= (field: Field, value: Content) -> Predicate {
        field.comparing(value) { .orders(.greaterOrEqual, $0) }
    }

    /// Whether the field holds a value of a range.
    public func within(_ range: ClosedRange<Content>) -> Predicate {
        self >= range.lowerBound && self <= range.upperBound
    }

    /// Whether the field holds a value of a range without its upper bound.
    public func within(_ range: Range<Content>) -> Predicate {
        self >= range.lowerBound && self < range.upperBound
    }
}

extension Field where Content == String {
    /// Whether the field's text begins with another, byte for byte.
    public func hasPrefix(_ prefix: String) -> Predicate {
        Predicate(.test(name, .hasPrefix(Array(prefix.utf8))))
    }

    /// Whether the field's text has another in it, byte for byte.
    public func contains(_ part: String) -> Predicate {
        Predicate(.test(name, .contains(Array(part.utf8))))
    }
}

extension Field {
    /// Whether the field's array has an element.
    public func contains<Element: Encodable>(
        _ element: Element
    ) -> Predicate where Content == [Element] {
        switch Operand.Reading(element) {
        case .operand(let operand): Predicate(.test(name, .hasElement(operand)))
        case .never: Predicate(.constant(false))
        case .null: Predicate(.refused("\(name.text): null cannot be looked for"))
        case .refused(let why):
            Predicate(.refused("the elements of \(name.text) cannot be compared: \(why)"))
        }
    }
}
