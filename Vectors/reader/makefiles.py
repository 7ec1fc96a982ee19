"""A writer of vaults with files, for tests only: cut, named, sealed into rows and packs.

Everything lies open until `write`, so that a test can alter it and have it sealed rightly.
"""

from __future__ import annotations

import hashlib
import os
import sqlite3
from base64 import b64encode
from dataclasses import dataclass, field
from pathlib import Path
from uuid import UUID

import chunks as c
import keys as k
import zstandard
from catalog import INDEX, UNIQUE, Collection, Field
from encoding import i64, u32
from files import COLLECTION
from jsontext import Number
from make import NOW, Maker, Row

FIELDS = ("size", "sha256", "media", "modified", "chunks", "source", "links")
GENERATION = 7  # that of Maker's state
PIECES, BATCHES = 3, 2  # pieces of a batch, batches of a pack: few, so that there are several


@dataclass
class Batch:
    """A batch before it is sealed; what stands here in the place of its own encoding is a fault."""

    pieces: list[tuple[c.Piece, bytes]] = field(default_factory=list)
    head: bytes | None = None
    table: bytes | None = None
    key: k.DataKey | None = None


@dataclass
class PackDraft:
    """A pack; `tail` stands behind its last batch, `extra` is what its row says too much."""

    id: bytes
    batches: list[Batch] = field(default_factory=list)
    tail: bytes = b""
    extra: int = 0


@dataclass
class FileMaker(Maker):
    """A vault of files only."""

    files: dict[str, bytes] = field(default_factory=dict)

    def __post_init__(self) -> None:
        own = Collection(len(self.collections) + 1, 1, NOW, COLLECTION, 1, 1, 0, 10)
        own.fields = [Field(1, "name", 0, INDEX | UNIQUE, 2)]
        own.fields += [Field(n, name) for n, name in enumerate(FIELDS, 3)] + [Field(10, "")]
        own.columns = [("x", 2)] + [("f", f.number) for f in own.fields]
        own.schema = '{"title":"coffer:files","type":"object"}'
        self.collections.append(own)
        super().__post_init__()
        self.chunk_key, self.names, self.chunker = (
            self.data_key(n) for n in (k.CHUNKS, k.CHUNKNAMES, k.CHUNKER))  # fmt: skip
        self.gear = c.gear(self.chunker.key)
        self.places: dict[bytes, c.Place | bytes] = {}
        self.packs: list[PackDraft] = []
        self.row_keys: dict[bytes, k.DataKey] = {}  # of the rows that are under another
        for name, data in self.files.items():
            listed = [(self.add(chunk), len(chunk)) for chunk in c.cut(self.gear, [data])]
            self.rows.append(Row(own.number, self.record(name, data, listed)))

    def record(self, name: str, data: bytes, listed: list[tuple[bytes, int]]) -> dict[int, object]:
        """The values of a file's record."""
        chunks = b64encode(b"".join(n + u32(length) for n, length in listed)).decode()
        source = (("path", "/" + name), ("device", "1"), ("inode", "2"), ("changed", "3"), ("modified", "4"))
        return {1: name, 3: Number(str(len(data))), 4: hashlib.sha256(data).hexdigest(), 5: "text/plain",
                6: Number(str(NOW)), 7: chunks, 8: source, 9: []}  # fmt: skip

    def add(self, data: bytes) -> bytes:
        """A chunk that is not there yet goes into its row or the last pack."""
        name = c.chunk_name(self.names.key, data)
        if name not in self.places:
            smaller = zstandard.ZstdCompressor(level=3).compress(data)
            coding = c.ZSTD if len(smaller) < len(data) else c.PLAIN
            stored = smaller if coding else data
            place = c.Place(c.IN_ROW, coding, len(data), GENERATION, stored)
            if len(stored) > c.INLINE:
                place = self.pack(name, place)
            self.places[name] = place
        return name

    def pack(self, name: bytes, place: c.Place) -> c.Place:
        """Puts the stored bytes of a place into a pack; where they stand is known at the end."""
        if not self.packs or len(self.packs[-1].batches) == BATCHES and self.is_full:
            self.packs.append(PackDraft(self.stream.draw(16)))
        if not self.packs[-1].batches or self.is_full:
            self.packs[-1].batches.append(Batch())
        sealed = self.piece(name, place.stored)
        piece = c.Piece(name, place.coding, place.plain, len(sealed))
        self.packs[-1].batches[-1].pieces.append((piece, sealed))
        return c.Place(c.IN_PACK, place.coding, place.plain, GENERATION)

    def piece(self, name: bytes, stored: bytes, key: k.DataKey | None = None) -> bytes:
        return self.stream.seal((key or self.chunk_key).key, c.piece_context(self.vault, name), stored)

    @property
    def is_full(self) -> bool:
        return len(self.packs[-1].batches[-1].pieces) == PIECES

    def lay_out(self) -> None:
        """Gives every piece of a pack its place."""
        for num, pack in enumerate(self.packs, 1):
            at = 0
            for batch in pack.batches:
                size = sum(piece.length for piece, _ in batch.pieces)
                at += c.HEAD + c.sealed_length(c.table_length(len(batch.pieces), size))
                for piece, _ in batch.pieces:
                    if (place := self.places.get(piece.name)) and place.kind == c.IN_PACK:
                        place.pack, place.offset, place.length = num, at, piece.length
                    at += piece.length

    def pack_bytes(self, pack: PackDraft) -> bytes:
        """A pack without its tail."""
        out = b""
        for batch in pack.batches:
            key = (batch.key or self.chunk_key).key
            entries = [piece for piece, _ in batch.pieces]
            plain = c.encode_table(entries) if batch.table is None else batch.table
            context = c.table_context(self.vault, pack.id, len(out))
            table = self.stream.seal(key, context, plain)
            head = c.encode_head(len(table), sum(e.length for e in entries))
            context = c.batch_context(self.vault, pack.id, len(out))
            out += self.stream.seal(key, context, head if batch.head is None else batch.head)
            out += table + b"".join(sealed for _, sealed in batch.pieces)
        return out

    def put_chunks(self, database: sqlite3.Connection) -> tuple[list, list]:
        """Rows of the places and packs as they are now."""
        chunks, packs = [], []
        self.written = [self.pack_bytes(pack) for pack in self.packs]
        for name, place in sorted(self.places.items()):
            key = self.row_keys.get(name, self.chunk_key)
            context = c.chunk_context(self.vault, name, key.num)
            plain = place if isinstance(place, bytes) else place.encode()
            chunks.append((name, u32(key.num) + self.stream.seal(key.key, context, plain)))
        for num, (pack, data) in enumerate(zip(self.packs, self.written), 1):
            context = c.pack_context(self.vault, num, self.chunk_key.num)
            plain = c.PackRow(pack.id, len(data) + pack.extra).encode()
            packs.append((num, u32(self.chunk_key.num) + self.stream.seal(self.chunk_key.key, context, plain)))
        database.executemany("INSERT INTO chunk VALUES(?, ?)", chunks)
        database.executemany("INSERT INTO pack VALUES(?, ?)", packs)
        return chunks, [(i64(num), sealed) for num, sealed in packs]

    def write(self, folder: Path) -> str:
        recovery = super().write(folder)
        os.makedirs(folder / "packs", mode=0o700)
        for pack, data in zip(self.packs, self.written):
            (folder / "packs" / f"{UUID(bytes=pack.id)}.pack").write_bytes(data + pack.tail)
        return recovery


def noise(seed: str, count: int) -> bytes:
    """Bytes that do not become shorter."""
    return hashlib.shake_256(seed.encode()).digest(count)


def library(seed: str = "coffer/v1 files") -> FileMaker:
    """A vault with files of every kind, not yet written."""
    lines = b"".join(b"The ferry leaves at dawn, line %d.\n" % n for n in range(20_000))
    files = {
        "empty": b"", "one byte": b"x", "inline": noise("a", 4_096), "in a pack": noise("b", 4_097),
        "maps/text": lines, "maps/noise": noise("c", 1_200_000), "maps/again": noise("c", 1_200_000),
        "maps/longer": b"before" + noise("c", 500_000), "zeros": bytes(2_200_000), "short text": lines[:900],
        "B\u00fccher/\u00c4pfel": lines[:65_536], "one chunk": noise("d", 65_536), "a byte more": noise("e", 65_537),
    }  # fmt: skip
    maker = FileMaker(seed, "no password of anybody", [], [], [], [("init", [])], files)
    maker.lay_out()
    return maker
