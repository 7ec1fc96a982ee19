internal import Coffer

extension Call {
    /// Does what maintenance has left because it found the vault locked, a line for each task.
    ///
    /// What fails is a warning: it must keep nobody from unlocking or locking.
    internal func catchUp(_ vault: Vault) {
        guard vault.dueSince() != nil else { return }
        let bar = ProgressBar(console, "maintaining", .records)
        defer { bar.clear() }
        do throws(VaultError) {
            try vault.catchUp {
                bar.update(Int64(clamping: $0), of: Int64(clamping: $1))
                return true
            } each: { result in
                bar.clear()
                let line = "\(result.task.kind)  \(result.result)"
                result.isBad ? console.warn(line) : console.note(Visible.line(line))
            }
        } catch {
            bar.clear()
            console.warn("what is due was not done: \(error.message)")
        }
    }
}
