"""Chunks of files in bundles (Docs/Format.md, section 19.2, kind 8): entries, and any chunk of a chain.

The bytes of chunks are not kept while a stream is read. Where they stand is noted, and the segments
are opened again for what is asked for.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import chunks as c
import primitives as p
import stream as s
from encoding import Cursor, mismatch, over_limit, u8, varint
from keys import CHUNKER, CHUNKNAMES, active

if TYPE_CHECKING:
    from chain import BundleReading

SEGMENTS = 2  # how many are kept open: a chunk is in one of them or across the edge of two


@dataclass
class Carried:
    """An entry without its stored bytes, which begin at byte `at` of the stream."""

    generation: int
    name: bytes
    coding: int
    plain: int
    stored: int
    at: int = 0

    def encode(self) -> bytes:
        """As its own code takes it; the stored bytes follow."""
        out = varint(self.generation) + self.name + u8(self.coding)
        return out + varint(self.plain) + varint(self.stored)

    @classmethod
    def parse(cls, cursor: Cursor) -> Carried:
        return cls(cursor.varint(), cursor.take(32), cursor.u8(), cursor.varint(), cursor.varint())

    @property
    def what(self) -> str:
        return f"chunk {self.name.hex()}"

    def check(self) -> None:
        """What can be said of an entry before its bytes are taken."""
        c.check_chunk(self.coding, self.plain, self.what)
        if not 1 <= self.stored <= self.plain:
            raise over_limit(f"{self.what} has {self.stored} stored bytes, not 1 to {self.plain}")

    def open(self, naming: bytes, stored: bytes) -> bytes:
        """The chunk's bytes, which are those that its name says."""
        data = c.unpack(self.coding, self.plain, stored, self.what)
        if not p.same(c.chunk_name(naming, data), self.name):
            raise p.failed(f"the name of {self.what}")
        return data


class ChainStore:
    """The chunks of a chain, as long as its bundles are open."""

    def __init__(self, chain: list[BundleReading]) -> None:
        self.keys = list(chain[-1].keyring.keys.values())
        self.places = {name: (one, chunk) for one in chain for name, chunk in one.chunks.items()}
        self.segments: dict[tuple[bytes, int], bytes] = {}

    @property
    def chunker_key(self) -> bytes:
        return active(self.keys, CHUNKER).key

    def length(self, name: bytes) -> int:
        """How many bytes a chunk has."""
        if name not in self.places:
            raise mismatch(f"chunk {name.hex()} is in no bundle")
        return self.places[name][1].plain

    def chunk(self, name: bytes) -> bytes:
        """The bytes of a chunk."""
        self.length(name)
        one, chunk = self.places[name]
        number, start = divmod(chunk.at, s.PIECE)
        found = b""
        while len(found) < start + chunk.stored:
            number += 1
            found += self.segment(one, number)
        return chunk.open(active(self.keys, CHUNKNAMES).key, found[start : start + chunk.stored])

    def segment(self, one: BundleReading, number: int) -> bytes:
        place = one.bundle.id, number
        if place not in self.segments:
            while len(self.segments) >= SEGMENTS:
                del self.segments[next(iter(self.segments))]
            self.segments[place] = one.piece(number)
        return self.segments[place]
