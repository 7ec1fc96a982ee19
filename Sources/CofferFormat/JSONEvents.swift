internal import CCofferRapidJSON

/// What a parser tells; each method returns false to stop it.
///
/// The C callbacks find their receiver through this class, so it is one and not a protocol.
internal class JSONEvents {
    internal init() {}

    /// `null`, `true` or `false`.
    internal func literal(_ value: Value) -> Bool { true }

    /// A number, in the grammar of JSON.
    internal func number(_ literal: UnsafeBufferPointer<UInt8>) -> Bool { true }

    /// A text without its escapes; perhaps not Unicode.
    internal func text(_ bytes: UnsafeBufferPointer<UInt8>) -> Bool { true }

    /// The name of the member whose value follows; perhaps not Unicode.
    internal func name(_ bytes: UnsafeBufferPointer<UInt8>) -> Bool { true }

    /// An array or object begins.
    internal func open(isObject: Bool) -> Bool { true }

    /// The innermost array or object ends.
    internal func close() -> Bool { true }
}

extension JSONEvents {
    /// Calls `body` with the callbacks that lead to this receiver.
    internal func withCallbacks(
        _ body: (UnsafePointer<CCofferRapidJSON_Handler>, UnsafeMutableRawPointer) ->
            CCofferRapidJSON_Outcome
    ) -> CCofferRapidJSON_Outcome {
        var handler = unsafe CCofferRapidJSON_Handler(
            null: { unsafe send($0) { $0.literal(.null) } },
            boolean: { context, flag in unsafe send(context) { $0.literal(.bool(flag != 0)) } },
            number: { context, text, count in
                unsafe send(context) {
                    unsafe $0.number(UnsafeBufferPointer(start: text, count: count))
                }
            },
            string: { context, text, count in
                unsafe send(context) {
                    unsafe $0.text(UnsafeBufferPointer(start: text, count: count))
                }
            },
            key: { context, text, count in
                unsafe send(context) {
                    unsafe $0.name(UnsafeBufferPointer(start: text, count: count))
                }
            },
            startObject: { unsafe send($0) { $0.open(isObject: true) } },
            endObject: { unsafe send($0) { $0.close() } },
            startArray: { unsafe send($0) { $0.open(isObject: false) } },
            endArray: { unsafe send($0) { $0.close() } })
        // `self` outlives the call: the caller holds it.
        return unsafe withUnsafePointer(to: &handler) { handler in
            withExtendedLifetime(self) {
                unsafe body(handler, Unmanaged.passUnretained(self).toOpaque())
            }
        }
    }
}

/// Calls the receiver without taking part in its ownership: the parser's caller holds it.
private func send(
    _ context: UnsafeMutableRawPointer, _ event: (JSONEvents) -> Bool
) -> Int32 {
    unsafe Unmanaged<JSONEvents>.fromOpaque(context)._withUnsafeGuaranteedRef(event) ? 1 : 0
}
