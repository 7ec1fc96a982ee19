"""Opening a vault, step by step (Docs/Format.md, section 13), without writing to it."""

from __future__ import annotations

import os
import shutil
import sqlite3
import stat
import tempfile
from pathlib import Path

import catalog as cat
import primitives as p
from encoding import Cursor, mismatch, not_canonical, u32, unknown
from keyring import Keyring
from keys import ACTIVE
from state import State, StateKeys

APPLICATION, FORMAT, PAGE = 0x436F6672, 1, 8_192  # section 3


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

    def __init__(
        self, path: Path, password: str | None, recovery: str | None, keyfile: bytes | None = None
    ) -> None:
        self.path = path
        self.database = Database(path)
        try:
            self._open(password, recovery, keyfile)
        except BaseException:
            self.database.close()
            raise

    def _open(self, password: str | None, recovery: str | None, keyfile: bytes | None) -> None:
        self._header()
        self._keyring(password, recovery, keyfile)
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

    def _keyring(
        self, password: str | None, recovery: str | None, keyfile: bytes | None
    ) -> None:
        """Steps 2 to 4, and the keys of persons with them."""
        self.slot_rows = self.sealed("SELECT num, seal FROM slot ORDER BY num")
        self.keyring = Keyring(self.id, self.slot_rows, self.meta[2], password, recovery, keyfile)
        self.key_rows = self.sealed("SELECT num, who, seal FROM dkey ORDER BY num")
        for num, who, seal in self.key_rows:
            column = who or b""
            subject = column[:16]
            self.keyring.add(num, subject, seal)
            is_old = subject and self.keyring.keys[num].state != ACTIVE
            if column != subject + (u32(num) if is_old else b""):
                raise mismatch(f"data key {num} does not say whether it is active")
        self.keyring.complete()

    def _state(self) -> None:
        """Step 5."""
        self.state_keys = StateKeys(self.keyring.state_key, self.id)
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
        self.versions: dict[tuple[int, int], cat.Collection] = {}
        for num, ver, seal in self.catalog_rows:
            context = cat.catalog_context(self.id, num, ver)
            plain = p.open_seal(self.keyring.catalog_key, context, seal, f"definition {num}, {ver}")
            self.versions[num, ver] = cat.Collection.parse(plain)
        self.collections = cat.newest(self.versions)
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
                if who is not None and not (isinstance(who, bytes) and len(who) in (16, 20)):
                    raise not_canonical("a data key is for something that is no person")
            if not isinstance(seal, bytes):
                raise not_canonical("a seal is no blob")
            if not all(isinstance(n, int) and 0 <= n < limit for n in numbers):
                raise not_canonical("the number of a row is out of range")
        return rows

    def collection(self, number: int) -> cat.Collection | None:
        """A collection by its number."""
        return next((c for c in self.collections if c.number == number), None)
