internal import CofferFormat

/// The members of an object, and where the last one asked for stands.
///
/// A type mostly asks for its members in the order in which they stand, and for each of them twice
/// or three times: looking on from the last one finds them at once, in objects of any size.
internal final class MemberSearch {
    /// The members.
    internal let members: [Value.Member]
    private var last = 0

    /// Begins before the first.
    internal init(_ members: [Value.Member]) { self.members = members }

    /// The value of a member; nil when there is none of the name.
    internal func find(_ name: String) -> Value? {
        for place in last..<members.count where members[place].name.hasSameBytes(as: name) {
            last = place
            return members[place].value
        }
        for place in 0..<last where members[place].name.hasSameBytes(as: name) {
            last = place
            return members[place].value
        }
        return nil
    }
}
