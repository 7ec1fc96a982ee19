extension CommandTree {
    /// The words to complete, when `arguments` are the call of a completion script.
    ///
    /// The scripts call `PROGRAM __complete WORD...`; the last word is the one at the cursor.
    package static func completionWords(in arguments: [String]) -> [String]? {
        arguments.first == completionCommand ? Array(arguments.dropFirst()) : nil
    }

    /// What may stand at the word `cursorIndex` of `words`, the words after the program's name.
    ///
    /// Mistakes in the words before are passed over. An index outside of the words asks for what
    /// may follow them. `resolve` finds the words of dynamic hints.
    package func complete(
        words: [String], cursorIndex: Int,
        resolve: @escaping (DynamicCompletion) -> [Candidate] = { _ in [] }
    ) -> Completion {
        let index = words.indices.contains(cursorIndex) ? cursorIndex : words.count
        let typed = index < words.count ? words[index] : ""
        var reader = WordReader(root)
        for word in words.prefix(index) { try? reader.read(word) }
        return Completer(reader: reader, typed: typed, resolve: resolve).completion
    }
}
