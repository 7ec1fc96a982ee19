internal import Coffer
internal import CofferArguments

/// `coffer rotate signing`: a new key that signs bundles.
internal enum RotateSigningCommand {
    internal static func run(_ call: Call) throws -> ExitStatus {
        let isCompromised = call.invocation.flag("compromised")
        let vault = try call.open()
        try call.confirm(
            isCompromised
                ? "Replace the signing key, and believe the old one no more?"
                : "Replace the signing key?")
        let rotation = try vault.rotateSigning(isCompromised: isCompromised)
        call.noteWrite(vault, "there is a new signing key")
        if !rotation.isNoted { call.warnOfMissingNote() }
        let bundles = try vault.bundlesSignedBefore()
        if call.isJSON {
            try call.console.print(
                .object([
                    ("signer", .text(rotation.signer)), ("replaced", .text(rotation.replaced)),
                    ("vouched", .bool(rotation.isVouchedFor)),
                    ("oldBundles", OldBundleLines.json(bundles)),
                    ("scrubbed", .bool(rotation.isScrubbed)),
                ]))
            return .done
        }
        try call.console.line("Bundles are signed with a new key from now on. Its public key:")
        try call.console.line(rotation.signer)
        if rotation.isVouchedFor {
            try call.console.line(
                "The old one vouches for it in every later bundle: whoever trusts the old one "
                    + "trusts the new one.")
        } else {
            try call.console.line(
                "The old one vouches for nobody. Wherever bundles of this vault are verified, tell "
                    + "the new one by hand: coffer backup verify DIR --signer \(rotation.signer)")
            try call.console.line(
                "What the old one has signed counts only where this vault lists it; the next "
                    + "bundle is a full one, unless those before it are signed anew with: "
                    + "coffer backup rekey DIR")
        }
        let lines = OldBundleLines.lines(
            bundles,
            (
                "1 known bundle is signed by a key of before; this vault still knows it",
                "known bundles are signed by keys of before; this vault still knows them"
            ))
        for line in lines { try call.console.line(line) }
        if !rotation.isScrubbed {
            call.console.note(
                "A program that reads the vault keeps the old key's row in its log for now; it goes "
                    + "when that is done.")
        }
        return .done
    }
}
