"""A complete reading of an open vault (Docs/Format.md, sections 9 to 12 and 13, step 7)."""

from __future__ import annotations

from collections.abc import Iterator

import primitives as p
import state as st
import values
from catalog import REFERENCE, Collection
from contents import Contents
from encoding import Cursor, context, i64, mismatch, not_canonical, unknown
from files import COLLECTION, File, files_of, verify_files
from keyring import open_unnamed
from keys import CHUNKER, CHUNKNAMES, CHUNKS, FIELDS, JOBS, SUBJECT, active
from packs import Store
from records import (
    Clear,
    Entry,
    Note,
    Place,
    Tombstone,
    audit_context,
    next_head,
    note_context,
    open_field,
    open_header,
    tomb_context,
)
from rules import Record, Rules, bits
from vault import Vault


class Reading:
    """Reads every row once; what it yields was checked, sums are checked at the end of a table."""

    def __init__(self, vault: Vault) -> None:
        self.vault = vault
        self.sealers: dict[int, p.XAES] = {}
        self.seqs: set[int] = set()
        self.counts: dict[str, int] = {}
        self.rules = Rules(vault.keyring, vault.collections)
        self.contents = Contents(vault.id, vault.state, vault.keyring, vault.versions)
        self.store = Store(vault.id, vault.path, vault.keyring)
        self.files: list[File] = []

    def everything(self) -> Iterator[tuple[Collection, Record]]:
        """All records of all collections, then the rest of the vault."""
        if (verdict := self.vault.database.one("PRAGMA integrity_check")) != "ok":
            raise mismatch(f"the database is damaged: {verdict}")
        for collection in self.vault.collections:
            for record in self.records(collection):
                self.contents.records.append(record)
                yield collection, record
        for collection in self.vault.collections:
            self.history(collection)
        self.tombstones()
        self.audit()
        self.rest()
        self.chunks()
        self.stored_files()

    def close(self) -> None:
        """The packs, which are read where they stand."""
        self.store.close()

    def records(self, c: Collection) -> Iterator[Record]:
        """One collection in ascending rid."""
        columns = ", ".join(f"{letter}_{number}" for letter, number in c.columns)
        sql = f"SELECT rid, id, seq, keys, seal{columns and ', ' + columns} FROM c_{c.number} ORDER BY rid"
        total = rows = 0
        for row in self.vault.database.connection.execute(sql):
            yield self.record(c, row)
            rows += 1
            total += self.vault.state_keys.code(st.RECORDS, c.number, i64(row[0]), row[4])
        self.compare(st.RECORDS, c.number, rows, total)
        self.counts[c.name] = rows

    def history(self, c: Collection) -> None:
        """Section 11: older versions open as records do, and each has its note."""
        columns = ", ".join(f"{letter}_{number}" for letter, number in c.columns)
        sql = f"SELECT rid, id, seq, keys, seal{columns and ', ' + columns}, hid, note FROM h_{c.number}"
        number = next(n for n in self.vault.state.counters if n.collection == c.number).history
        total = rows = 0
        for *row, hid, sealed in self.vault.database.connection.execute(sql + " ORDER BY hid"):
            what = f"older version {hid} of collection {c.number}"
            if not isinstance(sealed, bytes) or not 0 < hid < number:
                raise not_canonical(f"{what} has a column of another type or a number not given")
            record, _ = self.opened(c, tuple(row), what, older=True)
            context = note_context(self.vault.id, c.number, hid)
            note = Note.parse(open_unnamed(self.vault.keyring.catalog_keys, context, sealed, what))
            if note.digest != p.sha256(row[4]):
                raise mismatch(f"{what} has the note of another")
            if note.change > self.vault.state.seq:
                raise mismatch(f"{what} was replaced by a change that is not there yet")
            self.take_seq(record.place.seq, what)
            self.contents.older.append((hid, note, record))
            rows += 1
            total += self.vault.state_keys.code(st.HISTORY, c.number, i64(hid), sealed + row[4])
        self.compare(st.HISTORY, c.number, rows, total)
        if rows:
            self.counts[f"{c.name}, older versions"] = rows

    def record(self, c: Collection, row: tuple) -> Record:
        """One row, then the clear columns against the fields."""
        what = f"record {row[0]} of collection {c.number}"
        record, clear = self.opened(c, row, what)
        self.take_seq(record.place.seq, what)
        self.clear(c, record, clear, what)
        self.rules.names(c, record, what)
        self.rules.person(c, record, what)
        return record

    def opened(
        self, c: Collection, row: tuple, what: str, older: bool = False
    ) -> tuple[Record, dict]:
        """One row: keys, header, fields."""
        rid, ident, seq, keys, seal, *columns = row
        if not all(isinstance(b, bytes) for b in (ident, keys, seal)) or not isinstance(seq, int):
            raise not_canonical(f"{what} has a column of another type")
        if len(ident) != 16 or len(keys) != 4 * c.scopes or seq < 0:
            raise not_canonical(f"{what} has a column of another size")
        numbers = [int.from_bytes(keys[at : at + 4], "big") for at in range(0, len(keys), 4)]
        place = Place(self.vault.id, c.number, rid, ident, seq, numbers)
        sealers = [self.sealer(numbers[0], FIELDS, what)]
        if c.scopes == 2:
            sealers.append(self.sealer(numbers[1], SUBJECT, what) if numbers[1] else sealers[0])
        named = list(zip(c.columns, columns))
        sealed = {i: v for (letter, i), v in named if letter == "f" and v is not None}
        clear: dict[int, Clear | None] = {i: v for (letter, i), v in named if letter != "f"}
        if not all(isinstance(v, bytes) for v in sealed.values()):
            raise not_canonical(f"{what} has a field that is no blob")
        r, header, tags = open_header(place, sealers[0], seal, list(sealed), clear)
        found = {}
        for i in sorted(sealed):
            sealer = sealers[c.field(i).scope]
            found[i] = values.decode(open_field(place, sealer, r, i, sealed[i], tags[i]))
        person = self.vault.keyring.keys[numbers[1]].who if numbers[1:] and numbers[1] else b""
        record = Record(place, header, found, person)
        self.rules.overflow(c, record, what, older)
        return record, clear

    def sealer(self, number: int, purpose: int, what: str) -> p.XAES:
        """The cipher of a data key; made once per key."""
        key = self.vault.keyring.keys.get(number)
        if key is None or key.purpose != purpose:
            raise mismatch(f"{what} is under key {number}, which is not one for it")
        if number not in self.sealers:
            self.sealers[number] = p.XAES(key.key)
        return self.sealers[number]

    def clear(self, c: Collection, record: Record, clear: dict, what: str) -> None:
        """Section 9.3: references, blind indexes and plain fields made again from the values."""
        for f in c.fields:
            if f.column:
                wanted = self.rules.wanted(c, f, record.values.get(f.number))
                have = clear[f.column]
                if not any(type(have) is type(one) and bits(have) == bits(one) for one in wanted):
                    raise mismatch(f"{what}: column {f.column} is not that of field {f.number}")
            if f.flags & REFERENCE and clear[f.column] is not None:
                target = "SELECT 1 FROM c_%d WHERE id = ?" % f.target
                if not self.vault.database.connection.execute(target, (clear[f.column],)).fetchone():
                    raise mismatch(f"{what}: field {f.number} names a record that is not there")

    def take_seq(self, seq: int, what: str) -> None:
        """A seq is given once and the state knows it."""
        if seq in self.seqs or seq > self.vault.state.seq:
            raise mismatch(f"{what} has the seq {seq}, which is not its own")
        self.seqs.add(seq)

    def compare(self, table: int, collection: int, rows: int, total: int) -> None:
        """Count and sum of a table with the state's body."""
        body = self.vault.state.body(table, collection)
        if (body.rows, body.sum) != (rows, total % 2**256):
            raise mismatch(f"the sum of table {table}, collection {collection} is not the state's")

    def tombstones(self) -> None:
        """Section 11."""
        rows = self.vault.sealed("SELECT seq, seal FROM tomb ORDER BY seq", 2**63)
        for seq, seal in rows:
            self.take_seq(seq, "a tombstone")
            context = tomb_context(self.vault.id, seq)
            plain = open_unnamed(self.vault.keyring.catalog_keys, context, seal, f"tombstone {seq}")
            tomb = Tombstone.parse(plain)
            self.contents.tombs.append((seq, tomb))
            if tomb.collection >= self.vault.state.next_collection:
                raise mismatch(f"tombstone {seq} is of a collection that never was")
        self.compare_rows(st.TOMB, rows)
        self.counts["tombstones"] = len(rows)

    def audit(self) -> None:
        """Section 12: every entry, and the chain to the state's head."""
        rows = self.vault.sealed("SELECT num, seal FROM audit ORDER BY num", 2**63)
        head = bytes(32)
        for expected, (num, seal) in enumerate(rows):
            context = audit_context(self.vault.id, num)
            plain = open_unnamed(self.vault.keyring.audit_keys, context, seal, f"audit entry {num}")
            entry = Entry.parse(plain)
            if (num, entry.num, entry.previous) != (expected, num, head):
                raise mismatch(f"audit entry {num} does not follow the one before it")
            self.contents.audit.append((num, seal, entry))
            head = next_head(head, seal)
        if (len(rows), head) != (self.vault.state.next_audit, self.vault.state.audit_head):
            raise mismatch("the audit log does not end where the state says")
        self.compare_rows(st.AUDIT, rows)
        self.counts["audit entries"] = len(rows)

    def rest(self) -> None:
        """Keys of persons; tables that are empty in this release."""
        persons = [(num, seal) for num, who, seal in self.vault.key_rows if who is not None]
        self.compare_rows(st.SUBJECTS, persons)
        self.counts["keys of persons"] = len(persons)
        if self.vault.database.one("SELECT count(*) FROM quar"):
            raise unknown("quar has rows, which this version does not know")
        self.compare(st.QUARANTINE, 0, 0, 0)
        self.job()

    def chunks(self) -> None:
        """Sections 20.2 and 20.3: rows and their sums first, then every pack, piece by piece."""
        chunks = self.vault.database.rows("SELECT name, seal FROM chunk ORDER BY name")
        packs = self.vault.sealed("SELECT num, seal FROM pack ORDER BY num", 2**63)
        if not all(type(cell) is bytes for row in chunks for cell in row):
            raise not_canonical("a row of chunk has a column of another type")
        total = self.vault.state_keys.sum(st.CHUNK, 0, chunks)
        self.compare(st.CHUNK, 0, len(chunks), total)
        self.compare_rows(st.PACK, packs)
        purposes = {key.purpose for key in self.vault.keyring.keys.values()}
        if not (chunks or packs or purposes & {CHUNKS, CHUNKNAMES, CHUNKER}):
            return
        self.store.use_keys()
        for num, seal in packs:
            self.store.add_pack(num, seal)
        for name, seal in chunks:
            self.store.add_chunk(name, seal, self.vault.state.generation)
        self.store.verify()
        self.counts["chunks"], self.counts["packs"] = len(chunks), len(packs)
        if self.store.unnamed:
            self.counts["pieces that no row names"] = self.store.unnamed
        if behind := sum(pack.behind for pack in self.store.packs.values()):
            self.counts["bytes behind the ends of packs"] = behind

    def stored_files(self) -> None:
        """Section 20.4: every file is there and is what it says; so are the older versions."""
        own = next((c for c in self.vault.collections if c.name == COLLECTION), None)
        if own is None:
            return
        self.files = files_of(own, self.contents.records)
        older = files_of(own, (record for *_, record in self.contents.older))
        verify_files(self.files + older, self.store)

    def job(self) -> None:
        """Section 6: the rotation that is under way, where there is one."""
        rows = self.vault.sealed("SELECT num, seal FROM job", 2**63)
        state = self.vault.state
        total = self.vault.state_keys.sum(st.JOB, 0, [(i64(num), seal) for num, seal in rows])
        if (len(rows), total) != (state.jobs, state.jobs_sum):
            raise mismatch("the state counts other jobs than there are")
        for num, seal in rows:
            key = active(list(self.vault.keyring.keys.values()), JOBS).key
            c = Cursor(p.open_seal(key, context("coffer/v1/job", self.vault.id, i64(num)), seal, "the job"), "the job")
            version, kind, phase, flags = c.u8(), c.u8(), c.u8(), c.u8()
            c.take(16)
            c.i64()
            c.end()
            if num != 1 or version != 1 or kind not in (1, 2, 3, 4) or phase not in (1, 2) or flags > 1:
                raise unknown("the job is of another kind")

    def compare_rows(self, table: int, rows: list[tuple[int, bytes]]) -> None:
        coded = [(i64(num), seal) for num, seal in rows]
        self.compare(table, 0, len(rows), self.vault.state_keys.sum(table, 0, coded))
