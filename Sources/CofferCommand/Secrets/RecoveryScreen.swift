internal import Coffer

/// A recovery key on the terminal: shown once.
internal enum RecoveryScreen {
    /// Shows the key, and lets its end be typed: a key that was only looked at is a key that was
    /// lost.
    internal static func show(_ key: borrowing Secret) {
        guard let terminal = Terminal() else { return }
        terminal.write(
            "\nThe recovery key opens the vault when the password is lost. It is shown once:\n\n    "
        )
        terminal.write(secret: key)
        terminal.write("\n\n")
        for _ in 1...3 {
            let typed = terminal.ask("Write it down, then type its last four characters: ")
            if isEnd(typed, of: key) { return }
            terminal.write("That is not its end.\n")
        }
        terminal.write("Prove it later with: coffer key check-recovery\n")
    }

    private static func isEnd(_ typed: String, of key: borrowing Secret) -> Bool {
        let typed = Array(typed.lowercased().utf8).filter { $0 > 0x20 }
        return key.withBytes { bytes in
            guard typed.count == 4, bytes.count > 4 else { return false }
            for index in 0..<4 where typed[index] != bytes[bytes.count - 4 + index] {
                return false
            }
            return true
        }
    }
}
