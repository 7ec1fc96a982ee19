"""What holds of every record, wherever it is read from (Docs/Format.md, sections 6, 8, 9.3, 9.4, 11)."""

from __future__ import annotations

import struct
from dataclasses import dataclass
from uuid import UUID

import values
from catalog import PLAIN, REFERENCE, SELF, Collection, Field
from encoding import mismatch, not_canonical
from jsontext import Number, write
from keyring import Keyring
from records import Clear, Header, Place


@dataclass
class Record:
    """A record with its values by field number; `who` is the person under whose key it is."""

    place: Place
    header: Header
    values: dict[int, object]
    who: bytes = b""


class Rules:
    """The rules of one catalog under the keys of its vault."""

    def __init__(self, keyring: Keyring, collections: list[Collection]) -> None:
        self.keyring = keyring
        self.collections = {c.number: c for c in collections}

    def overflow(self, c: Collection, record: Record, what: str, older: bool) -> None:
        """Section 8: an object of properties that the schema does not name; section 11: or did not."""
        if c.overflow not in record.values:
            return
        members = record.values[c.overflow]
        if not isinstance(members, tuple) or not members:
            raise not_canonical(f"{what} has an overflow field that is no object with members")
        named = {f.name for f in c.fields if f.name and (not older or f.number in record.values)}
        if {name for name, _ in members} & named:
            raise mismatch(f"{what} has a property twice")

    def wanted(self, c: Collection, f: Field, value: object) -> list[Clear | None]:
        """What a clear column may hold: a blind index is under the active key or a retiring one."""
        if value is not None and not f.flags & (REFERENCE | PLAIN):
            return [values.index(key, c.number, f.number, value) for key in self.keyring.index_keys]
        return [self.derived(f, value)]

    def derived(self, f: Field, value: object) -> Clear | None:
        """What the clear column of a reference or a plain field must hold."""
        if value is None:
            return None
        if f.flags & REFERENCE:
            target = self.collections.get(f.target)
            if target is None:
                raise mismatch(f"field {f.number} refers to a collection that is not there")
            if target.key_field:
                return values.record_id(self.keyring.naming_key, f.target, value)
            return uuid_bytes(value)
        return plain_value(value)

    def names(self, c: Collection, record: Record, what: str) -> None:
        """Derived ids (section 9.4)."""
        key = record.values.get(c.key_field)
        if key is not None:
            if values.record_id(self.keyring.naming_key, c.number, key) != record.place.id:
                raise mismatch(f"{what} has an id that is not its key's")

    def person(self, c: Collection, record: Record, what: str) -> None:
        """The person whose key a record is under is the one that it names (sections 6 and 9.2)."""
        if c.scopes == 2:
            own = c.key_field or str(UUID(bytes=record.place.id))
            who = own if c.subject_field == SELF else c.subject_field
            if isinstance(who, int):
                who = record.values.get(who)
            wanted = b"" if who is None else values.subject_id(self.keyring.naming_key, who)
            if record.who != wanted:
                raise mismatch(f"{what} is under the key of another person")


def bits(value: Clear | None) -> object:
    """A clear value for comparison, in which -0.0 is not 0.0."""
    return struct.pack(">d", value) if isinstance(value, float) else value


def uuid_bytes(value: object) -> bytes:
    """The id that a reference to a collection without a key field names."""
    try:
        if isinstance(value, str) and len(value) == 36:
            return UUID(value).bytes
    except ValueError:
        pass
    raise not_canonical("a reference holds no UUID")


def plain_value(value: object) -> Clear:
    """A plain field's value as its column holds it."""
    match value:
        case bool():
            return int(value)
        case Number():
            tag, _ = values.body(value)
            if tag == values.INTEGER:
                return int(value.literal)
            return float(value.literal) if tag == values.DOUBLE else value.literal
        case str() | bytes():
            return value
    return write(value)
