internal import CCofferRapidJSON

/// Keeps a refill closure where a C callback finds it.
@safe
internal final class JSONRefill {
    private let fill: (UnsafeMutableRawBufferPointer) -> Int?

    internal init(_ fill: @escaping (UnsafeMutableRawBufferPointer) -> Int?) {
        unsafe self.fill = fill
    }

    /// Calls the closure; what is not a number of bytes that fit is a failure.
    internal static let call: CCofferRapidJSON_Refill = { context, buffer, capacity in
        let source = unsafe Unmanaged<JSONRefill>.fromOpaque(context).takeUnretainedValue()
        let room = unsafe UnsafeMutableRawBufferPointer(start: buffer, count: capacity)
        guard let count = unsafe source.fill(room), count >= 0, count <= capacity else { return -1 }
        return count
    }
}
