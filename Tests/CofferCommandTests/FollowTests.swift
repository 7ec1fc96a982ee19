import Foundation
import Testing

/// Programs that go on for long, when the vault is locked or taken away from under them.
@Suite(.enabled(if: BuiltProgram.isThere)) struct FollowTests {
    private func box() throws -> Sandbox {
        let box = try Sandbox()
        try box.makeVault("game", ["--template", "campaign"])
        #expect(try box.open(["add", "npcs", "id=a", "name=Anna"]).status == 0)
        return box
    }

    private static let follow = """
        timeout 20 "$COFFER" changes --follow --json "$@" >out & follower=$!
        until grep -q seq out; do sleep 0.05; done

        """

    @Test(.enabled(if: Machine.hasKeyring)) func aFollowerEndsWhenTheVaultIsLocked() throws {
        let box = try box()
        #expect(try box.open(["unlock"]).status == 0)
        let followed = try box.shell(Self.follow + "\"$COFFER\" lock; wait $follower")
        #expect(followed.status == 3, "\(followed.errors)")
        #expect(followed.code == "locked")
    }

    @Test(.enabled(if: Machine.hasKeyring)) func aFollowerDoesNotKeepTheVaultUnlocked() throws {
        let box = try box()
        #expect(try box.open(["unlock", "--for", "3s"]).status == 0)
        let followed = try box.shell(Self.follow + "wait $follower")
        #expect(followed.status == 3, "\(followed.errors)")
    }

    /// Who reads and writes meanwhile has looked at the root of before, and must not put it back.
    @Test(.enabled(if: Machine.hasKeyring)) func aNewRootLeavesTheVaultUnlockedForEverybody()
        throws
    {
        let box = try box()
        #expect(try box.open(["unlock"]).status == 0)
        let script = """
            again() { until [ -e stop ]; do "$@" >/dev/null 2>>errors || echo $? >>failed; done; }
            again "$COFFER" list npcs --json & reader=$!
            again "$COFFER" list npcs --json & other=$!
            again "$COFFER" set npcs a name=$RANDOM & writer=$!
            for round in 1 2 3 4; do
                "$COFFER" rotate root --yes >/dev/null 2>>errors || echo "root $?" >>failed
            done
            touch stop; wait $reader $other $writer
            cat failed errors; "$COFFER" list npcs --json >/dev/null; echo "status $?"

            """
        let end = try box.shell(script)
        #expect(
            end.output.hasSuffix("status 0\n") && !end.output.contains("locked"), "\(end.output)")
        #expect(!end.output.contains("\n3\n") && !end.output.hasPrefix("3\n"), "\(end.output)")
    }

    @Test(.enabled(if: Machine.hasKeyring)) func aFollowerWithAPasswordOfItsOwnGoesOn() throws {
        let box = try box()
        let followed = try box.shell(
            Self.follow + """
                "$COFFER" unlock --password-file password; "$COFFER" lock; sleep 2
                "$COFFER" add npcs id=late name=Late --password-file password
                sleep 1; kill $follower; wait $follower; grep -c seq out

                """, ["--password-file", "password"])
        #expect(followed.output.hasSuffix("2\n"), "\(followed.output) \(followed.errors)")
    }

    @Test(arguments: [
        "rm -r game.coffer", "mv game.coffer old", "mv other.coffer/vault.sqlite game.coffer/",
    ])
    func aVaultThatIsTakenAwayIsNoticed(_ change: String) throws {
        let box = try box()
        try box.makeVault("other")
        let server = try ServedProcess(
            box, ["--vault", "game", "--password-file", "password"])
        try server.result("get", ["collection": "npcs", "record": "a"])
        try server.result("subscribe")
        let followed = try box.shell(
            Self.follow + change + "; wait $follower",
            ["--vault", "game", "--password-file", "password"])
        #expect(followed.status == 6, "\(followed.errors)")
        #expect(followed.code == "changed-underneath")
        let event = try server.next(within: 10)
        #expect(event["event"] as? String == "error", "\(event)")
        for request in ["get", "list"] {
            let members = ["collection": "npcs", "record": "a"].filter {
                request == "get" || $0.key == "collection"
            }
            #expect(try server.code(request, members) == "changed-underneath")
        }
    }
}
