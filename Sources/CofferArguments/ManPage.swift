/// One man page, ready to be written to a file.
package struct ManPage: Hashable, Sendable {
    /// The name of the file (`coffer-key-list.1`).
    package let fileName: String

    /// The source in man(7) macros.
    package let source: String
}

extension ManPage {
    /// What the pages of one release share; the caller knows it, this module has no clock.
    package struct Edition: Hashable, Sendable {
        /// The day of the release (`2026-03-01`).
        package let date: String

        /// The program and its version (`coffer 1.0`), at the foot of each page.
        package let source: String

        /// The title of the manual, at the head of each page.
        package let manual: String

        /// Further sections of the program's own page (`ENVIRONMENT`, `EXIT STATUS`).
        package let sections: [Section]

        /// Describes a release.
        package init(date: String, source: String, manual: String, sections: [Section] = []) {
            self.date = date
            self.source = source
            self.manual = manual
            self.sections = sections
        }
    }

    /// A section of text: paragraphs, and kept lines that begin with four spaces.
    package struct Section: Hashable, Sendable {
        /// The title in capitals.
        package let title: String

        /// The text.
        package let text: String

        /// Makes a section.
        package init(_ title: String, _ text: String) {
            self.title = title
            self.text = text
        }
    }
}
