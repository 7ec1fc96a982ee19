import CofferArguments
import Testing

@Suite struct ValidationTests {
    @Test func findsNothingInASoundTree() {
        #expect(SampleTree.tree.validate() == [])
    }

    @Test(arguments: faulty)
    private func findsEachFault(_ faulty: Faulty) {
        #expect(CommandTree(faulty.command).validate() == faulty.faults)
    }

    private struct Faulty: Sendable, CustomTestStringConvertible {
        let command: Command
        let faults: [String]
        var testDescription: String { faults.joined(separator: " ") }
        init(_ command: Command, _ faults: String...) {
            self.command = command
            self.faults = faults
        }
    }

    private static func leaf(
        _ name: String = "a", options: [Option] = [], arguments: [Argument] = []
    ) -> Command {
        Command(name, summary: "Do it", options: options, arguments: arguments)
    }

    private static let faulty = [
        Faulty(Command("a", summary: " "), "a has no summary."),
        Faulty(Command("a", summary: "Do it."), "a has a full stop at the end of its summary."),
        Faulty(
            Command("a", summary: "Do\nit"),
            "a has a line end or an invisible character in its summary."),
        Faulty(
            Command("a", summary: "Do it", discussion: "\u{1B}[1m"),
            "a has an invisible character in its discussion."),
        Faulty(leaf("A b"), "A b is not a name of a-z, 0-9 and -."),
        Faulty(leaf("-a"), "-a is not a name of a-z, 0-9 and -."),
        Faulty(
            Command("a", summary: "Do it", isRunnable: true),
            "a has no subcommands, so isRunnable says nothing."),
        Faulty(
            Command("a", summary: "Do it", subcommands: [leaf("help")]),
            "a help has a reserved name."),
        Faulty(
            Command("a", summary: "Do it", subcommands: [leaf("b"), leaf("b")]),
            "a has two subcommands named 'b'."),
        Faulty(
            Command(
                "a", summary: "Do it",
                subcommands: [leaf("b"), Command("c", summary: "Do it", aliases: ["b"])]),
            "a has two subcommands named 'b'."),
        Faulty(
            Command(
                "a", summary: "Do it", subcommands: [Command("c", summary: "It", aliases: ["C"])]),
            "a has the alias 'C', which is not a name of a-z, 0-9 and -."),
        Faulty(
            leaf(options: [.flag("xx", help: "X"), .flag("xx", help: "X")]),
            "a has two options named '--xx'."),
        Faulty(leaf(options: [.flag("help", help: "X")]), "a has two options named '--help'."),
        Faulty(
            leaf(options: [.flag("xx", short: "h", help: "X")]), "a has two options named '-h'."),
        Faulty(
            leaf(options: [.flag("xx", short: "x", help: "X"), .flag("yy", short: "x", help: "Y")]),
            "a has two options named '-x'."),
        Faulty(
            Command(
                "a", summary: "Do it", options: [.flag("xx", short: "x", help: "X")],
                subcommands: [
                    leaf("b", options: [.flag("yy", short: "x", aliases: ["xx"], help: "Y")])
                ]),
            "a b has two options named '--xx'.", "a b has two options named '-x'."),
        Faulty(
            leaf(options: [.flag("x", help: "X")]),
            "a --x has 'x', which is not a name of two or more of a-z, 0-9 and -."),
        Faulty(
            leaf(options: [.flag("xx", short: "5", help: "X")]),
            "a --xx has the short name '5', which is not a letter."),
        Faulty(leaf(options: [.flag("xx", help: "")]), "a --xx has no help."),
        Faulty(
            leaf(options: [.value("xx", placeholder: "", help: "X")]), "a --xx has no placeholder."),
        Faulty(
            leaf(options: [
                .value("xx", placeholder: "X", completion: .choices([]), help: "X")
            ]), "a --xx has an empty list of values."),
        Faulty(
            leaf(options: [
                .value("xx", placeholder: "X", completion: .suggestions(["a", "a"]), help: "X")
            ]), "a --xx lists 'a' twice."),
        Faulty(
            leaf(arguments: [
                Argument("x", arity: .zeroOrMore, help: "X"), Argument("y", help: "Y"),
            ]
            ),
            "a has an argument after 'x', which takes all.",
            "a requires 'y' after optional 'x'."),
        Faulty(
            leaf(arguments: [Argument("x", arity: .optional, help: "X"), Argument("y", help: "Y")]),
            "a requires 'y' after optional 'x'."),
        Faulty(
            leaf(arguments: [Argument("x", help: "X"), Argument("x", help: "X")]),
            "a has two arguments named 'x'."),
        Faulty(leaf(arguments: [Argument("x", help: "")]), "a X has no help."),
        Faulty(
            leaf(arguments: [Argument("x", completion: .dynamic(""), help: "X")]),
            "a X has a dynamic hint without a name."),
        Faulty(
            leaf(arguments: [Argument("x", completion: .choices(["\t"]), help: "X")]),
            "a X lists a value that cannot be seen."),
        Faulty(
            Command(
                "a", summary: "Do it", arguments: [Argument("x", help: "X")],
                subcommands: [leaf("b")]), "a has arguments and subcommands."),
    ]
}
