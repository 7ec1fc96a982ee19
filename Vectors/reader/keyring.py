"""From a password or a recovery key to every data key (Docs/Format.md, sections 4 to 6 and 13)."""

from __future__ import annotations

import unicodedata

import primitives as p
from encoding import Refused, mismatch, not_canonical, over_limit
from keys import (
    AUDIT,
    CATALOG,
    HASHED,
    INDEXES,
    KEYFILE,
    NAMES,
    PASSWORD,
    PASSWORDS,
    RECOVERY,
    RECOVERY_PREFIX,
    RETIRING,
    SINGLE,
    SLOTS,
    STATE,
    DataKey,
    Slot,
    active,
    compare_roster,
    key_context,
    parse_roster,
    roster_context,
)


class WrongPassword(Exception):
    """No slot opens with what the user has."""


class Keyring:
    """The root and all keys, of a vault or of a bundle."""

    def __init__(
        self,
        vault: bytes,
        slots: list[tuple[int, bytes]],
        roster: bytes,
        password: str | None,
        recovery: str | None,
        keyfile: bytes | None = None,
    ) -> None:
        self.vault = vault
        self.keys: dict[int, DataKey] = {}
        self._root(slots, password, recovery, keyfile)
        self._roster(slots, roster)

    def _root(
        self,
        rows: list[tuple[int, bytes]],
        password: str | None,
        recovery: str | None,
        keyfile: bytes | None,
    ) -> None:
        """Step 2: limits of every slot first, then the slots that fit what the user has."""
        slots = within_limits(rows)
        for (num, _), slot in zip(rows, slots):
            try:
                if recovery is not None and slot.kind == RECOVERY:
                    secret = p.bech32m_decode(RECOVERY_PREFIX, recovery)
                    if len(secret) != 32:
                        raise not_canonical("a recovery key has 32 bytes")
                elif password is not None and slot.kind == (PASSWORD if keyfile is None else KEYFILE):
                    word = unicodedata.normalize("NFC", password).encode()
                    secret = slot.open_secret(self.vault, word, keyfile)
                else:
                    continue
                self.root, self.auth = slot.open_root(self.vault, secret)
                self.slot, self.root_id = num, slot.root_id
                return
            except Refused as refusal:
                if refusal.kind != "authenticationFailed":
                    raise
        raise WrongPassword

    def _roster(self, rows: list[tuple[int, bytes]], sealed: bytes) -> None:
        """Step 3."""
        context = roster_context(self.vault, self.root_id)
        roster = parse_roster(p.open_seal(self.root, context, sealed, "the roster"))
        compare_roster(roster, rows, self.root_id)
        if not any(e.num == self.slot and p.same(e.auth, self.auth) for e in roster):
            raise mismatch("the roster lists another auth key for the opened slot")

    def add(self, num: int, who: bytes, sealed: bytes) -> None:
        """Step 4, one row."""
        if num in self.keys:
            raise mismatch(f"data key {num} is there twice")
        context = key_context(self.vault, self.root_id, num, who)
        plain = p.open_seal(self.root, context, sealed, f"data key {num}")
        self.keys[num] = DataKey.parse(num, who, plain)

    def opening(self, purpose: int) -> list[bytes]:
        """The active key of a purpose, then those that are retiring, the highest number first."""
        everything = list(self.keys.values())
        old = [k for k in everything if k.purpose == purpose and k.state == RETIRING]
        old.sort(key=lambda k: -k.num)
        return [k.key for k in [active(everything, purpose), *old]]

    def complete(self) -> None:
        """When all keys were added: exactly one active key of each purpose that has one."""
        everything = list(self.keys.values())
        if len({k.id for k in everything}) != len(everything):
            raise mismatch("two data keys have one id")
        for purpose in SINGLE:
            active(everything, purpose)
        self.index_keys = self.opening(INDEXES)
        self.naming_key = active(everything, NAMES).key
        self.audit_keys = self.opening(AUDIT)
        self.catalog_key = active(everything, CATALOG).key
        self.catalog_keys = self.opening(CATALOG)
        self.state_key = active(everything, STATE).key

    def of_id(self, ident: bytes, purpose: int, what: str) -> DataKey:
        """The key with an id, which must be of a purpose."""
        for key in self.keys.values():
            if key.id == ident:
                if key.purpose != purpose:
                    raise mismatch(f"{what} has purpose {key.purpose}, not {purpose}")
                return key
        raise mismatch(f"{what} is not there")


def open_unnamed(keys: list[bytes], context: bytes, sealed: bytes, what: str) -> bytes:
    """A row that does not name its key (section 6)."""
    for key in keys[:-1]:
        try:
            return p.open_seal(key, context, sealed, what)
        except Refused as refusal:
            if refusal.kind != "authenticationFailed":
                raise
    return p.open_seal(keys[-1], context, sealed, what)


def within_limits(rows: list[tuple[int, bytes]]) -> list[Slot]:
    """All slots; refused by a limit before any work."""
    if len(rows) > SLOTS:
        raise over_limit(f"there are {len(rows)} slots, more than {SLOTS}")
    slots = [Slot.parse(seal) for _, seal in rows]
    if sum(s.kind in HASHED for s in slots) > PASSWORDS:
        raise over_limit(f"there are more than {PASSWORDS} passwords")
    return slots
