"""Opening a vault, step by step (Docs/Format.md, section 13), without writing to it."""

from __future__ import annotations

import os
import shutil
import sqlite3
import stat
import tempfile
import unicodedata
from pathlib import Path

import catalog as cat
import primitives as p
from encoding import Cursor, Refused, mismatch, not_canonical, over_limit, unknown
from keys import (
    AUDIT,
    CATALOG,
    INDEXES,
    NAMES,
    PASSWORD,
    PASSWORDS,
    RECOVERY,
    RECOVERY_PREFIX,
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
from state import State, StateKeys

APPLICATION, FORMAT, PAGE = 0x436F6672, 1, 8_192  # section 3


class WrongPassword(Exception):
    """No slot opens with what the user has."""


class Database:
    """A private copy of the database files; the vault itself is only read."""

    def __init__(self, vault: Path) -> None:
        self._folder = tempfile.mkdtemp(prefix="coffer-reader-")  # mode 0700
        for name in ("vault.sqlite", "vault.sqlite-wal"):
            self._copy(vault / name, required=name == "vault.sqlite")
        self.connection = sqlite3.connect(os.path.join(self._folder, "vault.sqlite"))
        self.connection.execute("PRAGMA trusted_schema = OFF")
        self.connection.execute("PRAGMA cell_size_check = ON")

    def _copy(self, source: Path, required: bool) -> None:
        try:
            descriptor = os.open(source, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
        except FileNotFoundError:
            if required:
                raise
            return
        with os.fdopen(descriptor, "rb") as file:
            if not stat.S_ISREG(os.fstat(descriptor).st_mode):
                raise mismatch(f"{source.name} is no file")
            with open(os.path.join(self._folder, source.name), "wb") as copy:
                shutil.copyfileobj(file, copy)

    def rows(self, sql: str) -> list[tuple]:
        """All rows of a question."""
        return self.connection.execute(sql).fetchall()

    def one(self, sql: str) -> object:
        """The first column of the first row."""
        row = self.connection.execute(sql).fetchone()
        return row[0] if row else None

    def close(self) -> None:
        self.connection.close()
        shutil.rmtree(self._folder, ignore_errors=True)


class Vault:
    """An open vault: keys, state and catalog hold, the records are not yet read."""

    def __init__(self, path: Path, password: str | None, recovery: str | None) -> None:
        self.database = Database(path)
        try:
            self._open(password, recovery)
        except BaseException:
            self.database.close()
            raise

    def _open(self, password: str | None, recovery: str | None) -> None:
        self._header()
        self._root(password, recovery)
        self._roster()
        self._keys()
        self._state()
        self._catalog()

    def _header(self) -> None:
        """Step 1."""
        for pragma, value in (("application_id", APPLICATION), ("user_version", FORMAT), ("page_size", PAGE)):
            if (found := self.database.one(f"PRAGMA {pragma}")) != value:
                raise unknown(f"{pragma} is {found}, not {value}")
        self.meta = dict(self.database.rows("SELECT num, seal FROM meta"))
        if sorted(self.meta) != [0, 1, 2]:
            raise mismatch("meta does not have the rows 0, 1 and 2")
        if not all(isinstance(seal, bytes) for seal in self.meta.values()):
            raise not_canonical("meta holds something that is no blob")
        c = Cursor(self.meta[0], "the header")
        if c.take(7) != b"coffer\0" or c.u16() != FORMAT or c.u16() != 0:
            raise unknown("the header is of another format")
        self.id = c.id()
        c.end()

    def _root(self, password: str | None, recovery: str | None) -> None:
        """Step 2: limits of every slot first, then the slots that fit what the user has."""
        self.slot_rows = self.sealed("SELECT num, seal FROM slot ORDER BY num")
        if len(self.slot_rows) > SLOTS:
            raise over_limit(f"there are {len(self.slot_rows)} slots, more than {SLOTS}")
        slots = [Slot.parse(seal) for _, seal in self.slot_rows]
        if sum(s.kind == PASSWORD for s in slots) > PASSWORDS:
            raise over_limit(f"there are more than {PASSWORDS} passwords")
        for (num, _), slot in zip(self.slot_rows, slots):
            try:
                if recovery is not None and slot.kind == RECOVERY:
                    secret = p.bech32m_decode(RECOVERY_PREFIX, recovery)
                    if len(secret) != 32:
                        raise not_canonical("a recovery key has 32 bytes")
                elif password is not None and slot.kind == PASSWORD:
                    word = unicodedata.normalize("NFC", password).encode()
                    secret = slot.open_secret(self.id, word)
                else:
                    continue
                self.root, self.auth = slot.open_root(self.id, secret)
                self.slot, self.root_id = num, slot.root_id
                return
            except Refused as refusal:
                if refusal.kind != "authenticationFailed":
                    raise
        raise WrongPassword

    def _roster(self) -> None:
        """Step 3."""
        context = roster_context(self.id, self.root_id)
        plain = p.open_seal(self.root, context, self.meta[2], "the roster")
        self.roster = parse_roster(plain)
        compare_roster(self.roster, self.slot_rows, self.root_id)
        if not any(e.num == self.slot and p.same(e.auth, self.auth) for e in self.roster):
            raise mismatch("the roster lists another auth key for the opened slot")

    def _keys(self) -> None:
        """Step 4, and the keys of persons with it."""
        self.key_rows = self.sealed("SELECT num, who, seal FROM dkey ORDER BY num")
        self.keys: dict[int, DataKey] = {}
        for num, who, seal in self.key_rows:
            context = key_context(self.id, self.root_id, num, who or b"")
            plain = p.open_seal(self.root, context, seal, f"data key {num}")
            self.keys[num] = DataKey.parse(num, who or b"", plain)
        everything = list(self.keys.values())
        if len({k.id for k in everything}) != len(everything):
            raise mismatch("two data keys have one id")
        for purpose in SINGLE:
            active(everything, purpose)
        self.index_key = active(everything, INDEXES).key
        self.naming_key = active(everything, NAMES).key
        self.audit_key = active(everything, AUDIT).key

    def _state(self) -> None:
        """Step 5."""
        everything = list(self.keys.values())
        self.state_keys = StateKeys(active(everything, STATE).key, self.id)
        self.state: State = self.state_keys.open(self.meta[1])
        self.catalog_rows = self.sealed("SELECT num, ver, seal FROM cat ORDER BY num, ver")
        frame = self.state_keys.frame(
            self.slot_rows, self.meta[2], self.key_rows, self.catalog_rows
        )
        if frame != self.state.frame:
            raise mismatch("the frame sum does not fit slots, roster, keys and catalog")
        for name, rows, following in (
            ("slot", self.slot_rows, self.state.next_slot),
            ("key", self.key_rows, self.state.next_key),
            ("collection", self.catalog_rows, self.state.next_collection),
        ):
            if any(row[0] >= following for row in rows):
                raise mismatch(f"a {name} has a number that the state has not given yet")

    def _catalog(self) -> None:
        """Step 6."""
        self.catalog_key = active(list(self.keys.values()), CATALOG).key
        versions = {}
        for num, ver, seal in self.catalog_rows:
            context = cat.catalog_context(self.id, num, ver)
            plain = p.open_seal(self.catalog_key, context, seal, f"definition {num}, {ver}")
            versions[num, ver] = cat.Collection.parse(plain)
        self.collections = cat.newest(versions)
        if [c.number for c in self.collections] != [n.collection for n in self.state.counters]:
            raise mismatch("the state counts other collections than the catalog has")
        for c, counters in zip(self.collections, self.state.counters):
            used = [f.number for f in c.fields] + [f.column for f in c.fields]
            if max(used, default=0) >= counters.field:
                raise mismatch(f"collection {c.number} has a number that is not given yet")
        found = self.database.rows("SELECT type, name, tbl_name, sql FROM sqlite_schema")
        with_history = {n.collection for n in self.state.counters if n.history > 1}
        expected = cat.expected_schema(self.collections, with_history)
        if len(found) != len(expected) or set(found) != expected:
            strange = sorted(str(row[1]) for row in set(found) ^ expected)
            raise mismatch(f"the database's schema is not the catalog's: {', '.join(strange)}")

    def sealed(self, sql: str, limit: int = 2**32) -> list[tuple]:
        """Rows of numbers below the limit and a seal; `who` of a data key is NULL or an id."""
        rows = self.database.rows(sql)
        for row in rows:
            *numbers, seal = row
            if "who" in sql:
                who = numbers.pop()
                if who is not None and not (isinstance(who, bytes) and len(who) == 16):
                    raise not_canonical("a data key is for something that is no person")
            if not isinstance(seal, bytes):
                raise not_canonical("a seal is no blob")
            if not all(isinstance(n, int) and 0 <= n < limit for n in numbers):
                raise not_canonical("the number of a row is out of range")
        return rows

    def collection(self, number: int) -> cat.Collection | None:
        """A collection by its number."""
        return next((c for c in self.collections if c.number == number), None)
