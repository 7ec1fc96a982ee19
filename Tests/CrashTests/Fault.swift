import Glibc

/// What happens to the calls of a program that change the disk.
struct Fault: Sendable {
    private var variables: [String: String]

    /// Which calls count.
    enum Kinds: String, Sendable {
        case all = "wsn"
        case writes = "w"
        case syncs = "s"
        /// Everything that may need space.
        case growth = "wn"
    }

    /// `kill -9` at a call; a write is done by half before.
    static func kill(_ call: Int) -> Fault { Fault("kill", call, .all) }

    /// `kill -9` in place of a call.
    static func killEarly(_ call: Int) -> Fault { Fault("early", call, .all) }

    /// An error in place of a call, or of it and all that come after it.
    static func error(
        _ number: Int32, at call: Int, _ kinds: Kinds = .all, onwards: Bool = false
    ) -> Fault {
        var fault = Fault("error", call, kinds)
        fault.variables["FAULT_ERROR"] = "\(number)"
        if onwards { fault.variables["FAULT_ON"] = "1" }
        return fault
    }

    /// A write takes half of what it is given, and says so.
    static func short(_ call: Int, onwards: Bool = false) -> Fault {
        var fault = Fault("short", call, .writes)
        if onwards { fault.variables["FAULT_ON"] = "1" }
        return fault
    }

    /// A signal just before a call.
    static func signal(_ number: Int32, at call: Int) -> Fault {
        var fault = Fault("signal", call, .all)
        fault.variables["FAULT_SIGNAL"] = "\(number)"
        return fault
    }

    /// Nothing fails; the calls are counted into a file.
    static func count(_ kinds: Kinds, into file: String) -> Fault {
        var fault = Fault("", 0, kinds)
        fault.variables["FAULT_REPORT"] = file
        return fault
    }

    /// A session and a session keyring of its own, and clocks that are seconds off.
    static func surroundings(session: Bool = false, wall: Int = 0, boot: Int = 0) -> Fault {
        var fault = Fault("", 0, .all)
        if session { fault.variables["FAULT_SESSION"] = "1" }
        fault.variables["FAULT_WALL"] = "\(wall)"
        fault.variables["FAULT_BOOT"] = "\(boot)"
        return fault
    }

    private init(_ mode: String, _ call: Int, _ kinds: Kinds) {
        variables = ["FAULT_MODE": mode, "FAULT_AT": "\(call)", "FAULT_KINDS": kinds.rawValue]
    }

    /// The environment that brings it about.
    var environment: [String: String] {
        variables.merging(["LD_PRELOAD": Machine.shim ?? ""]) { $1 }
    }
}
