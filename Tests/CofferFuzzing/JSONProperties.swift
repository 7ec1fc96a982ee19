import CofferFormat

/// What must hold for JSON and for the plaintexts of fields.
internal enum JSONProperties {
    static func whole(_ input: [UInt8]) -> String? {
        guard let value = try? JSON.parse(input) else { return nil }
        let written = JSON.write(value)
        guard let again = try? JSON.parse(written) else { return "what was written is refused" }
        guard again == value else { return "what was written is another value" }
        guard JSON.write(again) == written else { return "written twice, it differs" }
        guard let pretty = try? JSON.parse(JSON.writePretty(value)), pretty == value else {
            return "what was written for people is another value"
        }
        return nil
    }

    static func stream(_ input: [UInt8]) -> String? {
        var items: [Value] = []
        var hasFault = false
        var position = 0
        var size = 1
        var parser = JSONParser()
        let refill: (UnsafeMutableRawBufferPointer) -> Int? = { buffer in
            // Pieces of changing sizes cut everything somewhere.
            size = size % 37 + 1
            let count = min(buffer.count, size, input.count - position)
            unsafe buffer.copyBytes(from: input[position..<position + count])
            position += count
            return count
        }
        let isRead =
            (try? unsafe parser.read(from: refill, openLevels: 1, itemLimit: 1 << 20) { item in
                switch item.content {
                case .value(let value): items.append(value)
                case .fault: hasFault = true
                }
                return true
            }) != nil
        guard let value = try? JSON.parse(input), !hasFault else { return nil }
        guard isRead else { return "read as a whole, refused in pieces" }
        switch value {
        case .array(let elements):
            return elements == items ? nil : "the items are not the elements"
        case .object(let members):
            return members.map(\.value) == items ? nil : "the items are not the members"
        default: return items == [value] ? nil : "the item is not the value"
        }
    }

    static func shape(_ input: [UInt8]) -> String? {
        var position = 0
        var parser = JSONParser()
        let refill: (UnsafeMutableRawBufferPointer) -> Int? = { buffer in
            let count = min(buffer.count, 19, input.count - position)
            unsafe buffer.copyBytes(from: input[position..<position + count])
            position += count
            return count
        }
        let shape = try? unsafe parser.shape(of: refill, itemLimit: 1 << 20)
        guard let value = try? JSON.parse(input) else { return nil }
        guard let shape else { return "a text without an outline" }
        switch value {
        case .array: return shape.root == .array ? nil : "an array that is none"
        case .object: return shape.root == .object ? nil : "an object that is none"
        default: return shape.root == .scalar ? nil : "a scalar that is none"
        }
    }

    static func number(_ input: [UInt8]) -> String? {
        guard let text = String(validating: input, as: UTF8.self) else { return nil }
        let isNumber = JSONNumber.isValid(text)
        var isParsed = false
        if let value = try? JSON.parse(input) {
            switch value {
            case .integer, .double, .number: isParsed = true
            default: break
            }
        }
        // JSON allows white space around; the grammar of numbers does not.
        let isBare = input.allSatisfy { $0 > 0x20 }
        guard isNumber == (isParsed && isBare) else { return "two opinions of a number" }
        guard isNumber else { return nil }
        return JSON.write(Value(numberLiteral: text)) == input ? nil : "a number was changed"
    }

    static func field(_ input: [UInt8]) -> String? {
        var coder = FieldCoder(limit: 1 << 20)
        guard let value = try? coder.decode(input.span) else { return nil }
        var written: [UInt8] = []
        guard (try? coder.encode(value, into: &written)) != nil else {
            return "a value that was read cannot be written"
        }
        guard input[0] >= 0x80 || written[0] >= 0x80 else {
            return written == input ? nil : "another plaintext of the same value"
        }
        guard let again = try? coder.decode(written.span), again == value else {
            return "what was written is another value"
        }
        return nil
    }
}
