"""Cuts files with gear tables of all kinds (Docs/Format.md, section 20.1).

python3 Vectors/reader/cuttest.py
"""

from __future__ import annotations

import sys
import unittest

import chunks as c
from makefiles import noise

TOP = 1 << 64


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


if __name__ == "__main__":
    sys.exit(not unittest.main(exit=False).result.wasSuccessful())
