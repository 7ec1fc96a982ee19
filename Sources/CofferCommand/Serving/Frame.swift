internal import Coffer

/// A request: what is to be done, and what with.
internal struct Frame {
    /// The `id` as JSON; `null` where there is none.
    internal let id: [UInt8]
    /// What is to be done; nil where nobody knows that.
    internal let action: Action?
    /// All members.
    internal let members: Members
    /// Why it cannot be done as it stands.
    private let failure: Failure?

    /// The id of what is no request.
    internal static let noID = Array("null".utf8)

    /// Takes a request apart.
    ///
    /// - Throws: `invalid` for what is no object.
    internal init(_ value: JSONInput) throws(Failure) {
        guard let all = value.members else { throw .invalid("a request is a JSON object") }
        members = Members(all)
        id = members["id"]?.json ?? Self.noID
        guard let name = members["do"]?.text else {
            action = nil
            failure = .usage("a request says in «do» what is to be done")
            return
        }
        guard let action = Action.table[name] else {
            self.action = nil
            failure = .usage("there is no request «\(name)»")
            return
        }
        self.action = action
        let unknown = members.unknown(besides: action.members + ["id", "do"])
        failure = unknown.first.map { .usage("«\(name)» does not know «\($0)»") }
    }

    /// What is to be done.
    ///
    /// - Throws: `usage` where nobody knows that.
    internal func checked() throws(Failure) -> Action {
        if let failure { throw failure }
        guard let action else { throw .usage("there is no such request") }
        return action
    }

    /// Whether it can fail within a transaction without any harm.
    internal var isReading: Bool {
        guard let action else { return false }
        guard case .batch = action.work, let requests = members["requests"]?.elements else {
            return action.isReading
        }
        return requests.allSatisfy { request in
            let name = request.members?.first { $0.name == "do" }?.value.text
            return name.flatMap { Action.table[$0]?.isReading } ?? false
        }
    }
}
