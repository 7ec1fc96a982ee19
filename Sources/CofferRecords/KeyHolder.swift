/// Something that keeps keys of a vault between two calls, and forgets them when it is locked.
package protocol KeyHolder: AnyObject {
    /// Forgets them; they are asked for again when they are needed.
    func forgetKeys()
}
