import Foundation
import Glibc

/// The lines that come out of a descriptor, read by a thread of its own.
final class LineQueue: @unchecked Sendable {
    // Sendable is what the condition is for: all else is used between its lock and unlock.
    private let condition = NSCondition()
    private var lines: [Data] = []
    private var isAtEnd = false

    /// Reads `descriptor` up to its end and closes it.
    init(_ descriptor: Int32) {
        Thread.detachNewThread { [self] in
            var rest = Data()
            var buffer = [UInt8](repeating: 0, count: 1 << 16)
            while true {
                let count = unsafe Glibc.read(descriptor, &buffer, buffer.count)
                if count <= 0 { break }
                rest += Data(buffer.prefix(count))
                guard buffer.prefix(count).contains(10) else { continue }
                let parts = rest.split(separator: 10, omittingEmptySubsequences: false)
                rest = parts.last.map { Data($0) } ?? Data()
                add(parts.dropLast().map { Data($0) }, isLast: false)
            }
            close(descriptor)
            add(rest.isEmpty ? [] : [rest], isLast: true)
        }
    }

    private func add(_ more: [Data], isLast: Bool) {
        condition.lock()
        lines += more
        isAtEnd = isLast
        condition.broadcast()
        condition.unlock()
    }

    /// The next line; nil at the end, or when nothing comes within the time.
    func next(within seconds: Double) -> Data? {
        let end = Date(timeIntervalSinceNow: seconds)
        condition.lock()
        defer { condition.unlock() }
        while lines.isEmpty {
            if isAtEnd || !condition.wait(until: end) { return nil }
        }
        return lines.removeFirst()
    }
}
