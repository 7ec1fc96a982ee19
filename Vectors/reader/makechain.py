"""A writer of bundles with files, for tests only: a vault's changes, and a draft of every bundle.

What a vault holds stands here as plain values; a draft is still open to be altered.
"""

from __future__ import annotations

import copy
import hashlib
from dataclasses import dataclass, replace
from pathlib import Path

import chunks as c
import documents as d
import records as r
import stream as s
import values
import zstandard
from bundle import BUNDLES, Bundle, BundleKeys
from carried import Carried
from encoding import bytes32, i64, u8, varint
from files import COLLECTION
from forge import Draft
from keys import SIGNING
from make import NOW
from makefiles import FileMaker
from minisign import Signer
from state import Counters, State

OWN = bytes(16)  # the key id of a part that is the vault's own


@dataclass
class Chain:
    """A vault of files only, and the drafts of the bundles that were made of it."""

    seed: str

    def __post_init__(self) -> None:
        self.maker = m = FileMaker(self.seed, "no password of anybody", [], [], [], [], {})
        self.own, self.bundle_key = m.collections[0], m.data_key(BUNDLES)
        self.state = State(1, 0, 1, 0, 0, m.stream.draw(16), 0, bytes(32), self.own.number + 1,
                           len(m.keys) + 1, 3)  # fmt: skip
        self.state.counters = [Counters(self.own.number, m.next_field[self.own.number], 1)]
        self.state.devices = [(m.device, 1)]
        self.slots, self.roster, self.recovery = m.make_slots()
        self.keys = BundleKeys(self.bundle_key.key, m.vault)
        self.files: dict[str, bytes] = {}
        self.records: dict[str, s.RecordEntry] = {}
        self.older: dict[int, bytes] = {}
        self.tombs: dict[int, bytes] = {}
        self.chunks: dict[bytes, tuple[Carried, bytes]] = {}
        self.drafts: list[Draft] = []
        self.before = State(0, 0, 0, 0, 0, bytes(16), 0, bytes(32), 0, 0, 0)
        self.before.counters = [Counters(self.own.number, 0, 1)]

    def step(self) -> int:
        """The seq of the next change, which is a generation of its own."""
        self.state.generation += 1
        self.state.devices = [(self.maker.device, self.state.generation)]
        self.state.seq += 1
        self.state.change = self.state.seq
        return self.state.seq

    def put(self, name: str, data: bytes) -> None:
        """Adds a file or replaces it."""
        seq, m = self.step(), self.maker
        listed = [(self.add(chunk), len(chunk)) for chunk in c.cut(m.gear, [data])]
        rid, revision = 1 + len(self.records) + len(self.tombs), 1
        if old := self.records.get(name):
            self.end(old, r.REPLACED)
            rid, revision = old.rid, old.revision + 1
        ident = values.record_id(m.naming, self.own.number, name)
        self.records[name] = s.RecordEntry(ident, rid, seq, NOW, NOW, m.device, revision,
                                           m.record(name, data, listed))  # fmt: skip
        self.files[name] = data

    def remove(self, name: str) -> None:
        seq, old = self.step(), self.records.pop(name)
        self.end(old, r.DELETED)
        self.tombs[seq] = r.Tombstone(self.own.number, old.id, NOW, old.revision).encode()
        del self.files[name]

    def end(self, old: s.RecordEntry, reason: int) -> None:
        """The version that was becomes an older one."""
        hid = self.state.counters[0].history
        self.state.counters[0].history += 1
        head = varint(hid) + varint(self.state.change) + i64(NOW) + u8(reason)
        self.older[hid] = head + old.encode() + varint(0)

    def add(self, data: bytes) -> bytes:
        name = c.chunk_name(self.maker.names.key, data)
        if name not in self.chunks:
            smaller = zstandard.ZstdCompressor(level=3).compress(data)
            coding = c.ZSTD if len(smaller) < len(data) else c.PLAIN
            stored = smaller if coding else data
            chunk = Carried(self.state.generation, name, coding, len(data), len(stored))
            self.chunks[name] = chunk, stored
        return name

    def bundle(self, full: bool = False) -> Draft:
        """What came since the bundle before, or everything."""
        m, st = self.maker, copy.deepcopy(self.state)
        before = self.before if self.drafts and not full else replace(self.before, seq=0, generation=0)
        since = before.counters[0].history if self.drafts and not full else 1
        number, batches = self.own.number, []

        def batch(kind: int, *entries: bytes) -> None:
            if entries:
                collection = number if kind in s.OF_COLLECTION else 0
                batches.append(s.Batch(kind, collection, len(entries), [(OWN, b"".join(entries))]))

        records = sorted(self.records.values(), key=lambda e: e.rid)
        batch(s.STANDING, s.encode_standing(st))
        batch(s.DEFINITIONS, bytes32(self.own.encode()))
        batch(s.RANGES, *[varint(1) + varint(len(self.older))] * bool(self.older))
        batch(s.RECORDS, *(e.encode() + varint(0) for e in records if e.seq > before.seq))
        batch(s.HISTORY, *(entry for hid, entry in self.older.items() if hid >= since))
        batch(s.TOMBSTONES, *(varint(seq) + t for seq, t in self.tombs.items() if seq > before.seq))
        batch(s.CHUNKS, *(chunk.encode() + stored for chunk, stored in self.chunks.values()
                          if chunk.generation > before.generation))  # fmt: skip
        tables = {(s.RECORDS, number): [e.seq for e in records], (s.HISTORY, number): list(self.older),
                  (s.TOMBSTONES, 0): list(self.tombs)}  # fmt: skip
        live = [len(records), len(self.older), len(self.tombs), 0, 0]
        batch(s.END, s.End([0] * 5, live, s.Codes(self.keys.mac).live(tables), 0).encode())
        parent = bytes(32) if self.drafts and not full else None  # that of the file is put in later
        self.drafts.append(self.draft(batches, st, before.seq if parent else 0, parent))
        self.before = st
        return self.drafts[-1]

    def draft(self, batches: list[s.Batch], st: State, after: int, parent: bytes | None) -> Draft:
        m, bundle = self.maker, self.maker.stream.draw(16)
        rows = [(num, row) for num, _, row in m.make_keys()]
        secret = m.stream.draw(32)
        file = d.KeyringFile(m.vault, bundle, 1, self.slots, self.roster, rows, b"")
        file.subjects = m.stream.seal(m.root, file.key_context(), secret)
        documents = {
            "README.txt": b"A bundle of a test.\n",
            "subjects.seal": m.stream.seal(secret, file.context(), d.encode_subjects([])),
            "signers.txt": (d.signers_head(m.vault) + "\n").encode(),
        }
        manifest = d.Manifest(m.vault, st.instance, bundle, parent, self.bundle_key.id, st.epoch, st.generation,
                              after, st.seq, NOW, [], [], [], bytes(32), st.audit_head)  # fmt: skip
        own = m.by_purpose[SIGNING]
        return Draft(manifest, file, documents, batches, Signer(own.key, own.id[:8]), self.keys, {})


def write(drafts: list[Draft], folder: Path, honest: bool = True) -> list[Path]:
    """Seals all of them, each as the parent of the next; counts and sums as an honest writer has them."""
    folder.mkdir()
    paths, parent = [], None
    for number, draft in enumerate(drafts, 1):
        if draft.manifest.parent is not None:
            draft.manifest.parent = parent
        if honest:
            draft.sums()
        path = draft.write(folder / f"{number}.coffer-bundle")
        bundle = Bundle(path)
        parent = bundle.content_id
        bundle.close()
        paths.append(path)
    return paths


def noise(seed: str, count: int) -> bytes:
    """Bytes that do not become shorter."""
    return hashlib.shake_256(seed.encode()).digest(count)


def library(seed: str = "coffer/v1 carried") -> Chain:
    """A full bundle and two that continue it: files added, replaced and removed."""
    chain = Chain(seed)
    lines = b"".join(b"The ferry leaves at dawn, line %d.\n" % n for n in range(5_000))
    chain.put("empty", b"")
    chain.put("small", noise("small", 300))
    chain.put("maps/noise", noise("noise", 5_000_000))
    chain.put("maps/text", lines)
    chain.put("gone", noise("gone", 9_000))
    chain.bundle()
    chain.put("new", noise("new", 70_000))
    chain.put("maps/text", lines + lines[:700])
    chain.put("again", noise("small", 300))
    chain.remove("gone")
    chain.bundle()
    chain.put("small", noise("smaller", 200))
    chain.remove("new")
    chain.put("last", lines[:3_000])
    chain.bundle()
    return chain
