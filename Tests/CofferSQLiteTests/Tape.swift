import CFaultVFS
import Glibc
import Synchronization

@testable import CofferSQLite

/// What a connection did to its files, in order, and where it shall fail.
///
/// Each tape is a VFS of its own, so that tests can run side by side. The VFS stays registered
/// and the tape alive until the process ends.
final class Tape: Sendable {
    /// One step that changes the disk.
    enum Step: Sendable {
        case write(path: String, offset: Int, bytes: [UInt8])
        case truncate(path: String, size: Int)
        case sync(path: String)
        case delete(path: String)
    }

    /// What happens at a step.
    enum Fault: Sendable, Equatable {
        /// The first half is written; that step and all after it fail, like a process killed.
        case death
        /// The step fails once with a code.
        case once(ResultCode)
        /// The step and all after it of that kind fail with a code.
        case always(ResultCode)
    }

    struct State {
        var steps: [Step] = []
        var isRecording = false
        var count = 0
        var faultAt = Int.max
        var fault = Fault.death
        /// Which kinds of step count; all that change the disk unless told otherwise.
        var kinds: Set<Int32> = [0, 1, 2, 3]
        /// How the path ends of the only file that counts.
        var suffix = ""
    }

    let name: String
    let state = Mutex(State())

    init() {
        name = "tape-\(Tape.numbers.wrappingAdd(1, ordering: .relaxed).newValue)"
        let question: CFaultVFS_question = { user, kind, path, offset, bytes, count in
            guard let user = unsafe user else { return 0 }
            let tape = unsafe Unmanaged<Tape>.fromOpaque(user).takeUnretainedValue()
            return unsafe tape.answer(
                kind, unsafe path.map { unsafe String(cString: $0) } ?? "", Int(offset),
                unsafe UnsafeRawBufferPointer(start: bytes, count: bytes == nil ? 0 : Int(count)))
        }
        _ = unsafe CFaultVFS_register(
            strdup(name), question, Unmanaged.passRetained(self).toOpaque())
    }

    /// Lets the step fail that comes after `count` more of `kinds`.
    func fail(
        after count: Int, _ fault: Fault, kinds: Set<Int32> = [0, 1, 2, 3], in suffix: String = ""
    ) {
        state.withLock {
            $0.suffix = suffix
            $0.kinds = kinds
            $0.count = 0
            $0.faultAt = count
            $0.fault = fault
        }
    }

    /// Lets every step work again.
    func heal() { state.withLock { $0.faultAt = .max } }

    private func answer(
        _ kind: Int32, _ path: String, _ offset: Int, _ bytes: UnsafeRawBufferPointer
    ) -> Int32 {
        let copy = unsafe Array(bytes)
        return state.withLock { state in
            if state.isRecording, let step = Self.step(kind, path, offset, copy) {
                state.steps.append(step)
            }
            guard state.kinds.contains(kind), path.hasSuffix(state.suffix) else { return 0 }
            defer { state.count += 1 }
            switch state.fault {
            case .death:
                if state.count == state.faultAt { return -1 }
                return state.count > state.faultAt ? ResultCode.ioErrorWrite.rawValue : 0
            case .once(let code): return state.count == state.faultAt ? code.rawValue : 0
            case .always(let code): return state.count >= state.faultAt ? code.rawValue : 0
            }
        }
    }

    private static func step(
        _ kind: Int32, _ path: String, _ offset: Int, _ bytes: [UInt8]
    ) -> Step? {
        switch kind {
        case 0: .write(path: path, offset: offset, bytes: bytes)
        case 1: .truncate(path: path, size: offset)
        case 2: .sync(path: path)
        case 3: .delete(path: path)
        default: nil
        }
    }

    private static let numbers = Atomic<Int>(0)
}
