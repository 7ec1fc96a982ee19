internal import CCofferPCRE2

/// A compiled regular expression with limits on what a match may cost.
///
/// A text that needs more than the limits is neither matched nor refused: ``Outcome/exhausted``
/// lets the caller fail closed, inside `not` as well.
@safe
internal final class Pattern: Sendable {
    /// What became of a match.
    internal enum Outcome: Sendable {
        /// The pattern is somewhere in the text.
        case found
        /// It is not.
        case missing
        /// Matching took more steps, depth or memory than allowed.
        case exhausted
    }

    // Read-only once made: PCRE2 lets several threads match with one code and one context
    // (pcre2api, "Multithreading").
    private nonisolated(unsafe) let code: OpaquePointer
    private nonisolated(unsafe) let context: OpaquePointer

    /// A pattern may be this many bytes long; each compiles to a few times as much.
    internal static let largestPattern = 8_192
    // Far above what honest patterns need on a page of text, and some 10 ms of hostile ones.
    private static let stepLimit: UInt32 = 1_000_000
    private static let depthLimit: UInt32 = 100_000
    // In kibibytes, as PCRE2 counts.
    private static let heapLimit: UInt32 = 32 * 1_024

    /// Compiles an expression of ECMAScript.
    ///
    /// - Throws: One line that says what is not supported.
    internal init(_ pattern: String) throws(ECMAScriptPattern.Unsupported) {
        guard pattern.utf8.count <= Self.largestPattern else {
            throw ECMAScriptPattern.Unsupported(what: "more than \(Self.largestPattern) bytes")
        }
        let expression = try ECMAScriptPattern(pattern).translated
        // DOLLAR_ENDONLY and MATCH_UNSET_BACKREF are what ECMAScript does; the others forbid
        // what could reach around the text or the options.
        let options =
            PCRE2_UTF | PCRE2_DOLLAR_ENDONLY
            | PCRE2_MATCH_UNSET_BACKREF | PCRE2_NEVER_BACKSLASH_C
            | PCRE2_NEVER_UCP
        var number: Int32 = 0
        var offset = 0
        let bytes = expression.utf8Span.span
        let compiled = unsafe bytes.withUnsafeBufferPointer { buffer in
            unsafe pcre2_compile_8(
                buffer.baseAddress, buffer.count, options, &number, &offset, nil)
        }
        guard let compiled = unsafe compiled else {
            throw ECMAScriptPattern.Unsupported(what: Self.fault(number))
        }
        guard let limits = unsafe pcre2_match_context_create_8(nil) else {
            unsafe pcre2_code_free_8(compiled)
            throw ECMAScriptPattern.Unsupported(what: "no room in memory")
        }
        unsafe pcre2_set_match_limit_8(limits, Self.stepLimit)
        unsafe pcre2_set_depth_limit_8(limits, Self.depthLimit)
        unsafe pcre2_set_heap_limit_8(limits, Self.heapLimit)
        unsafe code = compiled
        unsafe context = limits
    }

    deinit {
        unsafe pcre2_code_free_8(code)
        unsafe pcre2_match_context_free_8(context)
    }

    /// Looks for the pattern anywhere in `text`.
    internal func match(_ text: String, in space: MatchSpace) -> Outcome {
        let bytes = text.utf8Span.span
        let result = unsafe bytes.withUnsafeBufferPointer { buffer in
            // A String is valid UTF-8 already.
            unsafe pcre2_match_8(
                code, buffer.baseAddress, buffer.count, 0, PCRE2_NO_UTF_CHECK, space.data, context)
        }
        if result >= 0 { return .found }
        return result == PCRE2_ERROR_NOMATCH ? .missing : .exhausted
    }

    private static func fault(_ number: Int32) -> String {
        var text = [UInt8](repeating: 0, count: 128)
        let length = unsafe text.withUnsafeMutableBufferPointer { buffer in
            unsafe pcre2_get_error_message_8(number, buffer.baseAddress, buffer.count)
        }
        guard length > 0 else { return "a fault" }
        return "a fault: " + String(decoding: text.prefix(Int(length)), as: UTF8.self)
    }
}

/// Room for one match at a time, used again for the next.
///
/// - Important: Belongs to one thread; a validation makes its own.
@safe
internal final class MatchSpace {
    /// PCRE2's block; nil makes every match report an error, which is treated as exhausted.
    internal let data: OpaquePointer?

    /// Makes room for the whole match and no groups, since only whether it matches is asked.
    internal init() { unsafe data = pcre2_match_data_create_8(1, nil) }

    deinit { unsafe pcre2_match_data_free_8(data) }
}
