"""What the tests of vaults with files share: one vault, copies of it, and others that are made wrong."""

from __future__ import annotations

import copy
import shutil
import sqlite3
import tempfile
import unittest
from collections.abc import Callable
from pathlib import Path
from uuid import UUID

from encoding import Refused
from makefiles import FileMaker, PackDraft, library
from reading import Reading
from vault import Vault

Change = Callable[[FileMaker], object]


class FileCase(unittest.TestCase):
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
