"""A small vault with one of everything that the format has in this release."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from catalog import INDEX, PLAIN, REFERENCE, SELF, UNIQUE, Collection, Field
from jsontext import Number, write
from make import NOW, Maker, Row
from records import DELETED, REPLACED, Tombstone

PASSWORD = "Zw\u00f6lf Boxk\u00e4mpfer"  # as a keyboard writes it; NFC already
SAME_PASSWORD = "Zwo\u0308lf Boxka\u0308mpfer"  # decomposed: the same password


def collections() -> list[Collection]:
    """Players (persons), characters that refer to them, and notes without a key."""
    players = Collection(1, 1, NOW, "players", 1, 2, SELF, 9)
    players.fields = [
        Field(1, "handle", 0, INDEX | UNIQUE, 2),
        Field(3, "email", 1, INDEX, 4),
        Field(5, "birthday", 1),
        Field(6, "level", 0, PLAIN, 7),
        Field(8, "address", 1),
        Field(9, "", 1),
    ]
    characters = Collection(2, 1, NOW, "characters", 1, 2, 3, 10)
    characters.fields = [
        Field(1, "name", 0, INDEX | UNIQUE, 2),
        Field(3, "player", 0, REFERENCE, 4, 1, 2),
        Field(5, "stats", 0),
        Field(6, "gold", 0, INDEX, 7),
        Field(8, "secret", 1),
        Field(10, "", 1),
    ]
    notes = Collection(3, 1, NOW, "notes", 0, 1, 0, 5)
    notes.fields = [
        Field(1, "text"),
        Field(2, "about", 0, REFERENCE, 3, 3, 1),
        Field(4, "rating", 0, PLAIN, 6),
        Field(5, ""),
    ]
    for c in (players, characters, notes):
        clear = [("r" if f.flags & (REFERENCE | PLAIN) else "x", f.column) for f in c.fields]
        c.columns = [x for x in clear if x[1]] + [("f", f.number) for f in c.fields]
        c.schema = write(schema(c))
    return [players, characters, notes]


TYPES = {
    "handle": "string", "email": ["string", "null"], "level": ["number", "null"], "name": "string",
    "player": ["string", "null"], "gold": "number", "about": ["string", "null"],
    "rating": ["boolean", "string", "null"],
}  # fmt: skip
ON_DELETE = ("restrict", "cascade", "clear")


def schema(c: Collection) -> tuple:
    """The JSON Schema that says of a collection what its definition says."""
    properties = []
    for f in c.fields[:-1]:
        said: list = [("type", TYPES[f.name])] if f.name in TYPES else []
        if f.flags & INDEX:
            said.append(("coffer:index", True))
        if f.flags & UNIQUE:
            said.append(("coffer:unique", True))
        if f.flags & PLAIN:
            said.append(("coffer:plain", True))
        if f.flags & REFERENCE:
            said.append(("coffer:references", ("", "players", "characters", "notes")[f.target]))
            said.append(("coffer:on-delete", ON_DELETE[f.on_delete]))
        if f.scope:
            said.append(("coffer:personal", (("category", "contact"),)))
        properties.append((f.name, tuple(said)))
    out: list = [("title", c.name), ("type", "object")]
    if c.subject_field:
        number = c.key_field if c.subject_field == SELF else c.subject_field
        out.append(("coffer:subject", c.field(number).name))
    return *out, ("properties", tuple(properties))


def rows() -> list[Row]:
    """Records with every kind of value, absent fields, JSON null and overflow."""
    first = bytes.fromhex("0b5c1f3e7a9d4c8e9f20314253647586")
    second = bytes.fromhex("1c6d2f4e8bae4d9fa031425364758697")
    reference = "0B5C1F3E-7A9D-4C8E-9F20-314253647586"
    long = "The ferry leaves at dawn. " * 200
    return [
        Row(1, {1: "anna", 3: "anna@example.org", 5: "1990-02-28", 6: Number("12"), 9: (
            ("shoe", Number("42.50")), ("tags", ["a", None, True, ()]), ("", "empty name"))}),
        Row(1, {1: "bj\u00f6rn", 3: None, 6: Number("1.5"), 8: (("street", "\u00d8vre \"1\"\n"),)}, revision=3),
        Row(1, {1: "chlo\u00e9", 6: Number("1e400")}),
        Row(1, {1: "anna", 3: "anna@old.example"}, ended=REPLACED),
        Row(3, {1: long}, bytes.fromhex("3e8f405f0dc04fbfc253647586970819"), ended=DELETED),
        Row(2, {1: "Ser Odo", 3: "anna", 5: [Number("1"), Number("1.0"), Number("1e2"), Number("-0")],
                6: Number("9223372036854775807"), 8: "was the spy"}),
        Row(2, {1: "Nameless", 5: long, 6: Number("9223372036854775808"), 8: "under the vault key"}),
        Row(2, {1: "Twin", 3: "anna", 6: Number("0.1"), 10: (("note", "\u0007\u007f\u2028"),)}),
        Row(3, {1: long, 4: True}, first),
        Row(3, {1: "", 2: reference, 4: "\u2603"}, second),
        Row(3, {2: None, 4: None}, bytes.fromhex("2d7e3f5e9cbf4eafb142536475869708")),
    ]  # fmt: skip


def example(seed: str = "coffer/v1 example") -> Maker:
    """The vault, not yet written."""
    gone = Tombstone(3, bytes.fromhex("3e8f405f0dc04fbfc253647586970819"), NOW, 2)
    acts = [("init", []), ("add", [("collection", "players"), ("count", "3")]), ("delete", [])]
    return Maker(seed, PASSWORD, collections(), rows(), [gone], acts)


def main() -> int:
    """python3 Vectors/reader/example.py FOLDER: the vault, its secrets, and what is to be read."""
    folder = Path(sys.argv[1])
    os.makedirs(folder, mode=0o700)
    recovery = example().write(folder / "example.coffer")
    (folder / "password").write_text(PASSWORD + "\n")
    (folder / "recovery-key").write_text(recovery + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
