import CofferBundles
import CofferBytes
import CofferCare
import CofferCrypto
import CofferFormat
import CofferKeys
import CofferStore
import Foundation
import Testing

@testable import Coffer

/// A vault with a full bundle and one that continues it, and the thief's copy of its keys.
struct Theft {
    let stage: BackupStage
    let paths: [String]
    let signer: String
    let frame: Keyring

    init() throws {
        stage = try BackupRoundTripTests.stage()
        var paths = [try stage.backUp().path]
        try stage.put("people", #"{"id":"p","letter":"1"}"#)
        paths.append(try stage.backUp().path)
        self.paths = paths
        signer = try stage.vault.signer()
        frame = try stage.vault.store.frame().keyring
    }

    /// The public halves that this machine trusts for the vault.
    func remembered() throws -> [[UInt8]] {
        let state = try #require(stage.vault.surroundings.stateDirectory)
        return Store.rememberedSigners(of: frame.vault, in: state)
    }

    /// The thief's copy of the vault itself, unlocked.
    func copy() throws -> Vault {
        let path = stage.scratch.path + "/stolen.coffer"
        stage.vault.lock()
        try FileManager.default.copyItem(atPath: stage.vault.path, toPath: path)
        try stage.vault.unlock(password: Scratch.password())
        let thief = Surroundings(
            stateDirectory: stage.scratch.path + "/thief", now: stage.scratch.surroundings.now,
            bootTime: stage.scratch.surroundings.bootTime, bootID: nil)
        let copy = try Vault(at: path, in: thief)
        try copy.unlock(password: Scratch.password())
        return copy
    }

    /// Writes a bundle anew as the thief can, with another time.
    func forge(_ path: String, to other: String) throws {
        let bundle = try BundleReader(at: path)
        let key = try frame.active(.signing)
        var writer = try BundleWriter(at: other, replacing: true)
        for member in [BundleMember.readme, .keyring, .subjects, .signers] {
            try writer.add(member, from: bundle)
        }
        for member in bundle.members where member.isContent {
            try writer.add(member, from: bundle)
        }
        let old = bundle.manifest
        _ = try writer.finish(
            signingKey: key.signingKey(), keyID: Array(key.facts.id.bytes.prefix(8))
        ) { members in
            Manifest(
                vault: old.vault, instance: old.instance, bundle: old.bundle, kind: old.kind,
                parent: old.parent, key: old.key, epoch: old.epoch,
                generation: old.generation + 1, after: old.after, sequence: old.sequence,
                created: old.created + 1, entries: old.entries, live: old.live,
                members: members, digest: old.digest, audit: old.audit)
        }
    }
}
