"""The constructions of Docs/Format.md, section 2, above AES, SHA-2, X25519 and Argon2id.

XAES-256-GCM and Cobblestone-256 are written here from c2sp.org/XAES-256-GCM and
c2sp.org/chunked-encryption; Bech32m from BIP-350.
"""

from __future__ import annotations

import hashlib
import hmac as hmac_module

from argon2.low_level import Type, hash_secret_raw
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from encoding import Refused, not_canonical

BLOCK = 16_384  # c2sp.org/chunked-encryption, message chunking
TAG = 16
OVERHEAD = 24 + 32 + TAG


def failed(what: str) -> Refused:
    """A tag, commitment or digest that does not fit."""
    return Refused("authenticationFailed", f"{what} does not open")


def sha256(m: bytes) -> bytes:
    return hashlib.sha256(m).digest()


def hmac(key: bytes, m: bytes) -> bytes:
    """HMAC-SHA-256."""
    return hmac_module.digest(key, m, "sha256")


def same(a: bytes, b: bytes) -> bool:
    """Comparison in constant time."""
    return hmac_module.compare_digest(a, b)


def hkdf_expand(name: str, prk: bytes, info: bytes, n: int) -> bytes:
    """RFC 5869, section 2.3."""
    out = block = b""
    counter = 1
    while len(out) < n:
        block = hmac_module.digest(prk, block + info + bytes([counter]), name)
        out += block
        counter += 1
    return out[:n]


def expand(key: bytes, info: bytes, n: int) -> bytes:
    """HKDF-Expand-SHA-512, first n bytes."""
    return hkdf_expand("sha512", key, info, n)


def hkdf256(salt: bytes, ikm: bytes, info: bytes, n: int) -> bytes:
    """HKDF-SHA-256, extract and expand."""
    return hkdf_expand("sha256", hmac(salt, ikm), info, n)


def argon2id(password: bytes, salt: bytes, memory: int, passes: int, lanes: int) -> bytes:
    """RFC 9106, version 0x13, 32 bytes."""
    return hash_secret_raw(password, salt, passes, memory, lanes, 32, Type.ID, 0x13)


def x25519_public(scalar: bytes) -> bytes:
    return X25519PrivateKey.from_private_bytes(scalar).public_key().public_bytes_raw()


def x25519(scalar: bytes, point: bytes) -> bytes:
    """RFC 7748; an all-zero result is refused."""
    try:
        shared = X25519PrivateKey.from_private_bytes(scalar).exchange(
            X25519PublicKey.from_public_bytes(point)
        )
    except ValueError:
        shared = bytes(32)
    if shared == bytes(32):
        raise Refused("refusedSharedSecret", "the shared secret is all zero")
    return shared


def cobblestone_keys(key: bytes, salt: bytes, context: bytes) -> tuple[bytes, bytes, bytes]:
    """AES key, base nonce and commitment."""
    info = b"c2sp.org/chunked-encryption@v1+AEAD_AES_256_GCM\0" + salt + context
    out = expand(key, info, 76)
    return out[:32], out[32:44], out[44:]


def seal(key: bytes, context: bytes, plain: bytes, salt: bytes) -> bytes:
    """Seal(key, context, plain) under a given salt; only the writer of vectors has one to give."""
    aes, nonce, commitment = cobblestone_keys(key, salt, context)
    out = [salt, commitment]
    for number in range(len(plain) // BLOCK + 1):
        chunk = plain[number * BLOCK : (number + 1) * BLOCK]
        out.append(AESGCM(aes).encrypt(block_nonce(nonce, number), chunk, None))
    return b"".join(out)


def open_seal(key: bytes, context: bytes, sealed: bytes, what: str) -> bytes:
    """What Seal sealed; refused unless commitment and every tag fit."""
    body = len(sealed) - 56
    if len(key) != 32 or body < TAG or not TAG <= body % (BLOCK + TAG):
        raise failed(what)
    aes, nonce, commitment = cobblestone_keys(key, sealed[:24], context)
    if not same(commitment, sealed[24:56]):
        raise failed(what)
    out = []
    try:
        for number, at in enumerate(range(56, len(sealed), BLOCK + TAG)):
            chunk = sealed[at : at + BLOCK + TAG]
            out.append(AESGCM(aes).decrypt(block_nonce(nonce, number), chunk, None))
    except InvalidTag:
        raise failed(what) from None
    return b"".join(out)


def block_nonce(base: bytes, number: int) -> bytes:
    return (int.from_bytes(base, "big") ^ number).to_bytes(12, "big")


class XAES:
    """XAES-256-GCM under one key."""

    def __init__(self, key: bytes) -> None:
        self._aes = Cipher(algorithms.AES(key), modes.ECB())
        block = int.from_bytes(self._block(bytes(16)), "big")
        self._k1 = block << 1 & (1 << 128) - 1 ^ (0x87 if block >> 127 else 0)

    def _block(self, b: bytes) -> bytes:
        return self._aes.encryptor().update(b)

    def _cipher(self, nonce: bytes) -> AESGCM:
        halves = []
        for counter in (1, 2):
            m = int.from_bytes(bytes([0, counter, 0x58, 0]) + nonce[:12], "big") ^ self._k1
            halves.append(self._block(m.to_bytes(16, "big")))
        return AESGCM(halves[0] + halves[1])

    def seal(self, nonce: bytes, aad: bytes, plain: bytes) -> bytes:
        """Ciphertext, then the tag."""
        return self._cipher(nonce).encrypt(nonce[12:], plain, aad)

    def open(self, nonce: bytes, aad: bytes, sealed: bytes, what: str) -> bytes:
        try:
            return self._cipher(nonce).decrypt(nonce[12:], sealed, aad)
        except InvalidTag:
            raise failed(what) from None


BECH32 = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"


def _polymod(values: list[int]) -> int:
    check = 1
    for value in values:
        top = check >> 25
        check = (check & 0x1FFFFFF) << 5 ^ value
        for i, g in enumerate((0x3B6A57B2, 0x26508E6D, 0x1EA119FA, 0x3D4233DD, 0x2A1462B3)):
            check ^= g if top >> i & 1 else 0
    return check


def _prefix(hrp: str) -> list[int]:
    return [ord(c) >> 5 for c in hrp] + [0] + [ord(c) & 31 for c in hrp]


def bech32m_encode(hrp: str, data: bytes) -> str:
    """BIP-350 over whole bytes, zero bits at the end."""
    bits = int.from_bytes(data, "big") << -len(data) * 8 % 5
    count = -(-len(data) * 8 // 5)
    five = [bits >> 5 * (count - 1 - i) & 31 for i in range(count)]
    check = _polymod(_prefix(hrp) + five + [0] * 6) ^ 0x2BC830A3
    five += [check >> 5 * (5 - i) & 31 for i in range(6)]
    return hrp + "1" + "".join(BECH32[v] for v in five)


def bech32m_decode(hrp: str, written: str) -> bytes:
    """The bytes of a Bech32m word; all upper case is the same word, mixed case is none."""
    if written.lower() != written and written.upper() != written:
        raise not_canonical("the recovery key mixes upper and lower case")
    head, _, tail = written.lower().rpartition("1")
    if head != hrp or len(tail) < 6 or any(c not in BECH32 for c in tail):
        raise not_canonical("this is no recovery key")
    five = [BECH32.index(c) for c in tail]
    if _polymod(_prefix(hrp) + five) != 0x2BC830A3:
        raise not_canonical("the recovery key has a slip of the pen")
    bits = 0
    for value in five[:-6]:
        bits = bits << 5 | value
    spare = (len(five) - 6) * 5 % 8
    if spare > 4 or bits & (1 << spare) - 1:
        raise not_canonical("the recovery key does not end on a whole byte")
    return (bits >> spare).to_bytes((len(five) - 6) * 5 // 8, "big")
