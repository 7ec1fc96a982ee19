"""A bundle: its documents against each other, and who signed (Docs/Format.md, sections 16 to 18)."""

from __future__ import annotations

from pathlib import Path

import primitives as p
from container import BEFORE, Container
from documents import COMMENT, KeyringFile, Manifest, content_id, parse_signers, parse_sums, reach, sums_line
from encoding import context, mismatch, u32, utf8
from keyring import Keyring, within_limits
from keys import SIGNING, active
from minisign import PublicKey, SignatureFile, ed25519_public

BUNDLES = 12  # the purpose of a bundle key, section 6
SUMS, SIGNATURE = "SHA256SUMS", "SHA256SUMS.minisig"


class Bundle:
    """An open bundle. Its documents agree with its bytes; nobody vouches for them yet."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.container = Container(path)
        try:
            self._documents()
        except BaseException:
            self.container.close()
            raise

    def close(self) -> None:
        self.container.close()

    def _documents(self) -> None:
        read = self.container.read
        utf8(read("README.txt"), "README.txt")
        self.keyring_file = KeyringFile.parse(read("keyring.json"))
        within_limits(self.keyring_file.slots)
        self.manifest = m = Manifest.parse(read("manifest.json"))
        self.vault, self.id = m.vault, m.bundle
        if (self.keyring_file.vault, self.keyring_file.bundle) != (m.vault, m.bundle):
            raise mismatch("the keyring is of another vault or bundle than the manifest")
        self.signers = parse_signers(read("signers.txt"), m.vault)
        self.sums = read(SUMS)
        self.signature = SignatureFile.parse(utf8(read(SIGNATURE), SIGNATURE), COMMENT)
        head, digests = parse_sums(self.sums, m.vault, m.bundle)
        if head != sums_line(m.vault, m.bundle, self.keyring_file.revision, m.epoch):
            raise mismatch("SHA256SUMS names another revision or epoch")
        if self.signature.comment != head:
            raise mismatch("the trusted comment is not the first line of SHA256SUMS")
        records = [r.name for r in self.container.records]
        self.digests = [(n, self.container.digest(n)) for n in (*BEFORE, *records, "manifest.json")]
        if digests != self.digests:
            raise mismatch("SHA256SUMS does not list the members as they are")
        listed = [(r.name, r.size, dict(self.digests)[r.name]) for r in self.container.records]
        if m.members != listed:
            raise mismatch("the manifest does not list the members as they are")
        self.content_id = content_id(self.vault, self.id, self.digests)

    def signed_by(self, trusted: PublicKey) -> PublicKey:
        """Which key signed, of those that a public key given by hand vouches for."""
        for key in reach(self.signers, trusted, self.vault):
            if key.number == self.signature.signature.number:
                self.signature.verify(key, self.sums)
                return key
        raise p.failed("the signature is of a key that nobody vouches for: it")

    def signed_by_root(self, keyring: Keyring) -> PublicKey:
        """The same from the signing key that the root opens."""
        own = active(list(keyring.keys.values()), SIGNING)
        return self.signed_by(PublicKey(own.id[:8], ed25519_public(own.key)))

    def open(
        self, password: str | None, recovery: str | None, keyfile: bytes | None = None
    ) -> Keyring:
        """Root and keys, and that their signing key signed this very bundle (section 18)."""
        file = self.keyring_file
        keyring = Keyring(self.vault, file.slots, file.roster, password, recovery, keyfile)
        for number, row in file.keys:
            keyring.add(number, b"", row)
        keyring.complete()
        self.signer = self.signed_by_root(keyring)
        sealed = self.container.read("subjects.seal")
        for number, who, row in file.open_subjects(keyring.root, sealed):
            keyring.add(number, who, row)
        keyring.complete()
        return keyring


class BundleKeys:
    """What a bundle key is expanded to."""

    def __init__(self, key: bytes, vault: bytes) -> None:
        out = p.expand(key, context("coffer/v1/bundle-keys", vault), 64)
        self.sealing, self.mac = out[:32], out[32:]

    @classmethod
    def of(cls, bundle: Bundle, keyring: Keyring) -> BundleKeys:
        key = keyring.of_id(bundle.manifest.key, BUNDLES, "the bundle key")
        return cls(key.key, bundle.vault)


def segment_context(vault: bytes, bundle: bytes, number: int) -> bytes:
    return context("coffer/v1/segment", vault, bundle, u32(number))
