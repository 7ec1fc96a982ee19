"""Makes a vault, reads it back, and then sees that altered copies of it are refused.

python3 Vectors/reader/selftest.py
"""

from __future__ import annotations

import random
import shutil
import sqlite3
import sys
import tempfile
import unittest
from dataclasses import replace
from pathlib import Path
from unittest import mock

import bundletest
import catalog
import chaintest
import checkvectors
import cuttest
import example
import filechecks
import filefaults
import filetest
import filevectors
import keys
import primitives
import published
import records
import values
from output import line, rfc3339
from encoding import Refused
from jsontext import parse, shortest, write
from make import Maker, Row
from keyring import WrongPassword
from reading import Reading
from vault import Vault

TABLES = {
    "meta": "num", "slot": "num", "dkey": "num", "cat": "num", "tomb": "seq", "audit": "num",
    "c_1": "rid", "c_2": "rid", "c_3": "rid", "h_1": "hid", "h_3": "hid",
}  # fmt: skip


def read(path: Path, password: str | None, recovery: str | None) -> list[str]:
    """Everything of a vault, as lines; raises where it is refused."""
    vault = Vault(path, password, recovery)
    try:
        return [line(c, record) for c, record in Reading(vault).everything()]
    finally:
        vault.database.close()


class SelfTest(unittest.TestCase):
    """One vault for all; every change is made to a copy."""

    @classmethod
    def setUpClass(cls) -> None:
        cls.folder = Path(tempfile.mkdtemp(prefix="coffer-selftest-"))
        cls.vault = cls.folder / "example.coffer"
        cls.maker = example.example()
        cls.recovery = cls.maker.write(cls.vault)
        cls.lines = read(cls.vault, None, cls.recovery)

    @classmethod
    def tearDownClass(cls) -> None:
        shutil.rmtree(cls.folder)

    def copy(self) -> Path:
        target = self.folder / "copy.coffer"
        shutil.rmtree(target, ignore_errors=True)
        shutil.copytree(self.vault, target)
        return target

    def altered(self, *sql: str | tuple) -> Path:
        """A copy in which statements were run."""
        copy = self.copy()
        database = sqlite3.connect(copy / "vault.sqlite", isolation_level=None)
        for one in sql:
            database.execute(*(one if isinstance(one, tuple) else (one,)))
        database.close()
        return copy

    def refuses(self, *sql: str | tuple) -> None:
        with self.assertRaises((Refused, WrongPassword), msg=str(sql)[:200]):
            read(self.altered(*sql), None, self.recovery)

    def test_reads_what_was_written(self) -> None:
        self.assertEqual(len(self.lines), sum(not row.ended for row in self.maker.rows))
        for row, text in zip([row for row in self.maker.rows if not row.ended], self.lines):
            c = self.maker.collections[row.collection - 1]
            wanted = [(f.name, row.values[f.number]) for f in c.fields
                      if f.number in row.values and f.number != c.overflow]  # fmt: skip
            wanted += row.values.get(c.overflow, ())
            found = dict(parse(text))
            self.assertEqual(write(found["fields"]), write(tuple(wanted)))
            self.assertEqual(found["version"].literal, str(row.revision))

    def test_reads_the_same_by_either_form_of_the_password(self) -> None:
        for password in (example.PASSWORD, example.SAME_PASSWORD):
            self.assertEqual(read(self.vault, password, None), self.lines)
        with self.assertRaises(WrongPassword):
            read(self.vault, "Zwolf Boxkampfer", None)

    def test_leaves_the_vault_as_it_was(self) -> None:
        before = {f.name: f.read_bytes() for f in self.vault.iterdir()}
        read(self.vault, None, self.recovery)
        self.assertEqual({f.name: f.read_bytes() for f in self.vault.iterdir()}, before)

    def test_the_same_seed_makes_the_same_vault(self) -> None:
        again = self.folder / "again.coffer"
        self.assertEqual(example.example().write(again), self.recovery)
        dumps = []
        for path in (self.vault, again):
            database = sqlite3.connect(path / "vault.sqlite")
            dumps.append(list(database.iterdump()))
            database.close()
        self.assertEqual(*dumps)

    def test_refuses_every_cell_with_a_bit_turned(self) -> None:
        database = sqlite3.connect(self.vault / "vault.sqlite")
        cells = 0
        for table, key in TABLES.items():
            cursor = database.execute(f"SELECT rowid, * FROM {table}")
            names = [d[0] for d in cursor.description][1:]
            for rowid, *row in cursor.fetchall():
                for name, value in zip(names, row):
                    if isinstance(value, bytes) and value:
                        for at in {0, len(value) // 2, len(value) - 1}:
                            changed = bytearray(value)
                            changed[at] ^= 1
                            update = f"UPDATE {table} SET {name} = ? WHERE rowid = ?"
                            self.refuses((update, (bytes(changed), rowid)))
                    elif isinstance(value, (int, float)):
                        update = f"UPDATE {table} SET {name} = {name} + 10 WHERE rowid = ?"
                        self.refuses((update, (rowid,)))
                    elif isinstance(value, str):
                        update = f"UPDATE {table} SET {name} = {name} || '.' WHERE rowid = ?"
                        self.refuses((update, (rowid,)))
                    if value is not None and name not in ("rid", "num", "seq", "id", "seal", "keys", "ver", "hid", "note"):
                        self.refuses((f"UPDATE {table} SET {name} = NULL WHERE rowid = ?", (rowid,)))
                    cells += 1
        database.close()
        self.assertGreater(cells, 150)

    def test_refuses_rows_taken_away_doubled_or_exchanged(self) -> None:
        for table, key in TABLES.items():
            self.refuses(f"DELETE FROM {table} WHERE rowid = (SELECT max(rowid) FROM {table})")
            self.refuses(f"DELETE FROM {table} WHERE rowid = (SELECT min(rowid) FROM {table})")
        for table in ("slot", "audit", "tomb", "cat"):
            others = ", ver" if table == "cat" else ""
            number = TABLES[table]
            self.refuses(f"INSERT INTO {table}({number}{others}, seal)"
                         f" SELECT {number} + 1000{others}, seal FROM {table} LIMIT 1")  # fmt: skip
        for one, two in ((1, 2), (2, 3)):
            exchange = f"UPDATE c_1 SET rid = CASE rid WHEN {one} THEN -1 ELSE {one} END WHERE rid IN ({one}, {two})"
            self.refuses(exchange, f"UPDATE c_1 SET rid = {two} WHERE rid = -1")
        self.refuses("UPDATE c_1 SET rid = 99 WHERE rid = 3")
        self.refuses("UPDATE c_1 SET f_3 = (SELECT f_1 FROM c_1 WHERE rid = 1) WHERE rid = 1")
        self.refuses("UPDATE c_1 SET f_1 = NULL, f_3 = f_1 WHERE rid = 3")

    def test_refuses_tables_that_must_be_empty(self) -> None:
        for table in ("job", "quar", "pack"):
            self.refuses(f"INSERT INTO {table} VALUES(1, x'00')")
        self.refuses("INSERT INTO chunk VALUES(x'00', x'00')")
        self.refuses("INSERT INTO h_2(hid, note, rid, id, seq, keys, seal)"
                     " SELECT 1, x'00', rid, id, seq, keys, seal FROM c_2 LIMIT 1")  # fmt: skip

    def test_refuses_another_schema(self) -> None:
        for sql in (
            "CREATE TABLE more(x)", "CREATE INDEX more ON meta(seal)", "DROP INDEX c_1_2",
            "CREATE VIEW v AS SELECT 1", "CREATE TRIGGER t AFTER INSERT ON meta BEGIN SELECT 1; END",
            "ALTER TABLE c_1 ADD COLUMN f_99 BLOB", "ALTER TABLE h_1 DROP COLUMN f_1",
            "PRAGMA user_version = 2", "PRAGMA application_id = 0",
        ):  # fmt: skip
            self.refuses(sql)

    def test_refuses_an_index_that_leaves_a_row_out(self) -> None:
        self.refuses("PRAGMA writable_schema = ON",
                     "UPDATE sqlite_schema SET rootpage = (SELECT rootpage FROM sqlite_schema"
                     " WHERE name = 'c_3_s') WHERE name = 'c_1_s'")  # fmt: skip

    def test_a_turned_byte_of_the_file_is_refused_or_means_nothing(self) -> None:
        whole = (self.vault / "vault.sqlite").read_bytes()
        copy = self.copy()
        choice = random.Random(1)
        refused = 0
        for _ in range(300):
            changed = bytearray(whole)
            changed[choice.randrange(len(whole))] ^= 1 << choice.randrange(8)
            (copy / "vault.sqlite").write_bytes(changed)
            try:
                self.assertEqual(read(copy, None, self.recovery), self.lines)
            except (Refused, WrongPassword, sqlite3.Error):
                refused += 1
        self.assertGreater(refused, 5)

    def test_refuses_what_is_sealed_rightly_and_wrong(self) -> None:
        class WrongIndex(Maker):
            def clear(self, c, f, value):  # noqa: ANN001, ANN202
                made = super().clear(c, f, value)
                return made[::-1] if f.name == "gold" and made else made

        class WrongPerson(Maker):
            def person(self, c, row):  # noqa: ANN001, ANN202
                return super().person(c, Row(1, {1: "somebody else", 3: "somebody else"}))

        class RevisionZero(Maker):
            def make_record(self, c, row, rid, seq):  # noqa: ANN001, ANN202
                return super().make_record(c, replace(row, revision=0), rid, seq)

        class SeqTwice(Maker):
            def make_record(self, c, row, rid, seq):  # noqa: ANN001, ANN202
                return super().make_record(c, row, rid, rid)

        cases = [(kind, None) for kind in (WrongIndex, WrongPerson, RevisionZero, SeqTwice)]
        missing = "4f9f506f1ed14fcfd136475869708192"
        for row in (
            Row(1, {1: "dora"}, bytes(16)),
            Row(1, {1: "dora", 9: (("email", "x"),)}),
            Row(1, {1: "dora", 9: ()}),
            Row(1, {1: "dora", 9: "x"}),
            Row(2, {1: "Lost", 3: "nobody there"}),
            Row(3, {2: f"{missing[:8]}-{missing[8:12]}-4fcf-d136-475869708192"}, b"x" * 16),
            Row(3, {2: missing}, b"x" * 16),
        ):
            cases.append((Maker, row))
        for number, (maker, row) in enumerate(cases):
            m = example.example()
            rows = m.rows + [row] * bool(row)
            wrong = maker(m.seed, m.password, m.collections, rows, m.tombs, m.acts)
            path = self.folder / f"wrong-{number}.coffer"
            try:
                recovery = wrong.write(path)
            except Refused:
                continue  # the writer has no way to make it
            with self.assertRaises(Refused, msg=str(row)):
                read(path, None, recovery)

    def test_refuses_an_audit_entry_that_names_another_before_it(self) -> None:
        path = self.folder / "chain.coffer"
        unchained = lambda num, previous, *more: records.Entry(num, bytes(32), *more)  # noqa: E731
        with mock.patch("make.r", mock.Mock(wraps=records, Entry=unchained)):
            recovery = example.example().write(path)
        with self.assertRaises(Refused):
            read(path, None, recovery)

    def test_refuses_a_row_sealed_anew_that_the_state_does_not_know(self) -> None:
        m = self.maker
        key = m.keys[0]
        context = keys.key_context(m.vault, m.root_id, key.num, key.who)
        sealed = primitives.seal(m.root, context, key.encode(), b"another salt, 24 bytes..")
        self.refuses(("UPDATE dkey SET seal = ? WHERE num = ?", (sealed, key.num)))
        collection = m.collections[0]
        context = catalog.catalog_context(m.vault, collection.number, 2)
        newer = replace(collection, version=2).encode()
        sealed = m.stream.seal(m.by_purpose[keys.CATALOG].key, context, newer)
        self.refuses(("INSERT INTO cat VALUES(?, 2, ?)", (collection.number, sealed)))

    def test_every_vector_is_as_expected(self) -> None:
        self.assertEqual(checkvectors.main(), 0)

    def test_bundles_are_read_and_altered_ones_refused(self) -> None:
        suite = unittest.defaultTestLoader.loadTestsFromModule(bundletest)
        self.assertTrue(unittest.TextTestRunner(stream=sys.stderr).run(suite).wasSuccessful())

    def test_files_are_read_and_altered_ones_refused(self) -> None:
        for module in (cuttest, filetest, filefaults, chaintest):
            suite = unittest.defaultTestLoader.loadTestsFromModule(module)
            self.assertTrue(unittest.TextTestRunner(stream=sys.stderr).run(suite).wasSuccessful())

    def test_every_vector_for_files_is_as_expected(self) -> None:
        ran = 0
        for area, name, v in filevectors.everything():
            self.assertEqual(filechecks.run(v), v["expect"], f"{area}/{name}")
            ran += 1
        self.assertEqual(ran, 87)

    def test_constructions_agree_with_published_vectors(self) -> None:
        if published.main() == 0:
            self.skipTest("no published vectors at hand")

    def test_doubles_are_written_in_their_one_form(self) -> None:
        for text in ("0.0", "-0.0", "1.0", "0.1", "100000.0", "1e+20", "0.0001", "1e-05", "1.5e-07",
                     "5e-324", "1.7976931348623157e+308", "9007199254740992.0",
                     "9.007199254740994e+15", "1e+16", "1000000000000000.0"):  # fmt: skip
            self.assertEqual(shortest(float(text)), text)
            plain = values.encode(parse(text))
            self.assertEqual((plain[0], values.decode(plain)), (values.DOUBLE, parse(text)))

    def test_times_are_written_in_utc(self) -> None:
        for time, text in ((0, "1970-01-01T00:00:00.000Z"), (-1, "1969-12-31T23:59:59.999Z"),
                           (951_782_400_000, "2000-02-29T00:00:00.000Z"),
                           (253_402_300_799_999, "9999-12-31T23:59:59.999Z")):  # fmt: skip
            self.assertEqual(rfc3339(time), text)


if __name__ == "__main__":
    sys.exit(not unittest.main(exit=False).result.wasSuccessful())
