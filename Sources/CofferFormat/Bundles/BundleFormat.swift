/// The version of bundles, where a document of theirs says it.
package enum BundleFormat {
    /// The version that this build writes and the only one it reads.
    package static let current: UInt64 = 1

    /// The version that `manifest.json` or `keyring.json` begins with; nil when neither does.
    ///
    /// Nothing else of a document in another version is looked at, and this number proves
    /// nothing: it serves to say what is needed to read the bundle.
    package static func number(of document: [UInt8]) -> UInt64? {
        var text = BundleText(Array(document.prefix(40)))
        guard text.takes("{\"format\":"), let number = try? text.number(), text.takes(",") else {
            return nil
        }
        return number
    }
}
