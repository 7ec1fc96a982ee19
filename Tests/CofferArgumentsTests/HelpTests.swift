import CofferArguments
import Testing

@Suite struct HelpTests {
    @Test func showsTheWholeProgram() {
        let expected = """
            Usage: box [OPTIONS] COMMAND

            Keep things in boxes.

            Boxes are kept in a shed.

                box add shed name=hammer

            Begin:
              init         Make a shed

            Commands:
              add, insert  Put a thing into a box
              list         List the things in a box
              move         Move a thing
              remove, rm   Throw things away

            Keys:
              key          Manage keys
              tidy         Tidy the shed

            Options:
              -s, --shed PATH        The shed to use instead of
                                     the one of this folder
                  --json             Print JSON
              -v, --verbose          Say more
              -q, --quiet, --silent  Say less
                  --version          Print the version
              -h, --help             Show this help

            'box help COMMAND' tells more about a command.

            """
        #expect(SampleTree.tree.help(for: [], width: 54) == expected)
    }

    @Test func showsOneCommandWithItsListsAndTheGlobalOptions() {
        let expected = """
            Usage: box list [OPTIONS] [BOX]

            List the things in a box.

            Arguments:
              BOX                        The box

            Options:
              -f, --format, --as FORMAT  How to print (json, ndjson, csv)
              -n, --limit N              At most so many
              -o, --output FILE          Write to FILE
                  --for TIME             How long

            Global options:
              -s, --shed PATH            The shed to use instead of the one of this folder
                  --json                 Print JSON
              -v, --verbose              Say more
              -q, --quiet, --silent      Say less
                  --version              Print the version
              -h, --help                 Show this help

            """
        #expect(SampleTree.tree.help(for: ["list"], width: 80) == expected)
    }

    @Test func showsAGroupWithTheOptionsItsSubcommandsInherit() {
        let help = SampleTree.tree.help(for: ["tidy"], width: 80)
        #expect(help.hasPrefix("Usage: box tidy [OPTIONS] [COMMAND]\n"))
        #expect(help.contains("\n'box help tidy COMMAND' tells more about a command.\n"))
        let below = SampleTree.tree.help(for: ["tidy", "schedule"], width: 80)
        #expect(below.contains("Options:\n      --dry-run          Only say what would be done\n"))
    }

    @Test func writesArgumentsAsTheyAreTaken() {
        func usage(_ path: String...) -> Substring? {
            SampleTree.tree.help(for: path, width: 80).split(separator: "\n").first
        }
        #expect(usage("init") == "Usage: box init [OPTIONS] [NAME|PATH]")
        #expect(usage("add") == "Usage: box add [OPTIONS] BOX [FIELD=VALUE...]")
        #expect(usage("remove") == "Usage: box remove [OPTIONS] PATHS...")
    }

    @Test func saysWhatMayBeRepeated() {
        let help = SampleTree.tree.help(for: ["add"], width: 80)
        #expect(help.contains("-p, --param NAME       A parameter; may be repeated\n"))
    }

    @Test(arguments: [0, -1, Int.min, 1, 39])
    func laysOutNarrowTerminalsAsFortyColumns(width: Int) {
        let tree = SampleTree.tree
        #expect(tree.help(for: [], width: width) == tree.help(for: [], width: 40))
    }

    @Test func keepsEveryLineWithinTheWidth() {
        for width in 40...120 {
            for path in SampleTree.tree.visiblePaths {
                let help = SampleTree.tree.help(for: path, width: width)
                let longest = help.split(separator: "\n").map(\.count).max() ?? 0
                #expect(longest <= width, "\(path) at \(width)")
                #expect(!help.split(separator: "\n").contains { $0.last == " " })
            }
        }
    }

    @Test func leavesHiddenCommandsAndOptionsOut() {
        for path in SampleTree.tree.visiblePaths {
            let help = SampleTree.tree.help(for: path, width: 80)
            #expect(!help.contains("secret") && !help.contains("debug"))
        }
    }

    @Test func showsTheNearestCommandForAPathThatNamesNothing() {
        let tree = SampleTree.tree
        #expect(tree.help(for: ["key", "x"], width: 80) == tree.help(for: ["key"], width: 80))
    }

    @Test func keepsAWordLongerThanTheLineWhole() {
        let address = "https://example.org/" + String(repeating: "x", count: 60)
        let tree = CommandTree(Command("box", summary: "See", discussion: "At \(address) is more."))
        #expect(tree.help(for: [], width: 40).contains("\n\nAt\n\(address)\nis more.\n\n"))
    }

    @Test func putsALabelThatIsTooWideOnItsOwnLine() {
        let tree = CommandTree(
            Command(
                "box", summary: "See",
                options: [
                    .value("a-rather-long-name", placeholder: "AND-VALUE", help: "Do it"),
                    .flag("short", help: "Or not"),
                ]))
        let expected = """
            Options:
                  --a-rather-long-name AND-VALUE
                           Do it
                  --short  Or not
              -h, --help   Show this help

            """
        #expect(tree.help(for: [], width: 60).hasSuffix(expected))
    }
}
