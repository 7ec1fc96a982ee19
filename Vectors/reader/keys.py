"""Slots, the roster and data keys (Docs/Format.md, sections 4 to 6 and 15)."""

from __future__ import annotations

from dataclasses import dataclass, field

import primitives as p
from encoding import (
    Cursor,
    Refused,
    ascending,
    bytes16,
    context,
    i64,
    mismatch,
    not_canonical,
    over_limit,
    text,
    u8,
    u16,
    u32,
    unknown,
)

PASSWORD, RECOVERY, KEYFILE = 1, 2, 3
HASHED = (PASSWORD, KEYFILE)  # a password is hashed for these
RECOVERY_PREFIX = "coffer-recovery"
KEYFILE_LIMIT = 1_048_576  # section 15
SLOT_LIMIT, SLOTS, PASSWORDS, ROSTER_LIMIT, LABEL_LIMIT = 1_024, 16, 8, 16 * 1_024, 256  # section 15
FIELDS, SUBJECT, NAMES, INDEXES, CATALOG, STATE, AUDIT, JOBS, SIGNING = 1, 2, 3, 4, 5, 6, 7, 8, 14
CHUNKS, CHUNKNAMES, CHUNKER = 9, 10, 11
SINGLE = (FIELDS, NAMES, INDEXES, CATALOG, STATE, AUDIT, SIGNING)  # exactly one active, section 6
ACTIVE, RETIRING, ARCHIVED = 1, 2, 3


@dataclass
class Slot:
    """slot.seal of section 4."""

    id: bytes
    kind: int
    memory: int
    passes: int
    lanes: int
    salt: bytes
    public: bytes
    secret: bytes
    root_id: bytes
    ephemeral: bytes
    wrapped: bytes

    def encode(self) -> bytes:
        return b"".join(
            (u8(1), self.id, u8(self.kind), self.kdf(), bytes16(self.salt), self.public)
        ) + b"".join(
            (bytes16(self.secret), self.root_id, self.ephemeral, bytes16(self.wrapped))
        )

    @classmethod
    def parse(cls, data: bytes) -> Slot:
        """Limits first: nothing of a slot is worked on before they hold."""
        if len(data) > SLOT_LIMIT:
            raise over_limit(f"a slot of {len(data)} bytes is over the limit of {SLOT_LIMIT}")
        c = Cursor(data, "a slot")
        if (version := c.u8()) != 1:
            raise unknown(f"a slot has version {version}")
        slot = cls(c.id(), c.u8(), c.u32(), c.u32(), c.u32(), c.bytes16(), c.take(32),
                   c.bytes16(), c.id(), c.take(32), c.bytes16())  # fmt: skip
        c.end()
        slot.check()
        return slot

    def check(self) -> None:
        """The table of section 4 and the limits of section 15."""
        if self.kind in HASHED:
            for name, value, low, high in (
                ("memory", self.memory, 65_536, 4_194_304),
                ("passes", self.passes, 3, 32),
                ("lanes", self.lanes, 1, 16),
                ("salt", len(self.salt), 16, 32),
            ):
                if not low <= value <= high:
                    raise over_limit(f"a slot's {name} is {value}, not {low} to {high}")
        elif self.kind == RECOVERY:
            if self.kdf() != bytes(12) or self.salt:
                raise not_canonical("a recovery slot has KDF parameters")
        else:
            raise unknown(f"a slot has kind {self.kind}")
        if len(self.secret) != (104 if self.kind in HASHED else 0) or len(self.wrapped) != 104:
            raise not_canonical("a slot's sealed parts have another length")

    def kdf(self) -> bytes:
        return u32(self.memory) + u32(self.passes) + u32(self.lanes)

    def secret_context(self, vault: bytes) -> bytes:
        return context("coffer/v1/slot-secret", vault, self.id, u8(self.kind), self.kdf(),
                       self.salt, self.public)  # fmt: skip

    def slot_key(self, vault: bytes, password: bytes, keyfile: bytes | None) -> bytes:
        """The key over the slot secret, of the password and, with kind 3, the keyfile."""
        if (self.kind == KEYFILE) != (keyfile is not None):
            raise p.failed("the slot's kind")
        key = p.argon2id(password, self.salt, self.memory, self.passes, self.lanes)
        if keyfile is None:
            return key
        if not 1 <= len(keyfile) <= KEYFILE_LIMIT:
            raise over_limit(f"a keyfile has {len(keyfile)} bytes, not 1 to {KEYFILE_LIMIT}")
        return p.hkdf256(p.sha256(keyfile), key, context("coffer/v1/keyfile", vault, self.id), 32)

    def open_secret(self, vault: bytes, password: bytes, keyfile: bytes | None = None) -> bytes:
        """The slot secret of a password slot."""
        key = self.slot_key(vault, password, keyfile)
        return p.open_seal(key, self.secret_context(vault), self.secret, "the slot secret")

    def pair(self, vault: bytes, secret: bytes) -> tuple[bytes, bytes]:
        """X25519 scalar and auth key of the slot secret."""
        out = p.expand(secret, context("coffer/v1/slot", vault, self.id), 64)
        return out[:32], out[32:]

    def wrap_key(self, vault: bytes, auth: bytes, shared: bytes) -> bytes:
        info = context("coffer/v1/wrap", vault, self.id, self.root_id, self.ephemeral, self.public)
        return p.hkdf256(auth, shared, info, 32)

    def root_context(self, vault: bytes) -> bytes:
        return context("coffer/v1/root", vault, self.id, self.root_id)

    def open_root(self, vault: bytes, secret: bytes) -> tuple[bytes, bytes]:
        """Root key and auth key."""
        scalar, auth = self.pair(vault, secret)
        if p.x25519_public(scalar) != self.public:
            raise p.failed("the slot's public key")
        wrap = self.wrap_key(vault, auth, p.x25519(scalar, self.ephemeral))
        root = p.open_seal(wrap, self.root_context(vault), self.wrapped, "the wrapped root")
        if len(root) != 32:
            raise not_canonical("the root key does not have 32 bytes")
        return root, auth


@dataclass
class Entry:
    """One slot as the roster lists it (section 5)."""

    num: int
    digest: bytes
    id: bytes
    kind: int
    public: bytes
    created: int
    label: str
    auth: bytes = field(default=b"", repr=False)

    @classmethod
    def of(cls, num: int, slot: Slot, created: int, label: str, auth: bytes) -> Entry:
        digest = p.sha256(slot.encode())
        return cls(num, digest, slot.id, slot.kind, slot.public, created, label, auth)


def roster_context(vault: bytes, root_id: bytes) -> bytes:
    return context("coffer/v1/roster", vault, root_id)


def encode_roster(entries: list[Entry]) -> bytes:
    out = u16(len(entries))
    for e in entries:
        out += u32(e.num) + e.digest + e.id + u8(e.kind) + e.public + i64(e.created) + text(e.label)
    return out + b"".join(e.auth for e in entries)


def parse_roster(data: bytes) -> list[Entry]:
    if len(data) > ROSTER_LIMIT:
        raise over_limit(f"a roster of {len(data)} bytes is over the limit of {ROSTER_LIMIT}")
    c = Cursor(data, "the roster")
    count = c.u16()
    if count > SLOTS:
        raise over_limit(f"the roster has {count} slots, more than {SLOTS}")
    entries = [
        Entry(c.u32(), c.take(32), c.id(), c.u8(), c.take(32), c.i64(), c.text())
        for _ in range(count)
    ]
    for entry in entries:
        entry.auth = c.take(32)
    c.end()
    ascending([0] + [e.num for e in entries], "the roster")
    if any(len(e.label.encode()) > LABEL_LIMIT for e in entries):
        raise over_limit(f"a slot's label is over {LABEL_LIMIT} bytes")
    if sum(e.kind in HASHED for e in entries) > PASSWORDS:
        raise over_limit(f"the roster has more than {PASSWORDS} passwords")
    return entries


def compare_roster(entries: list[Entry], rows: list[tuple[int, bytes]], root_id: bytes) -> None:
    """Roster and `slot` one to one, before anything else is used (section 5)."""
    if [e.num for e in entries] != [num for num, _ in rows]:
        raise mismatch("the roster lists other slots than there are")
    for entry, (num, sealed) in zip(entries, rows):
        slot = Slot.parse(sealed)
        listed = (entry.digest, entry.id, entry.kind, entry.public, root_id)
        if listed != (p.sha256(sealed), slot.id, slot.kind, slot.public, slot.root_id):
            raise mismatch(f"slot {num} is not the one that the roster lists")


@dataclass
class DataKey:
    """One row of `dkey` (section 6)."""

    num: int
    id: bytes
    purpose: int
    state: int
    created: int
    who: bytes
    key: bytes = field(repr=False)
    word: bytes | None = None  # of an archived signing key, whose key is the public one

    def encode(self) -> bytes:
        head = self.id + u8(self.purpose) + u8(self.state) + i64(self.created)
        word = b"" if self.word is None else bytes16(self.word)
        return head + bytes16(self.who) + word + self.key

    @classmethod
    def parse(cls, num: int, who: bytes, data: bytes) -> DataKey:
        c = Cursor(data, f"data key {num}")
        ident, purpose, state, created, whose = c.id(), c.u8(), c.u8(), c.i64(), c.bytes16()
        word = c.bytes16() if (purpose, state) == (SIGNING, ARCHIVED) else None
        if word and len(word) != 64:
            raise not_canonical(f"data key {num} has a word that is no signature")
        key = cls(num, ident, purpose, state, created, whose, c.take(32), word)
        c.end()
        if key.who != who or bool(who) != (key.purpose == SUBJECT) or len(who) not in (0, 16):
            raise mismatch(f"data key {num} is for somebody else")
        if not 1 <= key.purpose <= SIGNING or not 1 <= key.state <= ARCHIVED or num == 0:
            raise unknown(f"data key {num} has purpose {key.purpose}, state {key.state}")
        return key


def key_context(vault: bytes, root_id: bytes, num: int, who: bytes) -> bytes:
    return context("coffer/v1/key", vault, root_id, u32(num), who)


def active(keys: list[DataKey], purpose: int) -> DataKey:
    """The one active key of a purpose."""
    found = [k for k in keys if k.purpose == purpose and k.state == ACTIVE]
    if len(found) != 1:
        raise Refused("mismatch", f"there are {len(found)} active keys of purpose {purpose}")
    return found[0]
