/// The arrays and objects that are open while a text is read, with what they hold so far.
internal struct JSONStack {
    /// Where a container under construction starts.
    private struct Frame {
        let isObject: Bool
        let firstValue: Int
        let firstName: Int
    }

    /// A name with a quick comparison in front of the exact one.
    private struct Name {
        let text: String
        let digest: UInt64
    }

    /// Longer names are not kept for the next record.
    private static let recentNameLimit = 64

    /// Values not yet in a container; each frame owns the end of the list from its start.
    private var values: [Value] = []
    private var names: [Name] = []
    private var frames: [Frame] = []
    private var recentNames = [Name](repeating: Name(text: "", digest: 0), count: 256)

    /// How many arrays and objects are open.
    internal var depth: Int { frames.count }

    /// Forgets all but the names that are likely to come again.
    internal mutating func removeAll() {
        values.removeAll(keepingCapacity: true)
        names.removeAll(keepingCapacity: true)
        frames.removeAll(keepingCapacity: true)
    }

    /// An array or object begins.
    internal mutating func open(isObject: Bool) {
        frames.append(
            Frame(isObject: isObject, firstValue: values.count, firstName: names.count))
    }

    /// The innermost container, of which nothing was collected, ends.
    internal mutating func dropInnermost() { _ = frames.popLast() }

    /// A value of the innermost container.
    internal mutating func push(_ value: Value) { values.append(value) }

    /// The name of the next value; false when it is not UTF-8.
    internal mutating func push(name bytes: UnsafeBufferPointer<UInt8>) -> Bool {
        var digest = UInt64(truncatingIfNeeded: bytes.count)
        for index in 0..<min(bytes.count, 24) {
            digest = unsafe (digest ^ UInt64(bytes[index])) &* 0x100_0000_01B3
        }
        // Records of a kind have the same names again and again.
        let slot = Int(truncatingIfNeeded: digest >> 56)
        let recent = recentNames[slot]
        if recent.digest == digest, unsafe recent.text.isSpelled(by: bytes) {
            names.append(recent)
            return true
        }
        guard let text = unsafe String(utf8: bytes) else { return false }
        let name = Name(text: text, digest: digest)
        if bytes.count <= Self.recentNameLimit { recentNames[slot] = name }
        names.append(name)
        return true
    }

    /// The innermost container is complete: its value, and a name that it has twice.
    internal mutating func close() -> (content: Value, duplicate: String?) {
        guard let frame = frames.popLast() else { return (.null, nil) }
        defer { values.removeLast(values.count - frame.firstValue) }
        guard frame.isObject else { return (.array(Array(values[frame.firstValue...])), nil) }
        let duplicate = duplicate(from: frame.firstName)
        // The parser sends a value after each name, so there are as many of each.
        var members: [Value.Member] = []
        members.reserveCapacity(names.count - frame.firstName)
        for (name, value) in zip(names[frame.firstName...], values[frame.firstValue...]) {
            members.append(Value.Member(name.text, value))
        }
        names.removeLast(names.count - frame.firstName)
        return (.object(members), duplicate)
    }

    /// The way from the container at `level` to the value that is next.
    internal func path(from level: Int) -> [String] {
        var path: [String] = []
        for index in frames.indices.dropFirst(level) {
            let frame = frames[index]
            let isLast = index == frames.count - 1
            if frame.isObject {
                let end = isLast ? names.count : frames[index + 1].firstName
                if end > frame.firstName { path.append(names[end - 1].text) }
            } else {
                let end = isLast ? values.count : frames[index + 1].firstValue
                path.append(String(end - frame.firstValue))
            }
        }
        return path
    }

    /// The first name in the current object that was there before.
    private func duplicate(from first: Int) -> String? {
        let count = names.count - first
        if count > 32 {
            var met = Set<ExactText>(minimumCapacity: count)
            return names[first...].first { !met.insert(ExactText($0.text)).inserted }?.text
        }
        for index in first..<names.count {
            for earlier in first..<index
            where names[earlier].digest == names[index].digest
                && names[earlier].text.hasSameBytes(as: names[index].text)
            {
                return names[index].text
            }
        }
        return nil
    }
}
