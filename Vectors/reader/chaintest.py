"""Makes bundles with files, reads them back, and sees that altered and wrongly made ones are refused.

python3 Vectors/reader/chaintest.py [FOLDER FOR FORGED CHAINS]
"""

from __future__ import annotations

import copy
import shutil
import sys
import tempfile
import unittest
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import chunks as c
import stream as s
from bundle import Bundle
from carried import Carried
from contents import Contents
from encoding import Cursor, Refused
from files import extract
from folder import open_folder, verify_deep
from forge import Draft
from keys import CHUNKNAMES, RETIRING
from makechain import OWN, Chain, library, noise, write

Entries = list[tuple[Carried, bytes]]


def taken_apart(draft: Draft) -> Entries:
    """The chunks of a draft."""
    found = []
    for batch in draft.batches:
        if batch.kind == s.CHUNKS:
            cursor = Cursor(batch.parts[0][1], "a test's batch")
            for _ in range(batch.count):
                chunk = Carried.parse(cursor)
                found.append((chunk, cursor.take(chunk.stored)))
    return found


def put_in(draft: Draft, *groups: Entries) -> None:
    """Other chunks, a batch for each group."""
    draft.batches = [b for b in draft.batches if b.kind != s.CHUNKS]
    for group in groups:
        plain = b"".join(chunk.encode() + stored for chunk, stored in group)
        draft.batches.insert(-1, s.Batch(s.CHUNKS, 0, len(group), [(OWN, plain)]))


def batch(draft: Draft, kind: int = s.CHUNKS) -> s.Batch:
    return next(b for b in draft.batches if b.kind == kind)


class ChainTest(unittest.TestCase):
    """One chain for all; every change is made to its drafts."""

    keep: Path | None = None  # where every forged chain is put, for another program

    @classmethod
    def setUpClass(cls) -> None:
        cls.folder = Path(tempfile.mkdtemp(prefix="coffer-chaintest-"))
        cls.addClassCleanup(shutil.rmtree, cls.folder)
        cls.chain = library()
        cls.count = 0

    def written(self, change: Callable[[list[Draft]], object] | None = None, honest: bool = True) -> Path:
        drafts = copy.deepcopy(self.chain.drafts)
        if honest:
            if change:
                change(drafts)
        else:
            [draft.sums() for draft in drafts]
            change(drafts)
        type(self).count += 1
        folder = self.folder / str(self.count)
        try:
            write(drafts, folder, honest)
        finally:
            if self.keep and change:
                shutil.copytree(folder, self.keep / f"{self.id().rpartition('.')[2]}-{self.count}")
        return folder

    def read(self, folder: Path, recovery: str | None = None) -> Contents:
        with open_folder(folder, None, recovery or self.chain.recovery) as (_, contents):
            for file in contents.files:
                if not contents.without_chunks:
                    self.assertEqual(b"".join(file.read(contents.store)), self.chain.files[file.name])
            return contents

    def accepts(self, change: Callable[[list[Draft]], object] | None = None) -> Contents:
        contents = self.read(self.written(change))
        self.assertEqual([f.name for f in contents.files], sorted(self.chain.files))
        return contents

    def refuses(self, kind: str, word: str, change: Callable[[list[Draft]], object], honest: bool = True) -> None:
        with self.assertRaises(Refused) as caught:
            self.read(self.written(change, honest))
        self.assertIn(word, str(caught.exception))
        if kind:
            self.assertEqual(caught.exception.kind, kind, str(caught.exception))

    def refuses_entry(self, kind: str, word: str, at: int, which: int = 0, **members: object) -> None:
        """One member of one entry is another."""
        def change(drafts: list[Draft]) -> None:
            found = taken_apart(drafts[at])
            chunk, stored = found[which]
            stored = members.pop("bytes_", stored)
            found[which] = replace(chunk, **members), stored
            put_in(drafts[at], found)

        self.refuses(kind, word, change)

    # What is as it should be

    def test_reads_what_was_written(self) -> None:
        folder = self.written()
        self.read(folder)
        carried, segments = [], []
        for path in sorted(folder.iterdir()):
            bundle = Bundle(path)
            reading, contents = verify_deep(bundle, None, self.chain.recovery)
            self.assertEqual(contents is None, bundle.manifest.parent is not None)
            carried.append(bundle.manifest.entries[4])
            self.assertEqual(bundle.manifest.live[4], 0)
            self.assertEqual(len(reading.chunks), carried[-1])
            segments.append(len(bundle.container.records))
            bundle.close()
        self.assertEqual([len(taken_apart(d)) for d in self.chain.drafts], carried)
        self.assertEqual((carried[1:], segments), ([2, 2], [2, 1, 1]))

    def test_a_chunk_across_the_edge_of_segments_is_read(self) -> None:
        with open_folder(self.written(), None, self.chain.recovery) as (_, contents):
            edge = [n for n, (_, chunk) in contents.store.places.items()
                    if chunk.at // s.PIECE != (chunk.at + chunk.stored - 1) // s.PIECE]  # fmt: skip
            self.assertEqual(len(edge), 1)
            self.assertEqual(len(contents.store.chunk(edge[0])), contents.store.length(edge[0]))

    def test_files_come_out_and_are_cut_the_same(self) -> None:
        out = self.folder / "out"
        with open_folder(self.written(), None, self.chain.recovery) as (_, contents):
            for file in contents.files:
                file.compare_cuts(contents.store)
                extract(file, contents.store, out / file.name)
            with self.assertRaises(FileExistsError):
                extract(contents.files[0], contents.store, out / contents.files[0].name)
        found = {str(f.relative_to(out)): f.read_bytes() for f in out.rglob("*") if f.is_file()}
        self.assertEqual(found, self.chain.files)

    def test_a_full_bundle_carries_all(self) -> None:
        chain = copy.deepcopy(self.chain)
        draft = chain.bundle(full=True)
        self.assertEqual(len(taken_apart(draft)), len(chain.chunks))
        write([draft], self.folder / "full")
        self.assertEqual(len(self.read(self.folder / "full").files), len(self.chain.files))

    def test_chunks_come_in_any_order_and_in_any_batches(self) -> None:
        def shuffle(drafts: list[Draft]) -> None:
            for draft in drafts:
                found = taken_apart(draft)[::-1]
                put_in(draft, found[:1], found[1:])

        self.accepts(shuffle)

    def test_a_safety_bundle_has_no_bytes_and_says_so(self) -> None:
        chain = copy.deepcopy(self.chain)
        put_in(draft := chain.bundle(full=True))
        write([draft], self.folder / "safety")
        contents = self.read(self.folder / "safety")
        self.assertTrue(contents.without_chunks)
        self.assertEqual([f.name for f in contents.files], sorted(self.chain.files))
        self.assertFalse(self.accepts().without_chunks)
        # Only a full bundle that nothing continues is one.
        self.refuses("mismatch", "is in no bundle", lambda drafts: [put_in(draft) for draft in drafts])

    def test_a_bundle_of_empty_files_needs_no_chunks(self) -> None:
        chain = Chain("empty")
        chain.put("empty", b"")
        write([chain.bundle()], self.folder / "empty")
        with open_folder(self.folder / "empty", None, chain.recovery) as (_, contents):
            self.assertFalse(contents.without_chunks)
            self.assertEqual(b"".join(contents.files[0].read(contents.store)), b"")

    # What is sealed rightly and wrong

    def test_refuses_a_chunk_that_is_missing(self) -> None:
        for at, draft in enumerate(self.chain.drafts):
            found = taken_apart(draft)
            for n in range(len(found)):
                less = found[:n] + found[n + 1 :]
                name = found[n][0].name.hex()
                self.refuses("mismatch", f"chunk {name} is in no bundle", lambda d: put_in(d[at], less))

    def test_refuses_a_turned_bit_in_any_chunk(self) -> None:
        coded = 0
        for at, draft in enumerate(self.chain.drafts):
            for n, (chunk, stored) in enumerate(taken_apart(draft)):
                changed = bytearray(stored)
                changed[len(stored) // 2] ^= 1
                if chunk.coding == c.PLAIN:
                    self.refuses_entry("authenticationFailed", "the name of", at, n, bytes_=bytes(changed))
                else:
                    self.refuses_entry("", "", at, n, bytes_=bytes(changed))
                    coded += 1
        self.assertGreater(coded, 1)

    def test_refuses_entries_that_no_writer_makes(self) -> None:
        taken = taken_apart(self.chain.drafts[0])
        plain = next(n for n, (x, _) in enumerate(taken) if x.coding == c.PLAIN)
        packed = next(n for n, (x, _) in enumerate(taken) if x.coding == c.ZSTD)
        generation = self.chain.drafts[0].manifest.generation
        self.refuses_entry("unknown", "has coding 2", 0, coding=2)
        self.refuses_entry("refusedLimit", "bytes, not 1 to", 0, plain=0)
        self.refuses_entry("refusedLimit", "bytes, not 1 to", 0, plain=c.LARGEST + 1)
        self.refuses_entry("refusedLimit", "stored bytes, not 1 to 299", 0, plain, plain=299)
        self.refuses_entry("refusedLimit", "stored bytes, not 1 to 299", 0, packed, plain=299)
        self.refuses_entry("refusedLimit", "0 stored bytes", 0, packed, stored=0, bytes_=b"")
        self.refuses_entry("mismatch", "bytes, not", 0, plain, plain=301)
        self.refuses_entry("notCanonical", "zstd", 0, packed, plain=taken[packed][0].plain + 1)
        self.refuses_entry("notCanonical", "zstd", 0, plain, coding=c.ZSTD)
        self.refuses_entry("mismatch", "bytes, not", 0, packed, coding=c.PLAIN)
        self.refuses_entry("authenticationFailed", "the name of", 0, name=bytes(32))
        self.refuses_entry("mismatch", "not there yet", 0, generation=generation + 1)
        self.refuses_entry("mismatch", "older than this bundle", 1, generation=generation)
        self.refuses_entry("mismatch", "older than this bundle", 2, generation=1)

        def longer(drafts: list[Draft]) -> None:
            found = taken_apart(drafts[0])
            chunk, stored = found.pop(packed)
            put_in(drafts[0], [*found, (replace(chunk, stored=chunk.plain), stored)])

        self.refuses("notCanonical", "cut short", longer, honest=False)

    def test_refuses_chunks_twice_exchanged_or_with_more_behind_them(self) -> None:
        def change(make: Callable[[Entries], list[Entries]]) -> Callable[[list[Draft]], None]:
            return lambda drafts: put_in(drafts[0], *make(taken_apart(drafts[0])))

        self.refuses("mismatch", "there twice", change(lambda found: [found + found[:1]]))
        self.refuses("mismatch", "there twice", change(lambda found: [found, found[:1]]))
        names = lambda found: [[(replace(found[0][0], name=found[1][0].name), found[0][1]), *found[1:]]]  # noqa: E731
        self.refuses("authenticationFailed", "the name of", change(names))

        def trailing(drafts: list[Draft]) -> None:
            batch(drafts[0]).parts = [(OWN, batch(drafts[0]).parts[0][1] + b"\0")]

        self.refuses("notCanonical", "after its end", trailing)

    def test_refuses_batches_that_no_writer_makes(self) -> None:
        bad = "notCanonical"
        self.refuses(bad, "has collection 1", lambda d: setattr(batch(d[0]), "collection", 1))
        people = lambda d: (batch(d[0]).parts.append((b"p" * 16, b"")), d[0].people.update({b"p" * 16: bytes(32)}))  # noqa: E731
        self.refuses(bad, "parts of persons", people)
        early = lambda d: d[0].batches.insert(2, d[0].batches.pop(-2))  # noqa: E731
        self.refuses(bad, "does not stand where it must", early)
        self.accepts(lambda d: d[0].codings.update({s.RECORDS: s.ZSTD}))
        self.refuses(bad, "compressed", lambda d: d[0].codings.update({s.CHUNKS: s.ZSTD}))

    def test_refuses_ends_that_count_other_chunks(self) -> None:
        def end(at: int, **members: object) -> Callable[[list[Draft]], None]:
            def change(drafts: list[Draft]) -> None:
                honest = drafts[at].end
                drafts[at].end = lambda e: replace(honest(e), **{
                    name: make(getattr(honest(e), name)) for name, make in members.items()})  # fmt: skip
            return change

        fifth = lambda by: lambda counts: [*counts[:4], counts[4] + by]  # noqa: E731
        for at in range(3):
            self.refuses("mismatch", "counts other entries", end(at, entries=fifth(1)), honest=False)
            self.refuses("mismatch", "counts other entries", end(at, entries=fifth(-1)), honest=False)
            self.refuses("unknown", "counts the chunks", end(at, live=fifth(1)), honest=False)
            self.refuses("mismatch", "own sum", end(at, own_sum=lambda n: n ^ 1), honest=False)

        def renamed(drafts: list[Draft]) -> None:
            found = taken_apart(drafts[1])
            found[0] = replace(found[0][0], generation=found[0][0].generation + 1), found[0][1]
            put_in(drafts[1], found)

        self.refuses("mismatch", "own sum", renamed, honest=False)

    def test_refuses_chunks_without_a_key_for_their_names(self) -> None:
        chain = copy.deepcopy(self.chain)
        next(key for key in chain.maker.keys if key.purpose == CHUNKNAMES).state = RETIRING
        write([chain.bundle(full=True)], self.folder / "keyless")
        with self.assertRaises(Refused) as caught:
            self.read(self.folder / "keyless")
        self.assertIn("0 active keys of purpose 10", str(caught.exception))

    def test_refuses_a_file_of_other_bytes(self) -> None:
        chain = copy.deepcopy(self.chain)
        chain.records["small"].fields[4] = "0" * 64
        write([chain.bundle(full=True)], self.folder / "other")
        with self.assertRaises(Refused) as caught:
            self.read(self.folder / "other")
        self.assertIn("another SHA-256", str(caught.exception))


def forge(folder: Path) -> bool:
    """Leaves every chain that is sealed rightly and wrong in a folder, and sees it refused."""
    folder.mkdir()
    (folder / "recovery-key.txt").write_text(library().recovery + "\n")
    write(library().drafts, folder / "as-it-should-be")
    ChainTest.keep = folder
    suite = unittest.defaultTestLoader.loadTestsFromTestCase(ChainTest)
    return unittest.TextTestRunner().run(suite).wasSuccessful()


if __name__ == "__main__":
    if sys.argv[1:]:
        sys.exit(not forge(Path(sys.argv[1])))
    sys.exit(not unittest.main(exit=False).result.wasSuccessful())
