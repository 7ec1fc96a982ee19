"""Takes the chain of bundles apart that is kept with the project, and sees what is refused.

python3 Vectors/reader/bundletest.py [FOLDER FOR FORGED CHAINS]
"""

from __future__ import annotations

import random
import shutil
import sys
import tempfile
import unittest
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from unittest import mock

import stream as s
from bundle import Bundle
from carried import Carried
from container import Container, archive, header
from encoding import Refused, varint
from folder import bundles, newest_chain, read_chain, read_folder, verify_deep
from forge import Draft, entries
from keyring import Keyring, WrongPassword
from minisign import PublicKey, Signer

KEPT = Path(__file__).resolve().parent.parent / "coffer" / "bundles" / "v1"
CHUNK = Carried(1, bytes(32), 0, 1, 1).encode() + b"x"
OTHER = Signer(b"another seed of 32 bytes, no key", b"12345678")


def kept(name: str) -> str:
    return (KEPT / name).read_text()


PASSWORD, RECOVERY = kept("password.txt").rstrip("\n"), kept("recovery-key.txt").strip()
LISTING = kept("listing.ndjson").removesuffix("\n").split("\n")
SIGNER = PublicKey.of_file(kept("public-key.txt"))


class SecretTest(unittest.TestCase):
    """Nothing is opened in advance."""

    def test_the_password_opens_what_the_recovery_key_opens(self) -> None:
        found = bundles(KEPT / "chain")
        lines = list(read_chain(newest_chain(found), PASSWORD, None).lines())
        self.assertEqual(lines, LISTING)
        with self.assertRaises(WrongPassword):
            read_chain(newest_chain(found), PASSWORD + "!", None)
        for bundle in found:
            bundle.close()


class BundleTest(unittest.TestCase):
    """One chain for all; every change is made to a copy."""

    keep: Path | None = None  # where every forged chain is put, for another program

    @classmethod
    def setUpClass(cls) -> None:
        cls.folder = Path(tempfile.mkdtemp(prefix="coffer-bundletest-"))
        cls.paths = sorted((KEPT / "chain").iterdir())
        last = Bundle(cls.paths[-1])
        cls.keyring = last.open(None, RECOVERY)
        last.close()
        # The keys are opened once; every altered bundle still has to show whose they are.
        opened = mock.patch("bundle.Keyring", cls.opened)
        opened.start()
        cls.addClassCleanup(opened.stop)
        cls.addClassCleanup(shutil.rmtree, cls.folder)

    @classmethod
    def opened(cls, vault: bytes, slots: list, roster: bytes, *_: object) -> Keyring:
        ring = object.__new__(Keyring)
        ring.vault, ring.keys = vault, {}
        ring.root, ring.root_id, ring.slot, ring.auth = (
            cls.keyring.root, cls.keyring.root_id, cls.keyring.slot, cls.keyring.auth)  # fmt: skip
        ring._roster(slots, roster)
        return ring

    def copy(self) -> list[Path]:
        target = self.folder / "copy"
        shutil.rmtree(target, ignore_errors=True)
        shutil.copytree(KEPT / "chain", target)
        return sorted(target.iterdir())

    def draft(self, at: int) -> Draft:
        bundle = Bundle(self.paths[at])
        try:
            return Draft.of(bundle, self.keyring)
        finally:
            bundle.close()

    def read(self, folder: Path) -> list[str]:
        return list(read_folder(folder, None, RECOVERY)[1].lines())

    def forged(self, at: int, change: Callable[[Draft], None], sums: bool = False) -> list[str]:
        """The whole chain with one bundle changed, sealed and signed anew; those after it follow."""
        paths = self.copy()
        parent = None
        for n in range(at, len(paths)):
            draft = self.draft(n)
            if parent:
                draft.manifest.parent = parent
            if n == at:
                change(draft)
                if sums:
                    draft.sums()
            bundle = Bundle(draft.write(paths[n]))
            parent = bundle.content_id
            bundle.close()
        if self.keep:
            shutil.copytree(self.folder / "copy", self.keep / f"{len(list(self.keep.iterdir())):02d}")
        return self.read(self.folder / "copy")

    def refuses(self, kind: str, at: int, change: Callable[[Draft], None], sums: bool = False) -> None:
        with self.assertRaises(Refused) as caught:
            self.forged(at, change, sums)
        self.assertEqual(caught.exception.kind, kind, str(caught.exception))

    def test_reads_what_the_vault_held(self) -> None:
        self.assertEqual(self.read(KEPT / "chain"), LISTING)
        self.assertGreater(len(LISTING), 55)

    def test_every_bundle_shows_who_signed(self) -> None:
        for path in self.paths:
            bundle = Bundle(path)
            self.assertEqual(bundle.signed_by(SIGNER), SIGNER)
            self.assertEqual(verify_deep(bundle, None, RECOVERY)[0].bundle.signer, SIGNER)
            for stranger in (OTHER.public, PublicKey(SIGNER.number, OTHER.public.key)):
                with self.assertRaises(Refused):
                    bundle.signed_by(stranger)
            bundle.close()

    def test_what_is_taken_apart_and_made_anew_is_the_same(self) -> None:
        for at in range(len(self.paths)):
            self.assertEqual(self.forged(at, lambda d: None), LISTING)
            self.assertEqual(
                self.forged(at, lambda d: None, sums=True), LISTING)

    def test_refuses_every_turned_byte_that_was_tried(self) -> None:
        choice = random.Random(1)
        target = self.folder / "turned.coffer-bundle"
        for path in self.paths:
            whole = path.read_bytes()
            c = Container(path)
            c.close()
            headers = {m.at - 512 + n for m in c.members.values() for n in range(0, 512, 37)}
            places = headers | {choice.randrange(len(whole)) for _ in range(200)}
            for at in sorted(places):
                changed = bytearray(whole)
                changed[at] ^= 1 << choice.randrange(8)
                target.write_bytes(changed)
                with self.assertRaises(Refused, msg=f"byte {at}"):
                    bundle = Bundle(target)
                    try:
                        bundle.signed_by(SIGNER)
                    finally:
                        bundle.close()

    def test_refuses_every_other_length(self) -> None:
        whole = self.paths[0].read_bytes()
        target = self.folder / "cut.coffer-bundle"
        for length in [*range(0, len(whole), 256), len(whole) - 1]:
            target.write_bytes(whole[:length])
            with self.assertRaises(Refused, msg=str(length)):
                Bundle(target).close()
        for tail in (b"\0", bytes(512), b"x" * 512):
            target.write_bytes(whole + tail)
            with self.assertRaises(Refused):
                Bundle(target).close()

    def test_refuses_members_that_are_not_as_they_must_be(self) -> None:
        c = Container(self.paths[0])
        members = [(name, c.read(name)) for name in c.members]
        c.close()
        target = self.folder / "members.coffer-bundle"
        names = [name for name, _ in members]
        records = names.index("records-00001.seal")
        swapped = [members[1], members[0], *members[2:]]
        more = members[: records + 1] + [("records-00003.seal", b"x")] + members[records + 1 :]
        chunks = members[: records + 1] + [("chunks-00001.seal", b"x")] + members[records + 1 :]
        large = [(n, bytes(16_385) if n == "README.txt" else b) for n, b in members]
        binary = [(n, b"\xff" if n == "README.txt" else b) for n, b in members]
        cases = [("notCanonical", swapped), ("notCanonical", more), ("unknown", chunks),
                 ("refusedLimit", large), ("notCanonical", binary)]  # fmt: skip
        cases += [("notCanonical", members[:n] + members[n + 1 :]) for n in range(len(members))]
        cases += [("notCanonical", members[: n + 1] + members[n:]) for n in range(len(members))
                  if n != records]  # fmt: skip
        for kind, listed in cases:
            target.write_bytes(archive(listed))
            with self.assertRaises(Refused) as caught:
                Bundle(target).close()
            self.assertEqual(caught.exception.kind, kind, str(caught.exception))
        plain = archive(members)
        target.write_bytes(plain)
        Bundle(target).close()
        for old, new in ((b"0000600\0", b"0000644\0"), (b"ustar\x0000", b"ustar  \0")):
            first = header(*[(n, len(b)) for n, b in members][0])
            changed = first.replace(old, new)
            summed = changed[:148] + b" " * 8 + changed[156:]
            changed = changed[:148] + f"{sum(summed):06o}\0 ".encode() + changed[156:]
            self.assertNotEqual(first, changed)
            target.write_bytes(changed + plain[512:])
            with self.assertRaises(Refused):
                Bundle(target).close()

    def test_refuses_documents_that_do_not_agree(self) -> None:
        def put(name: str, change: Callable[[bytes], bytes]) -> Callable[[Draft], None]:
            def late(draft: Draft) -> None:
                def change_members(members: dict[str, bytes]) -> None:
                    made = {"manifest.json": draft.manifest.encode()} | members
                    members[name] = change(made[name])
                    self.assertNotEqual(members[name], made[name])
                draft.late = change_members
            return late

        def of(**changes: object) -> Callable[[Draft], None]:
            return lambda draft: [setattr(draft.manifest, n, v) for n, v in changes.items()] and None

        space = lambda b: b.replace(b",", b", ", 1)  # noqa: E731
        for name in ("manifest.json", "keyring.json"):
            self.refuses("notCanonical", 0, put(name, space))
        self.refuses("notCanonical", 2, lambda d: setattr(d.keyring_file, "revision", 0))
        self.refuses("authenticationFailed", 2, lambda d: setattr(d, "signer", OTHER))
        self.refuses("authenticationFailed", 2, lambda d: setattr(d.keyring_file, "revision", 2))
        keys = lambda d: setattr(d.keyring_file, "keys", d.keyring_file.keys[1:])  # noqa: E731
        self.refuses("mismatch", 2, keys)
        self.refuses("mismatch", 1, of(after=1))

    def test_refuses_manifests_of_another_instant(self) -> None:
        def of(**changes: object) -> Callable[[Draft], None]:
            return lambda draft: [setattr(draft.manifest, n, v) for n, v in changes.items()] and None

        for at in range(3):
            self.refuses("mismatch", at, of(epoch=2))
            self.refuses("mismatch", at, of(generation=99))
            if at == 2:
                self.refuses("mismatch", at, of(sequence=99))
            self.refuses("mismatch", at, of(instance=bytes(16)))
            self.refuses("mismatch", at, of(key=bytes(16)))
            self.refuses("mismatch", at, of(audit=bytes(32)))

    def test_falls_back_to_no_part_of_a_chain(self) -> None:
        for gone in range(2):
            paths = self.copy()
            paths[gone].unlink()
            if gone == 0:
                with self.assertRaises(Refused):
                    self.read(self.folder / "copy")
            else:
                found = bundles(self.folder / "copy")
                self.assertEqual([b.path for b in newest_chain(found)], paths[:1])
                [b.close() for b in found]

    def test_refuses_streams_that_are_sealed_rightly_and_wrong(self) -> None:
        def batch(d: Draft, kind: int, n: int = 0) -> s.Batch:
            return [b for b in d.batches if b.kind == kind][n]

        def reverse(kind: int) -> Callable[[Draft], None]:
            def change(d: Draft) -> None:
                b = next(b for b in d.batches if b.kind == kind and b.count > 1 and len(b.parts) == 1)
                found = [own + varint(0) * (kind in (4, 5)) for own, _ in entries(b)]
                b.parts[0] = (bytes(16), b"".join(found[::-1]))
            return change

        def drop(kind: int) -> Callable[[Draft], None]:
            def change(d: Draft) -> None:
                b = next(b for b in d.batches if b.kind == kind and len(b.parts) == 1)
                found = [own + varint(0) * (kind in (4, 5)) for own, _ in entries(b)]
                if len(found) == 1:
                    d.batches.remove(b)
                b.parts[0], b.count = (bytes(16), b"".join(found[:-1])), b.count - 1
            return change

        def end(**changes: object) -> Callable[[Draft], None]:
            return lambda d: setattr(d, "end", lambda e: replace(e, **changes))

        bad, wrong = "notCanonical", "mismatch"
        for kind, at in ((4, 0), (6, 2), (7, 0)):
            if kind != 6:
                self.refuses(bad, at, reverse(kind), sums=True)
        for kind, at in ((4, 0), (6, 0), (6, 2), (7, 0), (7, 2)):
            self.refuses(wrong, at, drop(kind), sums=True)
        self.refuses(wrong, 2, end(own_sum=5))
        self.refuses(wrong, 2, end(live_code=bytes(32)))
        self.refuses(wrong, 2, end(live=[1, 1, 1, 1, 0]))
        self.refuses("unknown", 2, end(live=[1, 1, 1, 1, 1]))
        self.refuses(bad, 0, lambda d: d.batches.pop(0))
        self.refuses(bad, 0, lambda d: d.batches.insert(1, d.batches[0]))
        self.refuses(bad, 0, lambda d: d.batches.insert(2, d.batches.pop(3)))
        self.refuses(wrong, 0, lambda d: d.batches.pop(1))
        for kind in (0, 10):
            of_kind = lambda d: d.batches.insert(-1, replace(d.batches[-1], kind=kind))  # noqa: E731
            self.refuses("unknown", 0, of_kind)
        keyless = lambda d: d.batches.insert(-1, s.Batch(s.CHUNKS, 0, 1, [(bytes(16), CHUNK)]))  # noqa: E731
        self.refuses(wrong, 0, keyless)
        no_end = lambda d: setattr(d, "piece", lambda b: b[:-16].ljust(len(b), b"\0") + bytes(16))  # noqa: E731
        self.refuses(bad, 0, no_end)
        tail = lambda d: setattr(d, "piece", lambda b: b + bytes(16))  # noqa: E731
        self.refuses(bad, 0, tail)
        self.refuses(bad, 0, lambda d: setattr(batch(d, 4), "collection", 0))
        self.refuses(wrong, 0, lambda d: setattr(batch(d, 4, -1), "collection", 77))
        self.refuses(bad, 0, lambda d: setattr(batch(d, 4), "count", 0))
        self.refuses(bad, 0, lambda d: setattr(batch(d, 4), "count", batch(d, 4).count - 1))
        self.refuses(bad, 0, lambda d: batch(d, 4).parts.append(batch(d, 4).parts[-1]))
        two = lambda d: batch(d, 4).parts.append((batch(d, 5).parts[-1][0], b"\1"))  # noqa: E731
        self.refuses(bad, 0, two)
        exchanged = lambda d: batch(d, 4).parts.insert(1, batch(d, 4).parts.pop(2))  # noqa: E731
        self.refuses(wrong, 0, exchanged, sums=True)
        ranges = lambda d: setattr(batch(d, 3), "parts", [(bytes(16), varint(1) + varint(99))])  # noqa: E731
        self.refuses(wrong, 2, ranges)
        touching = varint(1) + varint(1) + varint(2) + varint(1)

        def touch(d: Draft) -> None:
            batch(d, 3).parts, batch(d, 3).count = [(bytes(16), touching)], 2

        self.refuses(bad, 2, touch)


def forge(folder: Path) -> bool:
    """Leaves every chain that is sealed rightly and wrong in a folder, and sees it refused."""
    folder.mkdir()
    BundleTest.keep = folder
    names = ("test_refuses_streams_that_are_sealed_rightly_and_wrong",
             "test_refuses_manifests_of_another_instant")  # fmt: skip
    suite = unittest.TestSuite(BundleTest(name) for name in names)
    return unittest.TextTestRunner().run(suite).wasSuccessful()


if __name__ == "__main__":
    if sys.argv[1:]:
        sys.exit(not forge(Path(sys.argv[1])))
    sys.exit(not unittest.main(exit=False).result.wasSuccessful())
