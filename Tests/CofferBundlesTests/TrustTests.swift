import CofferBundles
import CofferCrypto
import CofferFormat
import Testing

/// Which key vouches for which.
@Suite struct TrustTests {
    private func keys(_ numbers: [UInt8]) throws -> [Minisign.PublicKey] {
        try numbers.map { try Signer($0).publicKey }
    }

    @Test func reachesForwardAndNotBack() throws {
        var sample = try Sample()
        sample.signers = [(2, 1), (3, 2), (4, 3)]
        let list = try sample.statements()
        #expect(try list.reach(of: Signer(1).publicKey) == keys([1, 2, 3, 4]))
        #expect(try list.reach(of: Signer(3).publicKey) == keys([3, 4]))
        #expect(try list.reach(of: Signer(4).publicKey) == keys([4]))
        #expect(try list.reach(of: Signer(9).publicKey) == keys([9]))
        for from in UInt8(1)...4 {
            for to in UInt8(1)...4 {
                let reaches = try list.reaches(
                    from: Signer(from).publicKey, to: Signer(to).publicKey)
                #expect(reaches == (from <= to))
            }
        }
    }

    @Test func leadsBackOnlyWithoutAGap() throws {
        var sample = try Sample()
        sample.signers = [(2, 1), (3, 2), (4, 3)]
        let good = try sample.statements()
        #expect(try good.origins(of: Signer(4).publicKey) == keys([3, 2, 1]))
        #expect(try good.origins(of: Signer(2).publicKey) == keys([1]))
        #expect(try good.origins(of: Signer(1).publicKey) == [])
        #expect(try good.origins(of: Signer(9).publicKey) == [])
        for broken in 0..<3 {
            let statements = good.statements.enumerated().map { index, statement in
                var signature = statement.signature
                if index == broken { signature[7] ^= 1 }
                return SignerStatements.Statement(
                    new: statement.new, old: statement.old, signature: signature)
            }
            let list = SignerStatements(vault: good.vault, statements: statements)
            #expect(try list.origins(of: Signer(4).publicKey).count == 2 - broken)
        }
        let moved = SignerStatements(vault: Sample.id(9), statements: good.statements)
        #expect(try moved.origins(of: Signer(4).publicKey) == [])
        // Of a key that is known by its bytes only, the list has the name.
        let key = try Signer(3).publicKey
        #expect(good.keys(of: key.bytes) == [key] && good.keys(of: [1]) == [])
    }

    /// A signature of one statement says nothing in another place.
    @Test func endsAtAStatementThatDoesNotFit() throws {
        var sample = try Sample()
        sample.signers = [(2, 1), (3, 2), (4, 3)]
        let good = try sample.statements()
        for broken in 0..<3 {
            for bit in [0, 63] {
                let statements = good.statements.enumerated().map { index, statement in
                    var signature = statement.signature
                    if index == broken { signature[bit] ^= 1 }
                    return SignerStatements.Statement(
                        new: statement.new, old: statement.old, signature: signature)
                }
                let list = SignerStatements(vault: good.vault, statements: statements)
                #expect(try list.reach(of: Signer(1).publicKey).count == broken + 1)
                // Behind it a key that is trusted by itself still vouches.
                #expect(try list.reach(of: Signer(4).publicKey) == keys([4]))
                let last = try list.reach(of: Signer(3).publicKey)
                #expect(last.count == (broken == 2 ? 1 : 2))
            }
        }
        let moved = SignerStatements(vault: Sample.id(9), statements: good.statements)
        #expect(try moved.reach(of: Signer(1).publicKey) == keys([1]))
    }

    @Test func aKeyCannotVouchForItselfInAnothersName() throws {
        let (trusted, attacker) = (try Signer(1), try Signer(9))
        let vault = Sample.id(1)
        let forged = try SignerStatements.Statement(
            of: attacker.publicKey, by: trusted.publicKey, with: attacker.key, vault: vault)
        let list = SignerStatements(vault: vault, statements: [forged])
        #expect(try SignerStatements(parsing: list.bytes) == list)
        #expect(!list.reaches(from: trusted.publicKey, to: attacker.publicKey))
    }

    @Test func findsTheSignerAmongThoseThatFollow() throws {
        for number in UInt8(1)...3 {
            let reader = try open(try Sample(signedBy: number).bytes())
            for pin in UInt8(1)...4 {
                let key = try Signer(pin).publicKey
                #expect(reader.isSigned(by: key) == (pin <= number), "\(pin) for \(number)")
            }
            #expect(try reader.signer(trusting: Signer(1).publicKey) == Signer(number).publicKey)
        }
    }

    /// The identifier of a minisign key is no proof: keys may share one.
    @Test func triesEveryKeyOfThatName() throws {
        let (first, second) = (try Signer(1), try Signer(2))
        let twin = try Minisign.PublicKey(
            keyID: first.publicKey.keyID, bytes: second.publicKey.bytes)
        var sample = try Sample()
        sample.signers = []
        let statement = try SignerStatements.Statement(
            of: twin, by: first.publicKey, with: first.key, vault: sample.vault)
        var archive = Archive(try sample.bytes())
        archive["signers.txt"].replace(
            with: SignerStatements(vault: sample.vault, statements: [statement]).bytes)
        try archive.sign(with: second, keyID: twin.keyID)
        let reader = try open(archive.bytes)
        #expect(try reader.signer(trusting: first.publicKey) == twin)
    }
}
