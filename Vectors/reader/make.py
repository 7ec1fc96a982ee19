"""An independent writer: makes whole vaults from a fixed stream, for tests only.

The stream stands in for getrandom(2), so that a vault and its vectors come out the same again. What
it makes is as weak as its seed is known; no real data belongs in it.
"""

from __future__ import annotations

import hashlib
import os
import sqlite3
import unicodedata
from dataclasses import dataclass, field
from pathlib import Path

import catalog as cat
import keys as k
import primitives as p
import records as r
import state as st
import values
from encoding import i64
from rules import plain_value, uuid_bytes
from vault import APPLICATION, FORMAT, PAGE

NOW = 1_795_255_200_000  # 2026-11-21T10:00:00Z


class Stream:
    """Bytes that look random and are always the same: SHAKE-256 of the seed and a counter."""

    def __init__(self, seed: str) -> None:
        self.seed = seed
        self.count = 0

    def draw(self, n: int) -> bytes:
        self.count += 1
        return hashlib.shake_256(f"{self.seed} {self.count}".encode()).digest(n)

    def seal(self, key: bytes, context: bytes, plain: bytes) -> bytes:
        """Seal with a salt of the stream."""
        return p.seal(key, context, plain, self.draw(24))


def make_slot(
    stream: Stream,
    vault: bytes,
    root_id: bytes,
    root: bytes,
    password: str | None,
    kdf: tuple[int, int, int] = (65_536, 3, 4),
    keyfile: bytes | None = None,
) -> tuple[k.Slot, bytes, bytes]:
    """A slot, its secret and its auth key; without a password a recovery slot."""
    secret, ident = stream.draw(32), stream.draw(16)
    if password is None:
        slot = k.Slot(ident, k.RECOVERY, 0, 0, 0, b"", b"", b"", root_id, b"", b"")
    else:
        salt = stream.draw(16)
        kind = k.PASSWORD if keyfile is None else k.KEYFILE
        slot = k.Slot(ident, kind, *kdf, salt, b"", b"", root_id, b"", b"")
    scalar, auth = slot.pair(vault, secret)
    slot.public = p.x25519_public(scalar)
    if password is not None:
        word = unicodedata.normalize("NFC", password).encode()
        key = slot.slot_key(vault, word, keyfile)
        slot.secret = stream.seal(key, slot.secret_context(vault), secret)
    wrap_root(stream, slot, vault, auth, root)
    return slot, secret, auth


def wrap_root(stream: Stream, slot: k.Slot, vault: bytes, auth: bytes, root: bytes) -> bytes:
    """Wraps the root to a slot anew and returns the wrap key."""
    one_time = stream.draw(32)
    slot.ephemeral = p.x25519_public(one_time)
    wrap = slot.wrap_key(vault, auth, p.x25519(one_time, slot.public))
    slot.wrapped = stream.seal(wrap, slot.root_context(vault), root)
    return wrap


@dataclass
class Row:
    """A record to be made: values by field number, and an id where it is not derived."""

    collection: int
    values: dict[int, object]
    id: bytes = b""
    revision: int = 1
    ended: int = 0  # the reason of its note, for an older version


@dataclass
class Maker:
    """Everything that a vault is made of, gathered and then written at once."""

    seed: str
    password: str
    collections: list[cat.Collection]
    rows: list[Row]
    tombs: list[r.Tombstone] = field(default_factory=list)
    acts: list[tuple[str, list[tuple[str, str]]]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.stream = Stream(self.seed)
        self.vault, self.root_id, self.root, self.device = (
            self.stream.draw(n) for n in (16, 16, 32, 16)
        )
        self.keys: list[k.DataKey] = []
        self.by_purpose = {n: self.data_key(n) for n in k.SINGLE}
        self.naming = self.by_purpose[k.NAMES].key
        self.next_field = {c.number: max([f.number for f in c.fields] + [f.column for f in c.fields]) + 1
                           for c in self.collections}  # fmt: skip

    def data_key(self, purpose: int, who: bytes = b"") -> k.DataKey:
        """A new key with the next number."""
        draw = self.stream.draw
        num = len(self.keys) + 1
        self.keys.append(k.DataKey(num, draw(16), purpose, k.ACTIVE, NOW, who, draw(32)))
        return self.keys[-1]

    def write(self, folder: Path) -> str:
        """Writes the vault; returns the recovery key as it is written on paper."""
        os.makedirs(folder, mode=0o700)
        database = sqlite3.connect(folder / "vault.sqlite", isolation_level=None)
        for pragma in (f"page_size = {PAGE}", "journal_mode = WAL",
                       f"application_id = {APPLICATION}", f"user_version = {FORMAT}"):  # fmt: skip
            database.execute(f"PRAGMA {pragma}")
        database.execute("BEGIN")
        for name, columns in cat.SYSTEM:
            database.execute(f"CREATE TABLE {name}({columns})")
        for collection in self.collections:
            old = any(x.ended and x.collection == collection.number for x in self.rows)
            for _, _, _, sql in cat.statements(collection, old):
                database.execute(sql)
        recovery = self.fill(database)
        database.execute("COMMIT")
        database.close()
        os.chmod(folder / "vault.sqlite", 0o600)
        return recovery

    def fill(self, database: sqlite3.Connection) -> str:
        """All rows, then the state over them."""
        keys = st.StateKeys(self.by_purpose[k.STATE].key, self.vault)
        state = st.State(1, 0, 7, 0, 0, self.stream.draw(16), 0, bytes(32),
                         max(c.number for c in self.collections) + 1, 0, 3)  # fmt: skip
        state.devices = [(self.device, 7)]
        state.counters = [st.Counters(n, following, 1) for n, following in self.next_field.items()]
        bodies = {(table, 0): [] for table in st.BODIES}
        for c in self.collections:
            bodies[st.HISTORY, c.number] = self.put_history(database, c, state)
            bodies[st.RECORDS, c.number] = self.put_records(database, c, state)
        for tomb in self.tombs:
            state.seq += 1
            context = r.tomb_context(self.vault, state.seq)
            sealed = self.stream.seal(self.by_purpose[k.CATALOG].key, context, tomb.encode())
            database.execute("INSERT INTO tomb VALUES(?, ?)", (state.seq, sealed))
            bodies[st.TOMB, 0].append((i64(state.seq), sealed))
        bodies[st.AUDIT, 0] = self.put_audit(database, state)
        bodies[st.CHUNK, 0], bodies[st.PACK, 0] = self.put_chunks(database)
        slots, roster, recovery = self.make_slots()
        key_rows = self.make_keys()
        definitions = self.make_catalog()
        bodies[st.SUBJECTS, 0] = [(i64(n), s) for n, who, s in key_rows if who is not None]
        state.next_key = len(self.keys) + 1
        state.bodies = [
            st.Body(table, number, len(rows), keys.sum(table, number, rows))
            for (table, number), rows in sorted(bodies.items())
        ]
        state.frame = keys.frame(slots, roster, key_rows, definitions)
        meta = [(0, b"coffer\0\0\x01\0\0" + self.vault), (2, roster)]
        meta.append((1, keys.seal(state, self.stream.draw(24))))
        for table, rows in (("slot", slots), ("dkey", key_rows), ("cat", definitions), ("meta", meta)):
            marks = ", ".join("?" * len(rows[0]))
            database.executemany(f"INSERT INTO {table} VALUES({marks})", rows)
        return recovery

    def make_slots(self) -> tuple[list, bytes, str]:
        """A password slot, a recovery slot and the roster."""
        entries, rows = [], []
        for num, (label, password) in enumerate((("password", self.password), ("paper", None)), 1):
            slot, secret, auth = make_slot(
                self.stream, self.vault, self.root_id, self.root, password
            )
            rows.append((num, slot.encode()))
            entries.append(k.Entry.of(num, slot, NOW, label, auth))
        context = k.roster_context(self.vault, self.root_id)
        roster = self.stream.seal(self.root, context, k.encode_roster(entries))
        return rows, roster, p.bech32m_encode(k.RECOVERY_PREFIX, secret)

    def make_keys(self) -> list:
        """The rows of `dkey`."""
        rows = []
        for key in self.keys:
            context = k.key_context(self.vault, self.root_id, key.num, key.who)
            rows.append((key.num, key.who or None, self.stream.seal(self.root, context, key.encode())))
        return rows

    def make_catalog(self) -> list:
        """The rows of `cat`."""
        rows = []
        for c in self.collections:
            context = cat.catalog_context(self.vault, c.number, c.version)
            sealed = self.stream.seal(self.by_purpose[k.CATALOG].key, context, c.encode())
            rows.append((c.number, c.version, sealed))
        return rows

    def put_audit(self, database: sqlite3.Connection, state: st.State) -> list:
        """The rows of `audit`, chained."""
        rows = []
        for num, (act, details) in enumerate(self.acts):
            entry = r.Entry(num, state.audit_head, NOW, act, details)
            context = r.audit_context(self.vault, num)
            sealed = self.stream.seal(self.by_purpose[k.AUDIT].key, context, entry.encode())
            database.execute("INSERT INTO audit VALUES(?, ?)", (num, sealed))
            state.audit_head = r.next_head(state.audit_head, sealed)
            rows.append((i64(num), sealed))
        state.next_audit = len(rows)
        return rows

    def put_chunks(self, database: sqlite3.Connection) -> tuple[list, list]:
        """The rows of `chunk` and `pack`: none, unless there are files."""
        return [], []

    def put_records(self, database: sqlite3.Connection, c: cat.Collection, state: st.State) -> list:
        """The records of one collection."""
        rows = []
        for rid, row in enumerate((x for x in self.rows if x.collection == c.number and not x.ended), 1):
            state.seq += 1
            place, sealed, columns = self.make_record(c, row, rid, state.seq)
            names = ["rid", "id", "seq", "keys", "seal", *columns]
            sql = f"INSERT INTO c_{c.number}({', '.join(names)}) VALUES({', '.join('?' * len(names))})"
            fixed = (rid, place.id, place.seq, place.key_column(), sealed)
            database.execute(sql, (*fixed, *columns.values()))
            rows.append((i64(rid), sealed))
        return rows

    def put_history(self, database: sqlite3.Connection, c: cat.Collection, state: st.State) -> list:
        """Older versions of one collection, each with its note."""
        rows = []
        for hid, row in enumerate((x for x in self.rows if x.collection == c.number and x.ended), 1):
            state.seq += 1
            place, sealed, columns = self.make_record(c, row, hid, state.seq)
            plain = r.Note(state.seq + 1, NOW, row.ended, p.sha256(sealed)).encode()
            context = r.note_context(self.vault, c.number, hid)
            note = self.stream.seal(self.by_purpose[k.CATALOG].key, context, plain)
            names = ["hid", "note", "rid", "id", "seq", "keys", "seal", *columns]
            sql = f"INSERT INTO h_{c.number}({', '.join(names)}) VALUES({', '.join('?' * len(names))})"
            fixed = (hid, note, hid, place.id, place.seq, place.key_column(), sealed)
            database.execute(sql, (*fixed, *columns.values()))
            rows.append((i64(hid), note + sealed))
        if rows:
            next(n for n in state.counters if n.collection == c.number).history = len(rows) + 1
        return rows

    def make_record(
        self, c: cat.Collection, row: Row, rid: int, seq: int
    ) -> tuple[r.Place, bytes, dict[str, object]]:
        """A record's place, seal and columns."""
        key = row.values.get(c.key_field)
        ident = row.id or values.record_id(self.naming, c.number, key)
        scope_keys = [self.by_purpose[k.FIELDS]]
        if c.scopes == 2:
            scope_keys.append(self.person(c, row) or scope_keys[0])
        numbers = [x.num for x in scope_keys]
        if numbers[1:] == numbers[:1]:
            numbers[1] = 0
        place = r.Place(self.vault, c.number, rid, ident, seq, numbers)
        clear = {f.column: self.clear(c, f, row.values.get(f.number)) for f in c.fields if f.column}
        header = r.Header(NOW, NOW + 1_234 * (row.revision - 1), self.device, row.revision, sorted(row.values))
        plains = {i: values.encode(value) for i, value in row.values.items()}
        scopes = {f.number: f.scope for f in c.fields}
        sealers = [p.XAES(x.key) for x in scope_keys]
        sealed, fields = r.seal_record(place, self.stream.draw(24), sealers, header, scopes, plains, clear)
        columns = {f"{letter}_{n}": clear[n] for letter, n in c.columns if letter != "f"}
        return place, sealed, columns | {f"f_{i}": content for i, content in fields.items()}

    def person(self, c: cat.Collection, row: Row) -> k.DataKey | None:
        """The key of the person that a record names, made at first use."""
        value = row.values.get(c.key_field if c.subject_field == cat.SELF else c.subject_field)
        if value is None:
            return None
        who = values.subject_id(self.naming, value)
        return next((x for x in self.keys if x.who == who), None) or self.data_key(k.SUBJECT, who)

    def clear(self, c: cat.Collection, f: cat.Field, value: object) -> r.Clear | None:
        """The clear column of a field (section 9.3)."""
        if value is None:
            return None
        if f.flags & cat.REFERENCE:
            target = next(x for x in self.collections if x.number == f.target)
            named = target.key_field != 0
            return values.record_id(self.naming, f.target, value) if named else uuid_bytes(value)
        if f.flags & cat.PLAIN:
            return plain_value(value)
        return values.index(self.by_purpose[k.INDEXES].key, c.number, f.number, value)
