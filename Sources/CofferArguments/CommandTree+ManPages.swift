extension CommandTree {
    /// The man pages of the program and of every command that help shows.
    package func manPages(edition: ManPage.Edition) -> [ManPage] {
        visiblePaths.map { manPage(for: $0, edition: edition) }
    }

    /// The man page of the command that `path` names, as far as it names one.
    package func manPage(for path: [String], edition: ManPage.Edition) -> ManPage {
        let chain = chain(to: path)
        let command = chain[chain.count - 1]
        let name = Self.pageName(of: chain)
        var lines = [
            Roff.request(
                "TH", name.uppercased(), "1", edition.date, edition.source, edition.manual),
            Roff.request("SH", "NAME"), "\(Roff.text(name)) \\- \(Roff.text(command.summary))",
            Roff.request("SH", "SYNOPSIS"), ".nh", Roff.text(chain.usage), ".hy",
        ]
        if !command.discussion.isEmpty {
            lines += [Roff.request("SH", "DESCRIPTION")] + Roff.prose(command.discussion)
        }
        for section in HelpSection.sections(of: chain) {
            lines += [Roff.request("SH", section.title.uppercased())] + Roff.terms(section.rows)
        }
        if path.isEmpty {
            for section in edition.sections {
                lines += [Roff.request("SH", section.title)] + Roff.prose(section.text)
            }
        }
        lines += seeAlso(chain)
        return ManPage(fileName: name + ".1", source: lines.joined(separator: "\n") + "\n")
    }

    private static func pageName(of chain: [Command]) -> String {
        chain.map(\.name).joined(separator: "-")
    }

    private func seeAlso(_ chain: [Command]) -> [String] {
        var names: [String] = []
        if chain.count > 1 { names.append(Self.pageName(of: Array(chain.dropLast()))) }
        names += (chain.last?.visibleSubcommands ?? []).map { Self.pageName(of: chain + [$0]) }
        guard !names.isEmpty else { return [] }
        let references = names.map { "\\fB\(Roff.text($0))\\fR(1)" }
        return [Roff.request("SH", "SEE ALSO")] + [references.joined(separator: ",\n")]
    }
}
