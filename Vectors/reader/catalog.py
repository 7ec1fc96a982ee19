"""Definitions of collections and the tables they make (Docs/Format.md, sections 3, 8 and 9.1)."""

from __future__ import annotations

from dataclasses import dataclass, field

import jsontext
from encoding import (
    Cursor,
    ascending,
    bytes32,
    context,
    i64,
    mismatch,
    not_canonical,
    over_limit,
    text,
    u8,
    u16,
    u32,
    unknown,
    utf8,
)

LIMIT, FIELDS, NUMBERS = 4 << 20, 1_000, 2_040  # sections 15 and 8
INDEX, UNIQUE, PLAIN, REFERENCE = 1, 2, 4, 8
SELF = 65_535  # the record is the person, by its own key
SYSTEM = (
    ("meta", "num INTEGER PRIMARY KEY, seal BLOB NOT NULL"),
    ("slot", "num INTEGER PRIMARY KEY, seal BLOB NOT NULL"),
    ("dkey", "num INTEGER PRIMARY KEY, who BLOB UNIQUE, seal BLOB NOT NULL"),
    ("cat", "num INTEGER NOT NULL, ver INTEGER NOT NULL, seal BLOB NOT NULL, PRIMARY KEY(num, ver)"),
    ("tomb", "seq INTEGER PRIMARY KEY, seal BLOB NOT NULL"),
    ("audit", "num INTEGER PRIMARY KEY, seal BLOB NOT NULL"),
    ("job", "num INTEGER PRIMARY KEY, seal BLOB NOT NULL"),
    ("quar", "num INTEGER PRIMARY KEY, seal BLOB NOT NULL"),
    ("chunk", "name BLOB PRIMARY KEY, seal BLOB NOT NULL"),
    ("pack", "num INTEGER PRIMARY KEY, seal BLOB NOT NULL"),
)
Row = tuple[str, str, str, str | None]


@dataclass
class Field:
    """One field of a definition; the overflow field has no name."""

    number: int
    name: str
    scope: int = 0
    flags: int = 0
    column: int = 0
    target: int = 0
    on_delete: int = 0


@dataclass
class Collection:
    """A definition of section 8."""

    number: int
    version: int
    created: int
    name: str
    key_field: int
    scopes: int
    subject_field: int
    overflow: int
    fields: list[Field] = field(default_factory=list)
    columns: list[tuple[str, int]] = field(default_factory=list)
    schema: str = "{}"

    def encode(self) -> bytes:
        out = u32(self.number) + u32(self.version) + i64(self.created) + text(self.name)
        out += u16(self.key_field) + u8(self.scopes) + u16(self.subject_field) + u16(self.overflow)
        out += u16(len(self.fields))
        for f in self.fields:
            out += u16(f.number) + text(f.name) + u8(f.scope) + u8(f.flags) + u16(f.column)
            out += u32(f.target) + u8(f.on_delete)
        out += u16(len(self.columns))
        out += b"".join(letter.encode() + u16(number) for letter, number in self.columns)
        return out + bytes32(self.schema.encode())

    @classmethod
    def parse(cls, data: bytes) -> Collection:
        if len(data) > LIMIT:
            raise over_limit(f"a definition of {len(data)} bytes is over the limit of {LIMIT}")
        c = Cursor(data, "a definition")
        d = cls(c.u32(), c.u32(), c.i64(), c.text(), c.u16(), c.u8(), c.u16(), c.u16())
        d.fields = [
            Field(c.u16(), c.text(), c.u8(), c.u8(), c.u16(), c.u32(), c.u8())
            for _ in range(c.u16())
        ]
        d.columns = [(c.take(1).decode("latin-1"), c.u16()) for _ in range(c.u16())]
        d.schema = utf8(c.bytes32(), "a schema")
        c.end()
        d.check()
        return d

    def check(self) -> None:
        """Numbers, flags and columns against each other."""
        if not 1 <= self.number <= 65_535 or len(self.fields) > FIELDS + 1:
            raise over_limit(f"collection {self.number} with {len(self.fields)} fields is too much")
        numbers = [f.number for f in self.fields]
        ascending(numbers, "the fields of a definition")
        if any(not 1 <= n <= NUMBERS for n in numbers + [n for _, n in self.columns]):
            raise not_canonical(f"a field has a number outside 1 to {NUMBERS}")
        if self.overflow not in numbers or len(set(numbers) | {n for _, n in self.columns}) != len(self.columns):
            raise not_canonical("there is no overflow field, or a number is given twice")
        if self.scopes != (2 if self.subject_field else 1):
            raise not_canonical("a definition's scopes do not fit its subject")
        for f in self.fields:
            self.check_field(f)
        if self.key_field and self.key_field not in numbers:
            raise not_canonical("the key field is no field")
        if self.subject_field not in [0, SELF] + numbers:
            raise not_canonical("the subject field is no field")
        clear = [(self.letter(f), f.column) for f in self.fields if f.column]
        if sorted(self.columns) != sorted(clear + [("f", n) for n in numbers]):
            raise not_canonical("the columns of a definition are not those of its fields")
        jsontext.parse_canonical(self.schema)

    def check_field(self, f: Field) -> None:
        if f.scope >= self.scopes:
            raise not_canonical("a field has a scope that its collection has not")
        if f.flags > 15 or f.on_delete > 2:
            raise unknown(f"field {f.number} has flags {f.flags}, on delete {f.on_delete}")
        if (f.flags & ~UNIQUE) not in (0, INDEX, PLAIN, REFERENCE) or f.flags == UNIQUE:
            raise not_canonical("a field's flags do not fit each other")
        if bool(f.flags) != bool(f.column) or bool(f.flags & REFERENCE) != bool(f.target):
            raise not_canonical("a field's flags, column and target do not fit")
        if f.on_delete and not f.target or f.flags & PLAIN and f.scope:
            raise not_canonical("a field's flags do not fit its scope or target")
        if (f.number == self.overflow) != (not f.name) or not f.name and f.scope != self.scopes - 1:
            raise not_canonical("the overflow field is not what the definition says")

    @property
    def is_own(self) -> bool:
        """Whether it holds what Coffer notes about itself."""
        return self.name.startswith("coffer:")

    def letter(self, f: Field) -> str:
        """Which kind of clear column a field has."""
        return "r" if f.flags & (REFERENCE | PLAIN) else "x"

    def field(self, number: int) -> Field | None:
        return next((f for f in self.fields if f.number == number), None)

    def of_column(self, number: int) -> Field:
        return next(f for f in self.fields if f.column == number)


def catalog_context(vault: bytes, num: int, ver: int) -> bytes:
    return context("coffer/v1/catalog", vault, u32(num), u32(ver))


def expected_schema(collections: list[Collection], with_history: set[int]) -> set[Row]:
    """Every row of `sqlite_schema` as (type, name, tbl_name, sql)."""
    rows: set[Row] = {("table", n, n, f"CREATE TABLE {n}({columns})") for n, columns in SYSTEM}
    for name in ("dkey", "cat", "chunk"):
        rows.add(("index", f"sqlite_autoindex_{name}_1", name, None))
    for collection in collections:
        rows |= set(statements(collection, collection.number in with_history))
        name = f"c_{collection.number}"
        rows.add(("index", f"sqlite_autoindex_{name}_1", name, None))
    return rows


def statements(d: Collection, has_history: bool = False) -> list[Row]:
    """The tables and indexes of one collection, in the order in which they are made."""
    c, h = f"c_{d.number}", f"h_{d.number}"
    fixed = "id BLOB NOT NULL{}, seq INTEGER NOT NULL, keys BLOB NOT NULL, seal BLOB NOT NULL"
    current, old, indexes = [], [], []
    for letter, number in d.columns:
        column, kind = f"{letter}_{number}", " BLOB"
        reference = ""
        if letter in "rx":
            f = d.of_column(number)
            unique = "UNIQUE " if f.flags & UNIQUE else ""
            sql = f"CREATE {unique}INDEX {c}_{number} ON {c}({column})"
            indexes.append(("index", f"{c}_{number}", c, sql))
            if f.flags & REFERENCE:
                reference = f" REFERENCES c_{f.target}(id) DEFERRABLE INITIALLY DEFERRED"
            elif letter == "r":
                kind = ""
        current.append(f", {column}{kind}{reference}")
        old.append(f", {column}{kind}")
    head = f"CREATE TABLE {c}(rid INTEGER PRIMARY KEY, {fixed.format(' UNIQUE')}"
    past = f"CREATE TABLE {h}(hid INTEGER PRIMARY KEY, note BLOB NOT NULL, rid INTEGER NOT NULL, "
    return [
        ("table", c, c, head + "".join(current) + ")"),
        ("table", h, h, past + fixed.format("") + "".join(old) + ")"),
        ("index", f"{c}_s", c, f"CREATE UNIQUE INDEX {c}_s ON {c}(seq)"),
        *([("index", f"{h}_i", h, f"CREATE INDEX {h}_i ON {h}(id)")] if has_history else []),
        *indexes,
    ]


def newest(versions: dict[tuple[int, int], Collection]) -> list[Collection]:
    """The version in force of each collection; versions run from 1 without gaps."""
    latest: dict[int, Collection] = {}
    for (num, ver), d in sorted(versions.items()):
        if (d.number, d.version) != (num, ver):
            raise mismatch(f"the catalog's row {num}, {ver} holds another definition")
        if ver != (latest[num].version + 1 if num in latest else 1):
            raise mismatch(f"a version of collection {num} is missing")
        latest[num] = d
    names = [d.name for d in latest.values()]
    if len(set(names)) != len(names):
        raise mismatch("two collections have one name")
    return list(latest.values())
