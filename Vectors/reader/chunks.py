"""Cutting files, and what is sealed of chunks and packs (Docs/Format.md, sections 20.1 to 20.3)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import primitives as p
from encoding import (
    Cursor,
    context,
    i64,
    mismatch,
    not_canonical,
    over_limit,
    u8,
    u32,
    u64,
    unknown,
)
from values import one_frame, padded_length

FIRST, EASIER, LARGEST = 65_536, 262_144, 1_048_576  # a chunk's sizes, section 20.1
WINDOW = 64  # the bytes that h still knows of
INLINE = 4_096  # stored bytes that stand in the row
IN_ROW, IN_PACK = 1, 2
NOTED = 2  # more than the kind of a place that nobody needs
PLAIN, ZSTD = 0, 1
HEAD, STEP = 84, 65_536  # of a batch
PACK_FULL, BATCH_LIMIT, TABLE_LIMIT = 67_108_864, 134_217_728, 4 << 20  # section 20.3
ENTRY = 32 + 1 + 4 + 4
NOTE = 1 + 8  # behind a place


def gear(key: bytes) -> list[int]:
    """The 256 numbers of the chunker."""
    stream = b"".join(p.hmac(key, b"coffer/v1/gear" + u8(j)) for j in range(64))
    return [int.from_bytes(stream[at : at + 8], "big") for at in range(0, len(stream), 8)]


def first_cut(table: list[int], data: bytes | memoryview) -> int:
    """The length of the chunk that begins here; all of it where nothing says to end before."""
    h, number = 0, FIRST - WINDOW
    for byte in data[number:LARGEST]:
        h = (h << 1) + table[byte] & 0xFFFF_FFFF_FFFF_FFFF
        if number >= FIRST - 1 and not h >> (44 if number < EASIER - 1 else 48):
            return number + 1
        number += 1
    return min(len(data), LARGEST)


def cut(table: list[int], blocks: Iterable[bytes]) -> Iterator[bytes]:
    """The chunks of a file that comes in blocks."""
    held = bytearray()
    for block in blocks:
        held += block
        while len(held) >= LARGEST:
            end = first_cut(table, memoryview(held)[:LARGEST].tobytes())
            yield bytes(held[:end])
            del held[:end]
    while held:
        end = first_cut(table, bytes(held))
        yield bytes(held[:end])
        del held[:end]


def chunk_name(key: bytes, data: bytes) -> bytes:
    return p.hmac(key, data)


def unpack(coding: int, plain: int, stored: bytes, what: str) -> bytes:
    """The bytes of a chunk."""
    if coding == ZSTD:
        return one_frame(stored, plain)
    if len(stored) != plain:
        raise mismatch(f"{what} has {len(stored)} bytes, not {plain}")
    return stored


def check_chunk(coding: int, plain: int, what: str) -> None:
    """What holds of every chunk, wherever it is said."""
    if coding not in (PLAIN, ZSTD):
        raise unknown(f"{what} has coding {coding}")
    if not 1 <= plain <= LARGEST:
        raise over_limit(f"{what} has {plain} bytes, not 1 to {LARGEST}")


@dataclass
class Place:
    """Where a chunk is: in its row, or in a pack."""

    kind: int
    coding: int
    plain: int
    generation: int
    stored: bytes = b""
    pack: int = 0
    offset: int = 0
    length: int = 0
    noted: int | None = None

    def encode(self) -> bytes:
        if self.noted is None:
            return self.encode_kind(self.kind)
        return self.encode_kind(self.kind + NOTED) + u8(0) + u64(self.noted)

    def encode_kind(self, kind: int) -> bytes:
        out = u8(kind) + u8(self.coding) + u32(self.plain) + u64(self.generation)
        if self.kind == IN_PACK:
            return out + i64(self.pack) + u64(self.offset) + u32(self.length)
        out += u32(len(self.stored)) + self.stored
        return out.ljust(padded_length(len(out)), b"\0")

    @classmethod
    def parse(cls, data: bytes, what: str) -> Place:
        noted = None
        if data[:1] in (u8(IN_ROW + NOTED), u8(IN_PACK + NOTED)):
            note = Cursor(data[-NOTE:], what)
            if note.u8():
                raise not_canonical(f"{what} has a note that begins with something else than 0")
            noted = note.u64()
            data = u8(data[0] - NOTED) + data[1:-NOTE]
        c = Cursor(data, what)
        place = cls(c.u8(), c.u8(), c.u32(), c.u64())
        place.noted = noted
        if place.kind not in (IN_ROW, IN_PACK):
            raise unknown(f"{what} has kind {data[0]}")
        check_chunk(place.coding, place.plain, what)
        if place.kind == IN_PACK:
            place.pack, place.offset, place.length = c.i64(), c.u64(), c.u32()
            check_piece(place.coding, place.plain, place.length, what)
            c.end()
            return place
        place.stored = c.take(c.u32())
        if not 1 <= len(place.stored) <= INLINE:
            raise not_canonical(f"{what} holds {len(place.stored)} bytes, not 1 to {INLINE}")
        if any(data[c.at :]) or len(data) != padded_length(c.at):
            raise not_canonical(f"{what} is not padded as the format says")
        return place


def check_piece(coding: int, plain: int, length: int, what: str) -> None:
    """The length of a piece, which is one that is too long for the row."""
    if length < sealed_length(INLINE + 1):
        raise not_canonical(f"{what} is in a pack and short enough for the row")
    if coding == PLAIN and length != sealed_length(plain):
        raise mismatch(f"{what} has another length in the pack than its bytes make")


def chunk_context(vault: bytes, name: bytes, key: int) -> bytes:
    return context("coffer/v1/chunk", vault, name, u32(key))


def piece_context(vault: bytes, name: bytes) -> bytes:
    return context("coffer/v1/piece", vault, name)


def pack_context(vault: bytes, num: int, key: int) -> bytes:
    return context("coffer/v1/pack", vault, i64(num), u32(key))


def batch_context(vault: bytes, pack: bytes, offset: int) -> bytes:
    return context("coffer/v1/batch", vault, pack, u64(offset))


def table_context(vault: bytes, pack: bytes, offset: int) -> bytes:
    return context("coffer/v1/batch-table", vault, pack, u64(offset))


@dataclass
class PackRow:
    """What a row of `pack` says: which file, and where its last batch ends."""

    id: bytes
    length: int

    def encode(self) -> bytes:
        return self.id + u64(self.length)

    @classmethod
    def parse(cls, data: bytes, what: str) -> PackRow:
        c = Cursor(data, what)
        row = cls(c.id(), c.u64())
        c.end()
        if not row.length or row.length % STEP:
            raise not_canonical(f"{what} has a length that no batches make")
        return row


@dataclass
class Piece:
    """One entry of a batch's table."""

    name: bytes
    coding: int
    plain: int
    length: int


def sealed_length(plain: int) -> int:
    """How long Seal makes it."""
    return 56 + plain + p.TAG * (plain // p.BLOCK + 1)


def table_length(entries: int, pieces: int) -> int:
    """The length of a table with its zeros, so that the batch is a multiple of 65,536 bytes."""
    shortest = 4 + ENTRY * entries
    total = HEAD + sealed_length(shortest) + pieces
    goal = -(-total // STEP) * STEP - HEAD - pieces  # of the sealed table
    while True:
        blocks, rest = divmod(goal - 56 - p.TAG, p.BLOCK + p.TAG)
        if rest < p.BLOCK:
            return blocks * p.BLOCK + rest
        goal += STEP  # one byte more would have brought a tag with it


def encode_head(table: int, pieces: int) -> bytes:
    """Sizes of the sealed table and of the pieces."""
    return u32(table) + u64(pieces)


def parse_head(data: bytes, what: str) -> tuple[int, int]:
    """The sizes of a batch, within their limits: nothing is read before."""
    c = Cursor(data, what)
    table, pieces = c.u32(), c.u64()
    c.end()
    if table > sealed_length(TABLE_LIMIT) or HEAD + table + pieces > BATCH_LIMIT:
        raise over_limit(f"{what} has a table of {table} and pieces of {pieces} bytes")
    if (HEAD + table + pieces) % STEP:
        raise not_canonical(f"{what} is no multiple of {STEP} bytes")
    return table, pieces


def encode_table(pieces: list[Piece]) -> bytes:
    out = u32(len(pieces))
    out += b"".join(e.name + u8(e.coding) + u32(e.plain) + u32(e.length) for e in pieces)
    return out.ljust(table_length(len(pieces), sum(e.length for e in pieces)), b"\0")


def parse_table(data: bytes, size: int, what: str) -> list[Piece]:
    """The entries, which make up exactly the pieces that the head announces."""
    if len(data) > TABLE_LIMIT:
        raise over_limit(f"{what} has a table of {len(data)} bytes")
    c = Cursor(data, f"the table of {what}")
    count = c.u32()
    if not count:
        raise not_canonical(f"{what} has no pieces")
    if count * ENTRY > len(data):
        raise not_canonical(f"the table of {what} is cut short")
    pieces = [Piece(c.take(32), c.u8(), c.u32(), c.u32()) for _ in range(count)]
    for e in pieces:
        check_chunk(e.coding, e.plain, f"{what}, piece {e.name.hex()}")
        check_piece(e.coding, e.plain, e.length, f"{what}, piece {e.name.hex()}")
    if sum(e.length for e in pieces) != size:
        raise mismatch(f"the table of {what} has other lengths than its head")
    if any(data[c.at :]) or len(data) != table_length(count, size):
        raise not_canonical(f"the table of {what} is not padded as the format says")
    return pieces
