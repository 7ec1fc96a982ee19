"""Makes a vault with files, reads it back, and sees that altered and wrongly made ones are refused.

python3 Vectors/reader/filetest.py
"""

from __future__ import annotations

import copy
import os
import random
import shutil
import sqlite3
import sys
import tempfile
import unittest
from base64 import b64decode, b64encode
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from unittest import mock
from uuid import UUID

import chunks as c
import keys as k
from encoding import Refused, u32, u64
from files import extract
from jsontext import Number
from makefiles import FileMaker, PackDraft, library, noise
from reading import Reading
from state import CHUNK, PACK
from vault import Vault

TOP = 1 << 64
Change = Callable[[FileMaker], object]


def steady(h: int) -> list[int]:
    """A gear table with which h is always this number, once it has seen 64 bytes."""
    return [-h % TOP] * 256


class CutTest(unittest.TestCase):
    """Section 20.1, with tables that cut where the page says and nowhere else."""

    def lengths(self, table: list[int], size: int) -> list[int]:
        return [len(chunk) for chunk in c.cut(table, [bytes(size)])]

    def test_the_sizes_are_those_of_the_page(self) -> None:
        for h, length in (
            (0, 65_536), ((1 << 44) - 1, 65_536), (1 << 44, 262_144), ((1 << 48) - 1, 262_144),
            (1 << 48, 1_048_576), (TOP - 1, 1_048_576),
        ):  # fmt: skip
            table = steady(h)
            self.assertEqual(self.lengths(table, 0), [])
            for size in (1, length - 1, length):
                self.assertEqual(self.lengths(table, size), [size])
            self.assertEqual(self.lengths(table, length + 1), [length, 1])
            self.assertEqual(self.lengths(table, 2 * length + 7), [length, length, 7])

    def test_h_is_that_of_the_last_64_bytes(self) -> None:
        table, data = c.gear(bytes(32)), noise("cut", 3_000_000)
        at, ends = 0, 0
        for chunk in c.cut(table, [data]):
            at += len(chunk)
            h = sum(table[byte] << n for n, byte in enumerate(reversed(data[at - 64 : at]))) % TOP
            if at < len(data) and len(chunk) < c.LARGEST:
                self.assertEqual(h >> (44 if len(chunk) < c.EASIER else 48), 0)
                ends += 1
        self.assertEqual(at, len(data))
        self.assertGreater(ends, 3)

    def test_how_a_file_comes_in_does_not_matter(self) -> None:
        table, data = c.gear(bytes(32)), noise("cut", 1_500_000)
        whole = list(c.cut(table, [data]))
        self.assertEqual(b"".join(whole), data)
        for step in (1_000, 65_536, 1_048_577):
            blocks = [data[at : at + step] for at in range(0, len(data), step)]
            self.assertEqual(list(c.cut(table, blocks)), whole)

    def test_what_follows_a_cut_is_cut_the_same(self) -> None:
        table, data = c.gear(bytes(32)), noise("cut", 2_000_000)
        before = [len(x) for x in c.cut(table, [data])]
        after = [len(x) for x in c.cut(table, [b"inserted" + data])]
        self.assertEqual(before[1:], after[1:])

    def test_a_table_has_the_one_length_that_fills_the_batch(self) -> None:
        jumps = 0
        for entries in (1, 400, 2_000):
            for pieces in [*range(4_169, 4_169 + 131_072, 16_001), *range(48_978, 49_000)]:
                found = c.table_length(entries, pieces)
                total = c.HEAD + c.sealed_length(found) + pieces
                self.assertEqual(total % c.STEP, 0)
                self.assertGreaterEqual(found, 4 + c.ENTRY * entries)
                fewer = range(max(4 + c.ENTRY * entries, found - c.STEP), found)
                self.assertFalse([n for n in fewer if not (c.HEAD + c.sealed_length(n) + pieces) % c.STEP])
                jumps += total - c.STEP >= c.HEAD + c.sealed_length(4 + c.ENTRY * entries) + pieces
        self.assertGreater(jumps, 0)


class FileTest(unittest.TestCase):
    """One vault for all; every change is made to a copy, or before it is written."""

    @classmethod
    def setUpClass(cls) -> None:
        cls.folder = Path(tempfile.mkdtemp(prefix="coffer-filetest-"))
        cls.addClassCleanup(shutil.rmtree, cls.folder)
        cls.vault = cls.folder / "files.coffer"
        cls.maker = library()
        cls.recovery = copy.deepcopy(cls.maker).write(cls.vault)
        cls.packs = [cls.file(cls.vault, pack) for pack in cls.maker.packs]
        cls.lengths = [path.stat().st_size for path in cls.packs]

    @staticmethod
    def file(vault: Path, pack: PackDraft) -> Path:
        return vault / "packs" / f"{UUID(bytes=pack.id)}.pack"

    def read(self, path: Path, recovery: str | None = None) -> Reading:
        """A complete reading; raises where anything is refused."""
        vault = Vault(path, None, recovery or self.recovery)
        reading = Reading(vault)
        self.addCleanup(reading.close)
        try:
            for _ in reading.everything():
                pass
        finally:
            vault.database.close()
        return reading

    def copy(self) -> Path:
        target = self.folder / "copy.coffer"
        shutil.rmtree(target, ignore_errors=True)
        shutil.copytree(self.vault, target, symlinks=True)
        return target

    def refuses(self, path: Path, *words: str, kind: str = "", recovery: str | None = None) -> None:
        with self.assertRaises(Refused, msg=str(words)) as caught:
            self.read(path, recovery)
        for word in words:
            self.assertIn(word, str(caught.exception))
        if kind:
            self.assertEqual(caught.exception.kind, kind, str(caught.exception))

    def made(self, change: Change) -> tuple[Path, str]:
        """A vault in which everything is sealed rightly, after a change."""
        maker = copy.deepcopy(self.maker)
        change(maker)
        path = self.folder / "made.coffer"
        shutil.rmtree(path, ignore_errors=True)
        return path, maker.write(path)

    def accepts_made(self, change: Change) -> Reading:
        return self.read(*self.made(change))

    def refuses_made(self, change: Change, *words: str, kind: str = "") -> None:
        path, recovery = self.made(change)
        self.refuses(path, *words, kind=kind, recovery=recovery)

    def altered(self, *sql: str | tuple) -> Path:
        path = self.copy()
        database = sqlite3.connect(path / "vault.sqlite", isolation_level=None)
        for one in sql:
            database.execute(*(one if isinstance(one, tuple) else (one,)))
        database.close()
        return path

    # What is as it should be

    def test_reads_what_was_written(self) -> None:
        reading = self.read(self.vault)
        self.assertEqual([f.name for f in reading.files], sorted(self.maker.files, key=str.encode))
        for file in reading.files:
            self.assertEqual(b"".join(file.read(reading.store)), self.maker.files[file.name])
            file.compare_cuts(reading.store)
        self.assertEqual((reading.counts["chunks"], reading.counts["packs"]), (17, 2))
        kinds = {(place.kind, place.coding) for _, place in reading.store.places.values()}
        self.assertEqual(kinds, {(1, 0), (1, 1), (2, 0), (2, 1)})

    def test_other_cuts_are_found(self) -> None:
        reading = self.read(self.vault)
        file = next(f for f in reading.files if f.name == "maps/noise")
        other = c.gear(bytes(32))
        with mock.patch("files.c.gear", lambda key: other), self.assertRaises(Refused):
            file.compare_cuts(reading.store)

    def test_files_come_out_and_over_nothing(self) -> None:
        reading = self.read(self.vault)
        out = self.folder / "out"
        for file in reading.files:
            extract(file, reading.store, out / file.name)
        found = {str(f.relative_to(out)): f.read_bytes() for f in out.rglob("*") if f.is_file()}
        self.assertEqual(found, self.maker.files)
        with self.assertRaises(FileExistsError):
            extract(reading.files[0], reading.store, out / reading.files[0].name)

    def test_what_an_interrupted_program_has_left_is_no_part_of_a_pack(self) -> None:
        path = self.copy()
        for number, tail in enumerate((noise("tail", 70_001), self.packs[0].read_bytes()[:65_536])):
            with open(self.file(path, self.maker.packs[number]), "ab") as file:
                file.write(tail)
        (path / "packs" / f"{UUID(int=1)}.pack").write_bytes(noise("stray", 65_536))
        reading = self.read(path)
        self.assertEqual(reading.counts["bytes behind the ends of packs"], 70_001 + 65_536)

    def test_pieces_that_no_row_names_are_counted_and_opened(self) -> None:
        def spare(maker: FileMaker) -> None:
            data = noise("spare", 5_000)
            maker.add(data)
            maker.lay_out()
            del maker.places[c.chunk_name(maker.names.key, data)]

        self.assertEqual(self.accepts_made(spare).counts["pieces that no row names"], 1)

        def damaged(maker: FileMaker) -> None:
            spare(maker)
            piece, sealed = maker.packs[-1].batches[-1].pieces[-1]
            maker.packs[-1].batches[-1].pieces[-1] = piece, sealed[:-1] + bytes([sealed[-1] ^ 1])

        self.refuses_made(damaged, "piece", "does not open", kind="authenticationFailed")

    def test_a_retiring_key_opens_what_is_under_it(self) -> None:
        def rotated(maker: FileMaker) -> None:
            old, new = maker.chunk_key, maker.data_key(k.CHUNKS)
            old.state = k.RETIRING
            inline = next(n for n, place in maker.places.items() if place.kind == c.IN_ROW)
            maker.row_keys[inline] = new
            maker.packs[0].batches[1].key = new

        self.accepts_made(rotated)

    def test_a_vault_whose_only_file_is_empty(self) -> None:
        maker = FileMaker("nothing", "x", [], [], [], [], {"empty": b""})
        path = self.folder / "nothing.coffer"
        reading = self.read(path, maker.write(path))
        self.assertEqual(reading.files[0].line(), '{"name":"empty","size":0,"sha256":"e3b0c44298fc1c149afbf4c8'
                         '996fb92427ae41e4649b934ca495991b7852b855","media":"text/plain"}')  # fmt: skip

    # What happens to a disk

    def test_refuses_a_turned_bit_anywhere_in_a_pack(self) -> None:
        path, choice = self.copy(), random.Random(1)
        for number, pack in enumerate(self.maker.packs):
            whole, file = self.packs[number].read_bytes(), self.file(path, pack)
            for at in [0, 24, 83, 84, 120, len(whole) - 1] + [choice.randrange(len(whole)) for _ in range(40)]:
                changed = bytearray(whole)
                changed[at] ^= 1 << choice.randrange(8)
                file.write_bytes(changed)
                self.refuses(path, str(UUID(bytes=pack.id)), "does not open", kind="authenticationFailed")
            file.write_bytes(whole)
        self.read(path)

    def test_refuses_a_pack_that_is_short_or_away(self) -> None:
        for number, pack in enumerate(self.maker.packs):
            for length in (0, 1, 84, c.STEP, self.lengths[number] - c.STEP, self.lengths[number] - 1):
                path = self.copy()
                os.truncate(self.file(path, pack), length)
                self.refuses(path, str(UUID(bytes=pack.id)), f"has {length} bytes", kind="mismatch")
            path = self.copy()
            self.file(path, pack).unlink()
            self.refuses(path, str(UUID(bytes=pack.id)), "not there", kind="mismatch")
            self.file(path, pack).mkdir()
            self.refuses(path, str(UUID(bytes=pack.id)), "no file")
            self.file(path, pack).rmdir()
            self.file(path, pack).symlink_to(self.packs[number])
            with self.assertRaises(OSError):
                self.read(path)

    def test_refuses_packs_and_batches_that_changed_places(self) -> None:
        path = self.copy()
        one, two = (self.file(path, pack) for pack in self.maker.packs)
        first, second = one.read_bytes(), two.read_bytes()
        longest = max(len(first), len(second))
        one.write_bytes(second.ljust(longest, b"\0"))
        two.write_bytes(first.ljust(longest, b"\0"))
        self.refuses(path, "the batch at 0", "does not open", kind="authenticationFailed")
        path = self.copy()
        maker = copy.deepcopy(self.maker)
        batch = maker.packs[0].batches[0]
        maker.packs[0].batches = [batch]
        size = len(maker.pack_bytes(maker.packs[0]))
        self.file(path, self.maker.packs[0]).write_bytes(first[size:] + first[:size])
        self.refuses(path, "the batch at 0", "does not open", kind="authenticationFailed")
        self.file(path, self.maker.packs[0]).write_bytes(first[:size] * (len(first) // size + 1))
        self.refuses(path, f"the batch at {size}", "does not open", kind="authenticationFailed")

    def test_refuses_a_turned_bit_in_any_row(self) -> None:
        database = sqlite3.connect(self.vault / "vault.sqlite")
        rows = [(table, rowid, column, value) for table, columns in (("chunk", "name seal"), ("pack", "seal"))
                for column in columns.split()
                for rowid, value in database.execute(f"SELECT rowid, {column} FROM {table}").fetchall()]  # fmt: skip
        database.close()
        self.assertEqual(len(rows), 2 * 17 + 2)
        for table, rowid, column, value in rows:
            for at in (0, 3, len(value) // 2, len(value) - 1):
                changed = bytearray(value)
                changed[at] ^= 1
                update = f"UPDATE {table} SET {column} = ? WHERE rowid = ?"
                self.refuses(self.altered((update, (bytes(changed), rowid))), kind="mismatch")

    def test_refuses_rows_taken_away_doubled_or_exchanged(self) -> None:
        for table, number in (("chunk", CHUNK), ("pack", PACK)):
            what = f"the sum of table {number}"
            for order in ("min", "max"):
                self.refuses(self.altered(f"DELETE FROM {table} WHERE rowid ="
                                          f" (SELECT {order}(rowid) FROM {table})"), what)  # fmt: skip
            self.refuses(self.altered(f"DELETE FROM {table}"), what)
            seals = f"UPDATE {table} SET seal = (SELECT seal FROM {table} AS o WHERE o.rowid = 3 - {table}.rowid)"
            self.refuses(self.altered(seals + " WHERE rowid IN (1, 2)"), what)
        self.refuses(self.altered("INSERT INTO pack SELECT 9, seal FROM pack WHERE num = 1"), "table 14")
        self.refuses(self.altered("INSERT INTO chunk SELECT x'00', seal FROM chunk LIMIT 1"), "table 13")
        self.refuses(self.altered("UPDATE chunk SET name = 'text' WHERE rowid = 1"), "another type")
        self.refuses(self.altered("UPDATE chunk SET name = NULL WHERE rowid = 1"), "another type")

    # What is sealed rightly and wrong

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
            (name, row(kind=3).encode(), "has kind 3", "unknown"),
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
