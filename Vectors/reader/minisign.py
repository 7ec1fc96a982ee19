"""Minisign's public keys and prehashed signatures (Docs/Format.md, section 18).

Written from the description of the formats on minisign's page: a public key is `Ed`, eight bytes of
key number and an Ed25519 public key; a prehashed signature is `ED`, the key number and an Ed25519
signature of the BLAKE2b-512 of the file.
"""

from __future__ import annotations

import hashlib
from base64 import b64decode, b64encode
from dataclasses import dataclass

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from encoding import not_canonical, unknown
from primitives import failed

UNTRUSTED, TRUSTED = "untrusted comment: ", "trusted comment: "


def base64(t: str, what: str) -> bytes:
    """RFC 4648 with padding, in its one form."""
    try:
        out = b64decode(t, validate=True)
    except ValueError:
        raise not_canonical(f"{what} is not Base64") from None
    if b64encode(out).decode() != t:
        raise not_canonical(f"{what} is not Base64 in its one form")
    return out


def ed25519_public(seed: bytes) -> bytes:
    return Ed25519PrivateKey.from_private_bytes(seed).public_key().public_bytes_raw()


def prehash(message: bytes) -> bytes:
    return hashlib.blake2b(message, digest_size=64).digest()


@dataclass(frozen=True)
class PublicKey:
    """A minisign public key."""

    number: bytes
    key: bytes

    @classmethod
    def parse(cls, t: str) -> PublicKey:
        data = base64(t, "a public key")
        if len(data) != 42:
            raise not_canonical("a public key does not have 42 bytes")
        if data[:2] != b"Ed":
            raise unknown("a public key is of another kind than Ed")
        return cls(data[2:10], data[10:])

    @classmethod
    def of_file(cls, t: str) -> PublicKey:
        """A file of minisign with its comment, or the key alone."""
        lines = t.split("\n")
        if lines[-1] == "":
            lines.pop()
        if len(lines) == 2 and lines[0].startswith(UNTRUSTED):
            lines.pop(0)
        if len(lines) != 1:
            raise not_canonical("this is no file with one public key")
        return cls.parse(lines[0])

    def written(self) -> str:
        return b64encode(b"Ed" + self.number + self.key).decode()

    def verify(self, signature: bytes, message: bytes, what: str) -> None:
        """A plain Ed25519 signature of the message as it is."""
        try:
            Ed25519PublicKey.from_public_bytes(self.key).verify(signature, message)
        except (InvalidSignature, ValueError):
            raise failed(what) from None

    def verify_prehashed(self, signature: Signature, message: bytes, what: str) -> None:
        """The number as well: it says which key a signature is of."""
        if signature.number != self.number:
            raise failed(what)
        self.verify(signature.signature, prehash(message), what)


@dataclass(frozen=True)
class Signature:
    """A prehashed signature without its comments."""

    number: bytes
    signature: bytes

    @classmethod
    def parse(cls, t: str) -> Signature:
        data = base64(t, "a signature")
        if len(data) != 74:
            raise not_canonical("a signature does not have 74 bytes")
        if data[:2] != b"ED":
            raise unknown("a signature is not prehashed")
        return cls(data[2:10], data[10:])

    def written(self) -> str:
        return b64encode(b"ED" + self.number + self.signature).decode()


@dataclass(frozen=True)
class SignatureFile:
    """SHA256SUMS.minisig: a signature with its trusted comment."""

    signature: Signature
    comment: str
    over_all: bytes

    @classmethod
    def parse(cls, t: str, untrusted: str) -> SignatureFile:
        lines = t.split("\n")
        if len(lines) != 5 or lines[4] or lines[0] != UNTRUSTED + untrusted:
            raise not_canonical("the signature's file does not have its four lines")
        if not lines[2].startswith(TRUSTED):
            raise not_canonical("the signature's file has no trusted comment")
        over_all = base64(lines[3], "the global signature")
        if len(over_all) != 64:
            raise not_canonical("the global signature does not have 64 bytes")
        return cls(Signature.parse(lines[1]), lines[2].removeprefix(TRUSTED), over_all)

    def written(self, untrusted: str) -> str:
        over_all = b64encode(self.over_all).decode()
        lines = [UNTRUSTED + untrusted, self.signature.written(), TRUSTED + self.comment, over_all]
        return "".join(line + "\n" for line in lines)

    def verify(self, key: PublicKey, message: bytes) -> None:
        key.verify_prehashed(self.signature, message, "the signature")
        signed = self.signature.signature + self.comment.encode()
        key.verify(self.over_all, signed, "the global signature")


class Signer:
    """A secret key; for tests and vectors."""

    def __init__(self, seed: bytes, number: bytes) -> None:
        self._key = Ed25519PrivateKey.from_private_bytes(seed)
        self.public = PublicKey(number, self._key.public_key().public_bytes_raw())

    def sign(self, message: bytes) -> Signature:
        return Signature(self.public.number, self._key.sign(prehash(message)))

    def sign_file(self, message: bytes, comment: str) -> SignatureFile:
        signature = self.sign(message)
        over_all = self._key.sign(signature.signature + comment.encode())
        return SignatureFile(signature, comment, over_all)
