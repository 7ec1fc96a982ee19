import CofferArguments
import Testing

@Suite struct ParsingTests {
    @Test func readsThePathOfNestedCommands() throws {
        #expect(try SampleTree.run("key", "list").path == ["key", "list"])
        #expect(try SampleTree.run("list").path == ["list"])
    }

    @Test func resolvesAliasesToTheCommandsName() throws {
        #expect(try SampleTree.run("rm", "a").path == ["remove"])
        #expect(try SampleTree.run("list", "--as", "csv").value("format") == "csv")
        #expect(try SampleTree.run("list", "--silent").flag("quiet"))
    }

    @Test(arguments: [
        ["--shed", "S", "key", "list"], ["key", "--shed", "S", "list"],
        ["key", "list", "--shed", "S"], ["key", "list", "--shed=S"], ["key", "list", "-sS"],
        ["-s", "S", "key", "list"], ["key", "-s=S", "list"], ["-qsS", "key", "list"],
        ["-vvs", "S", "key", "list"],
    ])
    func takesAGlobalOptionAtAnyPlaceAndInAnyForm(words: [String]) throws {
        let invocation = try SampleTree.run(words)
        #expect(invocation.path == ["key", "list"])
        #expect(invocation.value("shed") == "S")
        #expect(invocation.arguments.isEmpty)
    }

    @Test func takesOptionsOfAGroupBeforeAndAfterItsSubcommand() throws {
        #expect(try SampleTree.run("key", "--all", "list").flag("all"))
        #expect(try SampleTree.run("key", "list", "--all").flag("all"))
        #expect(try !SampleTree.run("key", "list").flag("all"))
    }

    @Test func readsBundledFlagsAndCountsRepeatedOnes() throws {
        let invocation = try SampleTree.run("-vqv", "remove", "-yv", "x")
        #expect(invocation.count("verbose") == 3)
        #expect(invocation.flag("quiet"))
        #expect(invocation.flag("yes"))
        #expect(!invocation.flag("json"))
    }

    @Test func takesTheRestOfABundleAsAValue() throws {
        #expect(try SampleTree.run("list", "-qfcsv").value("format") == "csv")
        #expect(try SampleTree.run("list", "-n-5").value("limit") == "-5")
        #expect(try SampleTree.run("list", "-o--x").value("output") == "--x")
    }

    @Test func keepsRepeatedValuesInTheirOrder() throws {
        let invocation = try SampleTree.run("add", "b", "-p", "1", "--param=2", "-p3", "x=1")
        #expect(invocation.values("param") == ["1", "2", "3"])
        #expect(invocation.value("param") == "3")
        #expect(invocation.arguments == ["b", "x=1"])
    }

    @Test func leavesValuesThatLookOddAlone() throws {
        let words = ["hp:=5", "map=@a b.png", "a.b=", "", "-", "x=--json", "=", "é=ü\u{301}"]
        let invocation = try SampleTree.run(["add", "b"] + words)
        #expect(invocation.argument("box") == "b")
        #expect(invocation.argumentList("values") == words)
    }

    @Test func takesEverythingAfterTwoDashesAsArguments() throws {
        let invocation = try SampleTree.run("add", "b", "--", "-5", "--json", "--", "-h")
        #expect(invocation.argumentList("values") == ["-5", "--json", "--", "-h"])
        #expect(!invocation.flag("json"))
        #expect(try SampleTree.run("--", "key", "list").path == ["key", "list"])
    }

    @Test func acceptsALoneDashAndNegativeNumbersAsValues() throws {
        #expect(try SampleTree.run("list", "-o", "-").value("output") == "-")
        #expect(try SampleTree.run("list", "--limit", "-5").value("limit") == "-5")
        #expect(try SampleTree.run("list", "--limit", "-.5").value("limit") == "-.5")
    }

    @Test func keepsEmptyValuesAndWhatFollowsTheFirstEqualsSign() throws {
        #expect(try SampleTree.run("list", "--output=").value("output") == "")
        #expect(try SampleTree.run("list", "--output", "").value("output") == "")
        #expect(try SampleTree.run("list", "--output=a=b=").value("output") == "a=b=")
        #expect(try SampleTree.run("list").value("output") == nil)
    }

    @Test func partsAtAnEqualsSignThatACombiningMarkFollows() throws {
        let value = "\u{301}x"
        #expect(try SampleTree.run("list", "--output=" + value).value("output") == value)
        #expect(try SampleTree.run("list", "-o" + value).value("output") == value)
    }

    @Test func givesArgumentsToTheirNames() throws {
        let move = try SampleTree.run("move", "a", "b")
        #expect(move.argument("from") == "a")
        #expect(move.argument("to") == "b")
        let remove = try SampleTree.run("remove", "a", "b", "c")
        #expect(remove.argumentList("paths") == ["a", "b", "c"])
        #expect(remove.argument("paths") == "a")
        #expect(try SampleTree.run("init").argument("name") == nil)
        #expect(try SampleTree.run("add", "b").argumentList("values") == [])
    }

    @Test func runsAGroupThatMayStandAlone() throws {
        #expect(try SampleTree.run("tidy", "--dry-run").path == ["tidy"])
        #expect(try SampleTree.run("tidy", "schedule", "on").argument("state") == "on")
    }

    @Test(arguments: [
        (["--help"], []), (["-h", "list"], ["list"]), (["list", "--help"], ["list"]),
        (["move", "-h"], ["move"]), (["move", "a", "b", "c", "--help"], ["move"]),
        (["list", "--bogus", "--help"], ["list"]), (["--help", "list", "--bogus"], ["list"]),
        (["list", "--limit", "--help"], ["list"]), (["list", "-qh"], ["list"]),
        (["help"], []), (["help", "key", "list"], ["key", "list"]), (["help", "rm"], ["remove"]),
        (["key", "help", "list"], ["key", "list"]), (["list", "--version", "-h"], ["list"]),
        (["key", "--help", "remove"], ["key", "remove"]), (["help", "--json", "key"], ["key"]),
    ])
    func givesHelpBeforeAnythingElseIsChecked(words: [String], path: [String]) throws {
        #expect(try SampleTree.tree.parse(words) == .help(path: path, isExplicit: true))
    }

    @Test func doesNotTakeHelpAfterTwoDashesForARequest() throws {
        #expect(try SampleTree.run("list", "--", "--help").arguments == ["--help"])
        #expect(throws: UsageError.self) {
            try SampleTree.tree.parse(["list", "--bogus", "--", "--help"])
        }
    }

    @Test(arguments: [([], []), (["--json"], []), (["key"], ["key"]), (["key", "--all"], ["key"])])
    func showsTheHelpOfAGroupWithoutSubcommand(words: [String], path: [String]) throws {
        #expect(try SampleTree.tree.parse(words) == .help(path: path, isExplicit: false))
    }

    @Test func answersAStandaloneFlagWhateverIsMissing() throws {
        #expect(try SampleTree.tree.parse(["--version"]) == .standalone("version"))
        #expect(try SampleTree.tree.parse(["move", "--version"]) == .standalone("version"))
    }

    @Test func tellsWhichOptionsAreDeclared() throws {
        let invocation = try SampleTree.run("list")
        #expect(invocation.declares("limit"))
        #expect(invocation.declares("shed"))
        #expect(!invocation.declares("yes"))
    }

    #if DEBUG
    @Test func trapsInDebugBuildsWhenAskedForAnUndeclaredName() async {
        await #expect(processExitsWith: .failure) {
            _ = try SampleTree.run("list").flag("dry-run")
        }
        await #expect(processExitsWith: .failure) {
            _ = try SampleTree.run("list").value("dry-run")
        }
        await #expect(processExitsWith: .failure) {
            _ = try SampleTree.run("list").argument("bogus")
        }
    }
    #endif
}
