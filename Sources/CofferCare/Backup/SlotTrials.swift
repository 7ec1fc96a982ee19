internal import CofferKeys

/// What one password, keyfile or recovery key has opened among the slots of several bundles, so
/// that a slot that many of them have is derived once.
package final class SlotTrials {
    private var results: [[UInt8]: Result] = [:]

    /// What a slot has given.
    internal enum Result {
        /// It does not open.
        case refused
        /// The root that it leads to; whoever takes it checks that the roster lists this very slot.
        case opened(RootKey)
    }

    /// Nothing was tried yet.
    package init() {}

    /// What the row of a slot has given; nil where it was not tried.
    internal func result(of row: [UInt8]) -> Result? { results[row] }

    /// Takes note of what the row of a slot has given.
    internal func note(_ result: Result, of row: [UInt8]) { results[row] = result }
}
