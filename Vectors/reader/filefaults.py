"""Vaults with files in which everything is sealed rightly and something is wrong.

python3 Vectors/reader/filefaults.py
"""

from __future__ import annotations

import sys
import unittest
from base64 import b64decode, b64encode
from dataclasses import replace
from unittest import mock

import chunks as c
import keys as k
from encoding import u32, u64
from filecase import Change, FileCase
from jsontext import Number
from makefiles import FileMaker, noise

TOP = 1 << 64


class FaultTest(FileCase):
    """Every change is made before a vault is written."""

    def inline(self, coding: int = c.PLAIN) -> bytes:
        """The name of the longest chunk that stands in its row."""
        names = [n for n, p in self.maker.places.items() if (p.kind, p.coding) == (c.IN_ROW, coding)]
        return max(names, key=lambda name: self.maker.places[name].plain)

    def test_refuses_places_that_no_writer_makes(self) -> None:
        name, small = self.inline(), self.inline(c.ZSTD)
        far = next(n for n, p in self.maker.places.items() if p.kind == c.IN_PACK)
        good, packed = self.maker.places[name].encode(), self.maker.places[far].encode()
        row = lambda **changes: replace(self.maker.places[name], **changes)  # noqa: E731
        away = lambda **changes: replace(self.maker.places[far], **changes)  # noqa: E731
        cases = (
            (name, row(kind=5).encode(), "has kind 5", "unknown"),
            (name, row(noted=10_000).encode(), "noted in a generation that is not there", "mismatch"),
            (name, row(noted=1).encode()[:-9] + b"\1" + bytes(8), "note that begins", "notCanonical"),
            (name, row(kind=0).encode(), "has kind 0", "unknown"),
            (name, row(coding=2).encode(), "has coding 2", "unknown"),
            (far, away(coding=2).encode(), "has coding 2", "unknown"),
            (name, row(plain=0).encode(), "has 0 bytes", "refusedLimit"),
            (name, row(plain=c.LARGEST + 1).encode(), "bytes, not 1 to", "refusedLimit"),
            (name, row(plain=2).encode(), "bytes, not 2", "mismatch"),
            (name, row(generation=8).encode(), "generation", "mismatch"),
            (name, row(stored=noise("x", 4_097), plain=4_097).encode(), "holds 4097", "notCanonical"),
            (name, row(stored=b"", plain=1).encode(), "holds 0", "notCanonical"),
            (name, good + b"\0", "padded", "notCanonical"),
            (name, good[:-1] + b"\1", "padded", "notCanonical"),
            (name, good[:20], "cut short", "notCanonical"),
            (name, b"", "cut short", "notCanonical"),
            (small, replace(self.maker.places[small], coding=0).encode(), "bytes, not", "mismatch"),
            (small, replace(self.maker.places[small], plain=9).encode(), "zstd", "notCanonical"),
            (far, packed + b"\0", "after its end", "notCanonical"),
            (far, packed[:-1], "cut short", "notCanonical"),
            (far, away(pack=3).encode(), "pack 3, which is not there", "mismatch"),
            (far, away(pack=2).encode(), "", "mismatch"),
            (far, away(offset=7).encode(), "where no piece begins", "mismatch"),
            (far, away(offset=TOP - 1).encode(), "where no piece begins", "mismatch"),
            (far, away(length=9).encode(), "short enough", "notCanonical"),
        )
        for which, plain, word, kind in cases:
            self.refuses_made(lambda m: m.places.update({which: plain}), word, kind=kind)

    def test_refuses_rows_that_exchange_their_chunks(self) -> None:
        for kind in (c.IN_ROW, c.IN_PACK):
            def exchange(maker: FileMaker) -> None:
                one, two, *_ = [n for n, p in maker.places.items() if p.kind == kind]
                maker.places[one], maker.places[two] = maker.places[two], maker.places[one]

            self.refuses_made(exchange, "name" if kind == c.IN_ROW else "is not what the row of chunk")

    def test_refuses_a_name_that_is_not_of_the_bytes(self) -> None:
        def renamed(maker: FileMaker) -> None:
            maker.places[self.inline()].stored = noise("other", 4_096)

        self.refuses_made(renamed, "the name of", kind="authenticationFailed")

        def repacked(maker: FileMaker) -> None:
            batch = maker.packs[0].batches[0]
            piece, _ = batch.pieces[0]
            piece.coding, piece.length = c.PLAIN, c.sealed_length(piece.plain)
            maker.places[piece.name].coding = c.PLAIN
            batch.pieces[0] = piece, maker.piece(piece.name, noise("other", piece.plain))
            maker.lay_out()

        self.refuses_made(repacked, "the name of", kind="authenticationFailed")

    def test_refuses_batches_that_no_writer_makes(self) -> None:
        entries = [piece for piece, _ in self.maker.packs[0].batches[1].pieces]
        size = sum(e.length for e in entries)
        good = c.encode_table(entries)
        sealed = c.sealed_length(len(good))
        longer = c.table_length(len(entries), size) + c.STEP
        while (c.HEAD + c.sealed_length(longer) + size) % c.STEP:
            longer -= 1
        count = 4 + c.ENTRY * len(entries)
        cases = (
            ({"head": u32(sealed) + u64(size + 1)}, "no multiple", "notCanonical"),
            ({"head": u32(sealed) + u64(size + c.STEP)}, "other lengths than its head", "mismatch"),
            ({"head": u32(sealed) + u64(1 << 40)}, "pieces of", "refusedLimit"),
            ({"head": u32(0xFFFF_FFFF) + u64(size)}, "a table of", "refusedLimit"),
            ({"head": u32(sealed - 16) + u64(size + 16)}, "does not open", "authenticationFailed"),
            ({"table": good[:-1] + b"\1"}, "padded", "notCanonical"),
            ({"table": good.ljust(longer, b"\0")}, "padded", "notCanonical"),
            ({"table": u32(0).ljust(len(good), b"\0")}, "no pieces", "notCanonical"),
            ({"table": u32(1 << 31) + good[4:]}, "cut short", "notCanonical"),
            ({"table": u32(len(entries) - 1) + good[4:]}, "other lengths", "mismatch"),
            ({"table": good[: 4 + 32] + b"\2" + good[4 + 33 :]}, "has coding 2", "unknown"),
            ({"table": good[: 4 + 33] + u32(c.LARGEST + 1) + good[4 + 37 :]}, "bytes, not 1 to", "refusedLimit"),
            ({"table": good[:4] + good[4 + c.ENTRY : count] + good[4 : 4 + c.ENTRY] + good[count:]},
             "is not what the row of chunk", "mismatch"),
        )  # fmt: skip
        for members, word, kind in cases:
            def change(maker: FileMaker) -> None:
                maker.packs[0].batches[1] = replace(maker.packs[0].batches[1], **members)

            self.refuses_made(change, word, kind=kind)

    def test_refuses_packs_that_end_elsewhere(self) -> None:
        def change(**members: object) -> Change:
            return lambda maker: maker.packs.__setitem__(0, replace(maker.packs[0], **members))

        self.refuses_made(change(extra=1), "a length that no batches make", kind="notCanonical")
        self.refuses_made(change(extra=c.STEP), "not", kind="mismatch")
        self.refuses_made(change(extra=c.STEP, tail=bytes(c.STEP)), "does not open", kind="authenticationFailed")
        self.refuses_made(change(extra=-c.STEP), "beyond the end", kind="mismatch")
        self.refuses_made(change(batches=[]), "a length that no batches make", kind="notCanonical")
        self.refuses_made(lambda m: m.packs.append(replace(m.packs[0])), "the file of another")
        with mock.patch("packs.c.PACK_FULL", c.STEP):
            self.refuses(self.vault, "begins where the pack was full", kind="notCanonical")

    def test_refuses_keys_that_are_not_for_it(self) -> None:
        name = self.inline()
        for purpose in (k.CHUNKNAMES, k.CATALOG):
            def other(maker: FileMaker) -> None:
                maker.row_keys[name] = next(x for x in maker.keys if x.purpose == purpose)

            self.refuses_made(other, "which is not one for it", kind="mismatch")
        missing = k.DataKey(99, bytes(16), k.CHUNKS, k.ACTIVE, 0, b"", bytes(32))
        self.refuses_made(lambda m: m.row_keys.update({name: missing}), "under key 99")
        for purpose in (k.CHUNKS, k.CHUNKNAMES, k.CHUNKER):
            self.refuses_made(lambda m: m.data_key(purpose), f"2 active keys of purpose {purpose}")

            def none(maker: FileMaker) -> None:
                next(x for x in maker.keys if x.purpose == purpose).state = k.RETIRING

            self.refuses_made(none, f"0 active keys of purpose {purpose}")

    def test_refuses_a_source_with_numbers(self) -> None:
        names = ("path", "device", "inode", "changed", "modified")
        source = tuple((name, Number("1")) for name in names)
        self.refuses_made(lambda maker: maker.rows[0].values.update({8: source}), "no text")

    def test_refuses_records_of_files_that_are_wrong(self) -> None:
        which = next(n for n, row in enumerate(self.maker.rows) if row.values[1] == "maps/noise")
        values = self.maker.rows[which].values
        listed = b64decode(values[7])
        cases = [
            (1, name, word) for name, word in (
                ("../maps", "no name"), ("/maps", "no name"), ("maps/", "no name"), ("a//b", "no name"),
                (".", "no name"), ("", "no name"), ("a/./b", "no name"), ("A\u0308", "NFC"), ("a\nb", "control"),
                ("a\u0085b", "control"), ("x" * 256, "too long"), ("x/" * 2_048 + "y", "too long"),
            )
        ]  # fmt: skip
        cases += [
            (3, Number("1199999"), "another size"), (3, Number("-1"), "no size"), (3, "1200000", "no integer"),
            (3, Number("1200000.0"), "no integer"), (4, "0" * 64, "another SHA-256"), (4, "x", "no SHA-256"),
            (4, values[4].upper(), "no SHA-256"), (5, Number("1"), "media"), (6, "now", "no integer"),
            (7, values[7] + "=", "form"), (7, "!", "Base64"), (7, b64encode(listed + b"x").decode(), "form"),
            (7, b64encode(listed[36:72] + listed[:36] + listed[72:]).decode(), "another SHA-256"),
            (7, b64encode(listed[36:]).decode(), "another size"),
            (7, b64encode(b"x" * 32 + listed[32:]).decode(), "is not there"),
            (7, b64encode(moved(listed, 1)).decode(), "another length"),
            (7, b64encode(listed + bytes(36)).decode(), "0 bytes"),
            (8, (("path", "/x"),), "source"), (9, "x", "links"), (9, [Number("1")], "links"),
        ]  # fmt: skip
        for number, value, word in cases:
            change = lambda maker: maker.rows[which].values.update({number: value})  # noqa: E731
            self.refuses_made(change, word)
        for number in (3, 4, 7):
            self.refuses_made(lambda maker: maker.rows[which].values.pop(number), "maps/noise")
        older = replace(self.maker.rows[which], values=values | {4: "0" * 64}, ended=1)
        self.refuses_made(lambda maker: maker.rows.append(older), "another SHA-256")


def moved(listed: bytes, count: int) -> bytes:
    """A list of chunks in which a byte belongs to the neighbour."""
    one, two = (int.from_bytes(listed[at : at + 4], "big") for at in (32, 68))
    return listed[:32] + u32(one - count) + listed[36:68] + u32(two + count) + listed[72:]


if __name__ == "__main__":
    sys.exit(not unittest.main(exit=False).result.wasSuccessful())
