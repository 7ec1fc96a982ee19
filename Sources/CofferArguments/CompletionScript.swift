/// The scripts that teach a shell to ask the program for completions.
package enum CompletionScript {
    /// A shell that a script is made for.
    package enum Shell: String, CaseIterable, Hashable, Sendable {
        /// GNU Bash, version 4.4 or later.
        case bash
        /// Z shell.
        case zsh
        /// fish, version 3 or later.
        case fish
    }

    /// The script for `shell` that completes `program`, found through `PATH`.
    ///
    /// The program is called by its name and not as typed, so that completing `./coffer` in a
    /// strange folder runs nothing from that folder. No script evaluates what was typed.
    package static func text(for shell: Shell, program: String) -> String {
        let function = "_" + String(program.map { isWordCharacter($0) ? $0 : "_" }) + "_complete"
        let isPlain = program.allSatisfy { isWordCharacter($0) || "._+-".contains($0) }
        let escape = shell == .fish ? "\\'" : "'\\''"
        let quoted =
            isPlain
            ? program
            : "'"
                + program.split(
                    separator: "'", omittingEmptySubsequences: false
                ).joined(separator: escape) + "'"
        return switch shell {
        case .bash: bash(function: function, program: quoted)
        case .zsh: zsh(function: function, program: quoted)
        case .fish: fish(function: "_" + function, program: quoted)
        }
    }

    private static func isWordCharacter(_ character: Character) -> Bool {
        character.isASCII && (character.isLetter || character.isNumber)
    }
}
