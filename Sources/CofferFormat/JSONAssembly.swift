/// Builds values from a parser's events.
///
/// The outermost `openLevels` arrays and objects are not collected: what they hold is handed
/// over item by item, so a text of any size needs memory for one item only. With 0 the whole
/// text is the one item.
internal final class JSONAssembly: JSONEvents {
    private var stack = JSONStack()
    private let openLevels: Int
    /// The current name at each open level, and all names met there.
    private var openNames: [String] = []
    private var openNamesMet: [Set<ExactText>] = []
    /// What is wrong with the current item; the first finding counts.
    private var fault: JSONItem.Fault?
    private var firstLine = 1
    private let place: () -> (line: Int, offset: Int)
    private let deliver: ((JSONItem) -> Bool)?
    /// The item, where there is no receiver for it.
    internal private(set) var result: JSONItem.Content?
    /// Why the assembly stopped the parser; nil when the receiver did.
    internal private(set) var failure: JSONItem.Fault?

    /// Hands items to `deliver`; `place` tells where the parser stands.
    internal init(
        openLevels: Int, place: @escaping () -> (line: Int, offset: Int),
        deliver: @escaping (JSONItem) -> Bool
    ) {
        self.openLevels = openLevels
        self.place = place
        self.deliver = deliver
    }

    /// Keeps the value of one text as its result, for any number of texts.
    internal override init() {
        openLevels = 0
        place = { (1, 0) }
        deliver = nil
    }

    /// Forgets the last text.
    internal func restart() {
        stack.removeAll()
        fault = nil
        failure = nil
        result = nil
    }

    internal override func literal(_ value: Value) -> Bool { add(value) }

    internal override func text(_ bytes: UnsafeBufferPointer<UInt8>) -> Bool {
        if let text = unsafe String(utf8: bytes) { return add(.text(text)) }
        return refuse(unsafe Self.reason(forInvalid: bytes))
    }

    internal override func number(_ literal: UnsafeBufferPointer<UInt8>) -> Bool {
        if let integer = unsafe JSONNumber.shortInteger(literal) { return add(.integer(integer)) }
        return add(Value(numberLiteral: unsafe String(decoding: literal, as: UTF8.self)))
    }

    internal override func name(_ bytes: UnsafeBufferPointer<UInt8>) -> Bool {
        if stack.depth > openLevels, unsafe stack.push(name: bytes) { return true }
        guard stack.depth <= openLevels, let text = unsafe String(utf8: bytes) else {
            return refuse(unsafe Self.reason(forInvalid: bytes))
        }
        return addOpenName(text)
    }

    internal override func open(isObject: Bool) -> Bool {
        if stack.depth < openLevels {
            openNames.append("")
            openNamesMet.append([])
        } else if stack.depth == openLevels {
            firstLine = place().line
        }
        stack.open(isObject: isObject)
        return true
    }

    internal override func close() -> Bool {
        guard stack.depth > openLevels else {
            stack.dropInnermost()
            _ = openNames.popLast()
            _ = openNamesMet.popLast()
            return true
        }
        let (content, duplicate) = stack.close()
        if let duplicate, fault == nil {
            let path = stack.path(from: openLevels) + [duplicate]
            fault = JSONItem.Fault(reason: .duplicateName, pointer: JSONPointer.text(path[...]))
        }
        return add(content, firstLine: firstLine)
    }

    private func add(_ value: Value, firstLine: Int? = nil) -> Bool {
        guard stack.depth <= openLevels else {
            stack.push(value)
            return true
        }
        let content = fault.map { JSONItem.Content.fault($0) } ?? .value(value)
        fault = nil
        guard let deliver else {
            result = content
            return true
        }
        let (line, offset) = place()
        return deliver(
            JSONItem(
                path: openNames, depth: stack.depth, content: content, line: firstLine ?? line,
                end: offset))
    }

    private func addOpenName(_ text: String) -> Bool {
        let level = openNames.count - 1
        openNames[level] = text
        guard openNamesMet[level].insert(ExactText(text)).inserted else {
            let pointer = JSONPointer.text(openNames[...])
            failure = JSONItem.Fault(reason: .duplicateName, pointer: pointer)
            return false
        }
        return true
    }

    /// Stops: this is no JSON text, and the library may not be able to go on after it either.
    private func refuse(_ reason: JSONError.Reason) -> Bool {
        let path = stack.path(from: openLevels)
        failure = JSONItem.Fault(reason: reason, pointer: JSONPointer.text(path[...]))
        return false
    }

    /// UTF-8 has no code for half of a surrogate pair: 0xED is followed by less than 0xA0.
    private static func reason(forInvalid text: UnsafeBufferPointer<UInt8>) -> JSONError.Reason {
        for index in 1..<max(1, text.count)
        where unsafe text[index - 1] == 0xED && text[index] >= 0xA0 {
            return .surrogate
        }
        return .encoding
    }
}
