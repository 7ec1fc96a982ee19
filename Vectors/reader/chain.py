"""What a bundle holds, and what a chain of them adds up to (Docs/Format.md, sections 19.2 to 19.4)."""

from __future__ import annotations

from dataclasses import replace

import primitives as p
import stream as s
from bundle import Bundle, BundleKeys, segment_context
from carried import Carried, ChainStore
from catalog import REFERENCE, UNIQUE, Collection, newest
from contents import Contents
from encoding import Cursor, mismatch, not_canonical, unknown
from files import COLLECTION, files_of, verify_files
from keyring import Keyring, open_unnamed
from keys import CHUNKNAMES, SUBJECT, active
from records import (
    DELETED,
    REPLACED,
    Entry,
    Header,
    Note,
    Place,
    Tombstone,
    audit_context,
    next_head,
)
from rules import Record, Rules
from state import State

NOTHING = State(0, 0, 0, 0, 0, bytes(16), 0, bytes(32), 0, 0, 0)


class BundleReading:
    """Reads the stream of one bundle; everything that one bundle can show is checked."""

    def __init__(self, bundle: Bundle, keyring: Keyring, parent: BundleReading | None) -> None:
        self.bundle, self.keyring = bundle, keyring
        self.vault, self.name = bundle.vault, bundle.path.name
        self.parent, self.manifest = parent, bundle.manifest
        self.before = parent.standing if parent else NOTHING
        keys = BundleKeys.of(bundle, keyring)
        self.sealing, self.codes = keys.sealing, s.Codes(keys.mac)
        self.by_id = {key.id: key for key in keyring.keys.values() if key.purpose == SUBJECT}
        self.standing = NOTHING
        self.versions: dict[tuple[int, int], Collection] = {}
        self.collections: dict[int, Collection] = {}
        self.ranges: dict[int, list[tuple[int, int]]] = {}
        self.records: dict[tuple[int, bytes], Record] = {}
        self.older: dict[tuple[int, int], tuple[int, Note, Record]] = {}
        self.tombs: dict[int, Tombstone] = {}
        self.audit: list[tuple[int, bytes, Entry]] = []
        self.chunks: dict[bytes, Carried] = {}
        self.sum = 0
        self.numbers: dict[tuple[int, int], int] = {}  # the last one of a kind and collection

    def read(self) -> None:
        kinds = {
            s.STANDING: self.take_standing, s.DEFINITIONS: self.take_definition,
            s.RANGES: self.take_range, s.RECORDS: self.take_record, s.HISTORY: self.take_older,
            s.TOMBSTONES: self.take_tombstone, s.AUDIT: self.take_audit, s.CHUNKS: self.take_chunk,
            s.END: self.take_end,
        }  # fmt: skip
        for batch in s.batches(s.Pieces(self.pieces()), self.open_part):
            if batch.kind in (s.STANDING, s.END) and batch.count != 1:
                raise not_canonical("the standing or the end is not one entry")
            if batch.kind in s.OF_COLLECTION and batch.collection not in self.collections:
                raise mismatch("a batch is of a collection that is not defined")
            what = f"a batch of kind {batch.kind}"
            cursors = [Cursor(content, what) for _, content in batch.parts]
            for _ in range(batch.count):
                kinds[batch.kind](batch, cursors)
            for cursor in cursors:
                cursor.end()
            if batch.kind == s.DEFINITIONS:
                self.collections = {c.number: c for c in newest(self.versions)}
                self.rules = Rules(self.keyring, list(self.collections.values()))
                if list(self.collections) != [n.collection for n in self.standing.counters]:
                    raise mismatch("the standing counts other collections than are defined")
        self.compare()

    def pieces(self):  # noqa: ANN201
        for number in range(1, len(self.bundle.container.records) + 1):
            yield self.piece(number)

    def piece(self, number: int) -> bytes:
        member = self.bundle.container.records[number - 1]
        context = segment_context(self.vault, self.bundle.id, number)
        return p.open_seal(self.sealing, context, self.bundle.container.read(member.name), member.name)

    def open_part(self, kind: int, collection: int, key: bytes, stored: bytes) -> bytes:
        if key not in self.by_id:
            raise mismatch("a part is under a key that the keyring does not have")
        if len(stored) < 40:
            raise not_canonical("a part is too short for a nonce and a tag")
        aad = s.part_aad(self.vault, self.bundle.id, kind, collection, key)
        return p.XAES(self.by_id[key].key).open(stored[:24], aad, stored[24:], "a person's part")

    def ascend(self, batch: s.Batch, number: int) -> None:
        place = batch.kind, batch.collection
        if number <= self.numbers.get(place, -1):
            raise not_canonical(f"the entries of kind {batch.kind} do not ascend")
        self.numbers[place] = number

    def code(self, batch: s.Batch, entry: bytes, rest: bytes = b"") -> None:
        self.sum += self.codes.own(batch.kind, batch.collection, entry, rest)

    def take_standing(self, _: s.Batch, parts: list[Cursor]) -> None:
        self.standing = s.parse_standing(parts[0])

    def take_definition(self, _: s.Batch, parts: list[Cursor]) -> None:
        d = Collection.parse(parts[0].bytes32())
        if self.versions and (d.number, d.version) <= max(self.versions):
            raise not_canonical("the definitions do not ascend")
        self.versions[d.number, d.version] = d

    def take_range(self, batch: s.Batch, parts: list[Cursor]) -> None:
        first, count = parts[0].varint(), parts[0].varint()
        found = self.ranges.setdefault(batch.collection, [])
        if not first or not count or found and first <= sum(found[-1]):
            raise not_canonical("the ranges of history are empty, touch or do not ascend")
        if first + count > self.counter(self.standing, batch.collection):
            raise mismatch("a range of history has a number that is not given yet")
        found.append((first, count))

    def counter(self, standing: State, collection: int) -> int:
        """The next history number of a collection."""
        return next((n.history for n in standing.counters if n.collection == collection), 1)

    def take_record(self, batch: s.Batch, parts: list[Cursor]) -> None:
        entry, own, rest = s.parse_record(parts[0], parts)
        self.ascend(batch, entry.rid)
        self.code(batch, own, rest)
        if not self.manifest.after < entry.seq <= self.standing.seq:
            raise mismatch(f"a record has the seq {entry.seq}, which is not of this bundle")
        record = self.record(batch, entry, older=False)
        if (batch.collection, entry.id) in self.records:
            raise mismatch("a record is there twice")
        self.records[batch.collection, entry.id] = record

    def take_older(self, batch: s.Batch, parts: list[Cursor]) -> None:
        c = parts[0]
        start = c.at
        hid, change, time, reason = c.varint(), c.varint(), c.i64(), c.u8()
        head = c.data[start : c.at]
        entry, own, rest = s.parse_record(c, parts)
        self.ascend(batch, hid)
        self.code(batch, head + own, rest)
        if reason not in (REPLACED, DELETED):
            raise unknown(f"an older version has reason {reason}")
        if not 0 < change <= self.standing.seq or entry.seq > self.standing.seq:
            raise mismatch("an older version is of a change that is not there yet")
        numbers = (self.counter(x, batch.collection) for x in (self.before, self.standing))
        if self.whole and not next(numbers) <= hid < next(numbers):
            raise mismatch(f"the older version {hid} is not of this bundle")
        if not any(first <= hid < first + count for first, count in self.ranges.get(batch.collection, ())):
            raise mismatch(f"the older version {hid} is not one that is kept")
        note = Note(change, time, reason, b"")
        self.older[batch.collection, hid] = hid, note, self.record(batch, entry, older=True)

    def take_tombstone(self, batch: s.Batch, parts: list[Cursor]) -> None:
        c = parts[0]
        start = c.at
        seq, tomb = c.varint(), Tombstone.parse(c.take(36))
        self.ascend(batch, seq)
        self.code(batch, c.data[start : c.at])
        if not self.manifest.after < seq <= self.standing.seq:
            raise mismatch(f"a tombstone has the seq {seq}, which is not of this bundle")
        if tomb.collection >= self.standing.next_collection:
            raise mismatch(f"tombstone {seq} is of a collection that never was")
        self.tombs[seq] = tomb

    def take_audit(self, batch: s.Batch, parts: list[Cursor]) -> None:
        c = parts[0]
        start = c.at
        num, seal = c.varint(), c.bytes32()
        self.ascend(batch, num)
        self.code(batch, c.data[start : c.at])
        context = audit_context(self.vault, num)
        plain = open_unnamed(self.keyring.audit_keys, context, seal, f"audit entry {num}")
        entry = Entry.parse(plain)
        if entry.num != num:
            raise mismatch(f"audit entry {num} is another")
        self.audit.append((num, seal, entry))

    def take_chunk(self, batch: s.Batch, parts: list[Cursor]) -> None:
        c = parts[0]
        start = c.at
        chunk = Carried.parse(c)
        chunk.check()
        self.code(batch, c.data[start : c.at])
        chunk.at = batch.at + c.at
        if chunk.generation > self.standing.generation:
            raise mismatch(f"{chunk.what} came in with a generation that is not there yet")
        if self.parent and chunk.generation <= self.before.generation:
            raise mismatch(f"{chunk.what} is older than this bundle")
        if chunk.name in self.chunks:
            raise mismatch(f"{chunk.what} is there twice")
        self.chunks[chunk.name] = chunk
        chunk.open(active(list(self.keyring.keys.values()), CHUNKNAMES).key, c.take(chunk.stored))

    def take_end(self, _: s.Batch, parts: list[Cursor]) -> None:
        self.end = s.End.parse(parts[0])

    @property
    def whole(self) -> bool:
        """Whether all that came before is at hand."""
        return self.parent is not None or self.manifest.parent is None

    def record(self, batch: s.Batch, entry: s.RecordEntry, older: bool) -> Record:
        """A record as a vault's reading has it, with its fields of both lists."""
        c = self.collections[batch.collection]
        what = f"record {entry.rid} of collection {c.number}"
        who = self.by_id[batch.parts[entry.part][0]].who if entry.part else b""
        found = dict(sorted((entry.fields | entry.personal).items()))
        for number in found:
            f = c.field(number)
            if f is None or entry.part and f.scope != (number in entry.personal):
                raise mismatch(f"{what} has a field that it cannot have, or has it in the wrong part")
        place = Place(self.vault, c.number, entry.rid, entry.id, entry.seq, [])
        header = Header(entry.created, entry.modified, entry.device, entry.revision, list(found))
        record = Record(place, header, found, who)
        self.rules.overflow(c, record, what, older)
        if not older:
            self.rules.names(c, record, what)
            self.rules.person(c, record, what)
        return record

    def compare(self) -> None:
        """The end against the stream, the manifest against both (sections 18 and 19.4)."""
        m, st, end = self.manifest, self.standing, self.end
        counts = [len(self.records), len(self.older), len(self.tombs), len(self.audit), len(self.chunks)]
        if end.entries != counts or end.live[4] or m.entries != counts or m.live != end.live:
            raise mismatch("the end or the manifest counts other entries than there are")
        if end.own_sum != self.sum % 2**256:
            raise mismatch("the own sum is not that of the stream's entries")
        digest = self.codes.digest(self.vault, self.bundle.id, end.encode())
        if not p.same(digest, m.digest):
            raise p.failed("the digest of the manifest")
        said = m.instance, m.epoch, m.generation, m.sequence, m.audit
        if said != (st.instance, st.epoch, st.generation, st.seq, st.audit_head):
            raise mismatch("the manifest says another standing than the stream")
        for name, numbers, following in (
            ("slot", [n for n, _ in self.bundle.keyring_file.slots], st.next_slot),
            ("key", [n for n, _ in self.bundle.keyring_file.keys], st.next_key),
            ("collection", list(self.collections), st.next_collection),
        ):
            # A keyring that was written anew has what came after the bundle (section 17).
            is_anew = name != "collection" and self.bundle.keyring_file.revision > 1
            if not is_anew and any(n >= following for n in numbers):
                raise mismatch(f"a {name} has a number that the standing has not given yet")
        if self.whole:
            head, expected = self.before.audit_head, self.before.next_audit
            for num, seal, entry in self.audit:
                if (num, entry.previous) != (expected, head):
                    raise mismatch(f"audit entry {num} does not follow the one before it")
                head, expected = next_head(head, seal), num + 1
            if (expected, head) != (st.next_audit, st.audit_head):
                raise mismatch("the audit log does not end where the standing says")


def add_up(chain: list[BundleReading]) -> Contents:
    """The vault at the instant of the last bundle (section 19.3)."""
    last = chain[-1]
    records: dict[tuple[int, bytes], Record] = {}
    tombs: dict[int, Tombstone] = {}
    older: dict[tuple[int, int], tuple[int, Note, Record]] = {}
    for one in chain:
        dead = {(t.collection, t.id) for t in one.tombs.values()}
        records = {k: r for k, r in records.items() if k not in dead} | one.records
        tombs |= one.tombs
        older |= one.older
    kept = {(c, hid) for c, ranges in last.ranges.items() for first, n in ranges
            for hid in range(first, first + n)}  # fmt: skip
    if kept - set(older):
        raise mismatch("an older version that is kept is in no bundle")
    contents = Contents(last.vault, last.standing, last.keyring, last.versions)
    contents.records = [moved(last.collections[c], record) for (c, _), record in records.items()]
    contents.tombs = list(tombs.items())
    contents.older = [older[key] for key in kept]
    contents.audit = [entry for one in chain for entry in one.audit]
    compare_live(last, contents)
    rules_hold(last, contents)
    contents.store = ChainStore(chain)
    own = next((c for c in last.collections.values() if c.name == COLLECTION), None)
    if own is None:
        return contents
    files, older = files_of(own, contents.records), files_of(own, (r for *_, r in contents.older))
    # Section 19.4: safety bundles, each of them full and alone, have the records without the bytes.
    is_bare = len(chain) == 1 and not last.chunks
    contents.without_chunks = is_bare and any(file.chunks for file in files + older)
    if not contents.without_chunks:
        verify_files(files + older, contents.store)
    contents.files = files
    return contents


def moved(c: Collection, record: Record) -> Record:
    """The record under the newest definition: properties with a field of their own are in it."""
    members = record.values.get(c.overflow)
    if not isinstance(members, tuple):
        return record
    numbers = {f.name: f.number for f in c.fields if f.name}
    found = dict(record.values)
    del found[c.overflow]
    if rest := tuple(m for m in members if m[0] not in numbers):
        found[c.overflow] = rest
    for name, value in members:
        if name in numbers:
            if numbers[name] in found:
                raise mismatch(f"record {record.place.rid} of collection {c.number} has a property twice")
            found[numbers[name]] = value
    return replace(record, values=found)


def compare_live(last: BundleReading, contents: Contents) -> None:
    """Live counts and live code: nothing is missing and nothing came back."""
    tables: dict[tuple[int, int], list[int]] = {}
    placed = [(s.RECORDS, r.place.collection, r.place.seq) for r in contents.records]
    placed += [(s.HISTORY, r.place.collection, hid) for hid, _, r in contents.older]
    placed += [(s.TOMBSTONES, 0, seq) for seq, _ in contents.tombs]
    placed += [(s.AUDIT, 0, num) for num, *_ in contents.audit]
    for kind, collection, number in placed:
        tables.setdefault((kind, collection), []).append(number)
    counts = [sum(1 for k, *_ in placed if k == kind) for kind in (s.RECORDS, s.HISTORY, s.TOMBSTONES, s.AUDIT)]
    if [*counts, 0] != last.end.live:
        raise mismatch(f"the vault had {last.end.live} entries, the chain has {counts}")
    if not p.same(last.codes.live(tables), last.end.live_code):
        raise mismatch("the live code is not that of the chain's entries")


def rules_hold(last: BundleReading, contents: Contents) -> None:
    """What a reading of the vault checks of every record, as far as a chain has it."""
    rules = Rules(last.keyring, list(last.collections.values()))
    seqs = [seq for seq, _ in contents.tombs]
    places: set[tuple] = set()
    there = {(r.place.collection, r.place.id) for r in contents.records}
    seqs += [r.place.seq for r in contents.records] + [r.place.seq for *_, r in contents.older]
    for record in contents.records:
        c = last.collections[record.place.collection]
        what = f"record {record.place.rid} of collection {c.number}"
        clear = [("rid", c.number, record.place.rid)]
        for f in c.fields:
            # Values are compared, so all under one key: the active one.
            value = rules.wanted(c, f, record.values.get(f.number))[0] if f.column else None
            if value is not None and f.flags & REFERENCE and (f.target, value) not in there:
                raise mismatch(f"{what}: field {f.number} names a record that is not there")
            if value is not None and f.flags & UNIQUE:
                clear.append((f.number, c.number, value))
        if places & set(clear):
            raise mismatch(f"{what} has a rid or a value that is another's")
        places |= set(clear)
    if len(set(seqs)) != len(seqs):
        raise mismatch("two versions or tombstones have one seq")
