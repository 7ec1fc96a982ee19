"""Every chunk and every pack of a vault, opened and compared (Docs/Format.md, sections 20.2, 20.3)."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from pathlib import Path
from uuid import UUID

import chunks as c
import primitives as p
from encoding import Refused, mismatch, not_canonical
from keyring import Keyring
from keys import CHUNKER, CHUNKNAMES, CHUNKS, active

SEALED_NUMBER = 4  # the key's number before a seal


class Pack:
    """One file of `packs`, read where it stands."""

    def __init__(self, folder: Path, num: int, row: c.PackRow) -> None:
        self.num, self.id, self.length = num, row.id, row.length
        self.what = f"pack {num} ({UUID(bytes=row.id)})"
        try:
            flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC
            self.descriptor = os.open(folder / f"{UUID(bytes=row.id)}.pack", flags)
        except FileNotFoundError:
            raise mismatch(f"{self.what} is not there") from None
        status = os.fstat(self.descriptor)
        if not stat.S_ISREG(status.st_mode):
            self.close()
            raise mismatch(f"{self.what} is no file")
        # Section 20.3: more than this is what an interrupted program has left.
        self.behind = status.st_size - row.length
        if self.behind < 0:
            self.close()
            raise mismatch(f"{self.what} has {status.st_size} bytes, not {row.length}")

    def read(self, offset: int, count: int, what: str) -> bytes:
        """Bytes of the pack proper; refused where it has fewer."""
        if offset + count > self.length:
            raise mismatch(f"{what} goes beyond the end of {self.what}")
        out = b""
        while len(out) < count:
            more = os.pread(self.descriptor, count - len(out), offset + len(out))
            if not more:
                raise mismatch(f"{self.what} became shorter")
            out += more
        return out

    def close(self) -> None:
        os.close(self.descriptor)


class Store:
    """The chunks of a vault: rows first, then any chunk by its name."""

    def __init__(self, vault: bytes, folder: Path, keyring: Keyring) -> None:
        self.vault, self.keyring = vault, keyring
        self.folder = folder / "packs"
        self.places: dict[bytes, tuple[int, c.Place]] = {}
        self.packs: dict[int, Pack] = {}
        self.unnamed = 0

    def close(self) -> None:
        for pack in self.packs.values():
            pack.close()
        self.packs.clear()

    def use_keys(self) -> None:
        """The keys that are there from the first file on (section 6)."""
        everything = list(self.keyring.keys.values())
        self.opening = self.keyring.opening(CHUNKS)
        self.naming_key = active(everything, CHUNKNAMES).key
        self.chunker_key = active(everything, CHUNKER).key

    def key(self, sealed: bytes, what: str) -> tuple[int, bytes]:
        """The number of the key that a seal names, and the key."""
        if len(sealed) < SEALED_NUMBER:
            raise not_canonical(f"{what} is cut short")
        number = int.from_bytes(sealed[:SEALED_NUMBER], "big")
        key = self.keyring.keys.get(number)
        if key is None or key.purpose != CHUNKS:
            raise mismatch(f"{what} is under key {number}, which is not one for it")
        return number, key.key

    def add_chunk(self, name: bytes, sealed: bytes, generation: int) -> None:
        """One row of `chunk`."""
        if len(name) != 32:
            raise not_canonical(f"chunk {name.hex()} has a name of {len(name)} bytes")
        what = f"chunk {name.hex()}"
        number, key = self.key(sealed, what)
        context = c.chunk_context(self.vault, name, number)
        place = c.Place.parse(p.open_seal(key, context, sealed[SEALED_NUMBER:], what), what)
        if place.generation > generation:
            raise mismatch(f"{what} came in with a generation that is not there yet")
        if (place.noted or 0) > generation:
            raise mismatch(f"{what} was noted in a generation that is not there yet")
        self.places[name] = number, place

    def add_pack(self, num: int, sealed: bytes) -> None:
        """One row of `pack`, and its file."""
        what = f"pack {num}"
        number, key = self.key(sealed, what)
        context = c.pack_context(self.vault, num, number)
        plain = p.open_seal(key, context, sealed[SEALED_NUMBER:], what)
        row = c.PackRow.parse(plain, what)
        if any(row.id == other.id for other in self.packs.values()):
            raise mismatch(f"{what} is the file of another, too")
        self.packs[num] = Pack(self.folder, num, row)

    def verify(self) -> None:
        """Every batch of every pack, every piece, and every row against them."""
        waiting = {}
        for name, (number, place) in self.places.items():
            if place.kind == c.IN_ROW:
                self.chunk(name)
            elif place.pack not in self.packs:
                raise mismatch(f"chunk {name.hex()} is in pack {place.pack}, which is not there")
            else:
                waiting[place.pack, place.offset] = name, number, place
        for pack in self.packs.values():
            for offset, key, piece in self.pieces(pack):
                what = f"piece {piece.name.hex()} at {offset} of {pack.what}"
                name, number, place = waiting.pop((pack.num, offset), (piece.name, 0, None))
                if place:
                    said = name, place.coding, place.plain, place.length
                    if said != (piece.name, piece.coding, piece.plain, piece.length):
                        raise mismatch(f"{what} is not what the row of chunk {name.hex()} says")
                    key = self.keyring.keys[number].key
                else:
                    self.unnamed += 1
                self.open_piece(pack, offset, piece, key, what)
        for name, _, place in waiting.values():
            raise mismatch(f"chunk {name.hex()} is at {place.offset} of {self.packs[place.pack].what},"
                           " where no piece begins")  # fmt: skip

    def pieces(self, pack: Pack) -> Iterator[tuple[int, bytes, c.Piece]]:
        """Offset, key of the batch and entry, batch by batch from the pack's start to its end."""
        at = 0
        while at < pack.length:
            what = f"the batch at {at} of {pack.what}"
            if at >= c.PACK_FULL:
                raise not_canonical(f"{what} begins where the pack was full")
            key, plain = self.open_head(pack, at, what)
            table, size = c.parse_head(plain, what)
            sealed = pack.read(at + c.HEAD, table, what)
            context = c.table_context(self.vault, pack.id, at)
            entries = c.parse_table(p.open_seal(key, context, sealed, f"the table of {what}"), size, what)
            at += c.HEAD + table
            for piece in entries:
                yield at, key, piece
                at += piece.length
        if at != pack.length:
            raise mismatch(f"{pack.what} ends in the middle of a batch")

    def open_head(self, pack: Pack, at: int, what: str) -> tuple[bytes, bytes]:
        """A head does not name its key: the active one first, then the others."""
        sealed, context = pack.read(at, c.HEAD, what), c.batch_context(self.vault, pack.id, at)
        for key in self.opening:
            try:
                return key, p.open_seal(key, context, sealed, what)
            except Refused as refusal:
                if refusal.kind != "authenticationFailed":
                    raise
        raise p.failed(what)

    def open_piece(self, pack: Pack, at: int, piece: c.Piece, key: bytes, what: str) -> bytes:
        """The bytes of a chunk, which are those that its name says."""
        sealed = pack.read(at, piece.length, what)
        stored = p.open_seal(key, c.piece_context(self.vault, piece.name), sealed, what)
        return self.named(piece.name, c.unpack(piece.coding, piece.plain, stored, what), what)

    def named(self, name: bytes, data: bytes, what: str) -> bytes:
        if not p.same(c.chunk_name(self.naming_key, data), name):
            raise p.failed(f"the name of {what}")
        return data

    def length(self, name: bytes) -> int:
        """How many bytes a chunk has, as its row says."""
        if name not in self.places:
            raise mismatch(f"chunk {name.hex()} is not there")
        return self.places[name][1].plain

    def chunk(self, name: bytes) -> bytes:
        """The bytes of a chunk."""
        self.length(name)
        number, place = self.places[name]
        what = f"chunk {name.hex()}"
        if place.kind == c.IN_ROW:
            return self.named(name, c.unpack(place.coding, place.plain, place.stored, what), what)
        piece = c.Piece(name, place.coding, place.plain, place.length)
        key = self.keyring.keys[number].key
        return self.open_piece(self.packs[place.pack], place.offset, piece, key, what)
