"""Makes a vault with files, reads it back, and sees that copies altered on the disk are refused.

python3 Vectors/reader/filetest.py
"""

from __future__ import annotations

import copy
import os
import random
import sqlite3
import sys
import unittest
from unittest import mock
from uuid import UUID

import chunks as c
import keys as k
from encoding import Refused
from filecase import FileCase
from files import extract
from makefiles import FileMaker, noise
from state import CHUNK, PACK


class FileTest(FileCase):
    """Every change is made to a copy, or before it is written."""

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


if __name__ == "__main__":
    sys.exit(not unittest.main(exit=False).result.wasSuccessful())
