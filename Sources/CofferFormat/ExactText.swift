extension String {
    /// Whether both texts are the same UTF-8; `==` would call canonical equivalents the same.
    package func hasSameBytes(as other: String) -> Bool {
        let left = utf8Span.span
        let right = other.utf8Span.span
        guard left.count == right.count else { return false }
        let words = left.count / 8
        for word in 0..<words {
            // In bounds: word * 8 + 8 <= count.
            let (a, b) = unsafe (
                left.bytes.unsafeLoadUnaligned(fromUncheckedByteOffset: word * 8, as: UInt64.self),
                right.bytes.unsafeLoadUnaligned(fromUncheckedByteOffset: word * 8, as: UInt64.self)
            )
            guard a == b else { return false }
        }
        for index in words * 8..<left.count where left[index] != right[index] { return false }
        return true
    }

    /// Hashes the UTF-8, as `hasSameBytes(as:)` compares it.
    package func hashBytes(into hasher: inout Hasher) {
        unsafe utf8Span.span.withUnsafeBytes { unsafe hasher.combine(bytes: $0) }
        hasher.combine(0xFF as UInt8)
    }
}

extension String {
    /// The text that `bytes` spell; nil when they are not UTF-8.
    ///
    /// `String(validating:as:)` does the same through a generic that costs as much again.
    internal init?(utf8 bytes: UnsafeBufferPointer<UInt8>) {
        guard let text = unsafe try? UTF8Span(validating: bytes.span) else { return nil }
        self = String(copying: text)
    }

    /// Whether the text's UTF-8 is `bytes`.
    internal func isSpelled(by bytes: UnsafeBufferPointer<UInt8>) -> Bool {
        let own = utf8Span.span
        guard own.count == bytes.count else { return false }
        for index in own.indices where unsafe own[index] != bytes[index] { return false }
        return true
    }
}

/// A text as a key of sets and dictionaries, by its bytes and not by canonical equivalence.
package struct ExactText: Hashable, Sendable {
    /// The text.
    package let text: String

    /// Wraps `text`.
    package init(_ text: String) { self.text = text }

    /// Whether both are the same UTF-8.
    package static func == (left: ExactText, right: ExactText) -> Bool {
        left.text.hasSameBytes(as: right.text)
    }

    /// Hashes what `==` compares.
    package func hash(into hasher: inout Hasher) { text.hashBytes(into: &hasher) }
}
