"""Everything that a vault holds, as lines of JSON that can be compared (Docs/Format.md, 7 to 12).

The lines say the same of a vault and of a chain of bundles, whatever either is sealed under: state
without its sums, definitions, keys, records with every value by its tag, older versions,
tombstones, and the audit log.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from uuid import UUID

import values
from catalog import Collection
from files import Chunks, File
from jsontext import write
from keyring import Keyring
from output import json_value
from primitives import sha256
from records import Entry, Note, Tombstone
from rules import Record
from state import State


@dataclass
class Contents:
    """What was read; all of it was checked."""

    vault: bytes
    state: State
    keyring: Keyring
    versions: dict[tuple[int, int], Collection]
    records: list[Record] = field(default_factory=list)
    older: list[tuple[int, Note, Record]] = field(default_factory=list)
    tombs: list[tuple[int, Tombstone]] = field(default_factory=list)
    audit: list[tuple[int, bytes, Entry]] = field(default_factory=list)
    files: list[File] = field(default_factory=list)
    store: Chunks | None = None
    without_chunks: bool = False  # a safety bundle: its files are somewhere else

    def lines(self) -> Iterator[str]:
        """One JSON object a line, always in one order."""
        yield line("standing", vault=ident(self.vault), **standing(self.state))
        for (_, _), d in sorted(self.versions.items()):
            yield line("definition", collection=d.number, version=d.version, name=d.name,
                       created=d.created, sha256=sha256(d.encode()).hex())  # fmt: skip
        for number, key in sorted(self.keyring.keys.items()):
            yield line("key", number=number, id=ident(key.id), purpose=key.purpose, state=key.state,
                       created=key.created, who=key.who.hex())  # fmt: skip
        for record in sorted(self.records, key=lambda r: (r.place.collection, r.place.rid)):
            yield line("record", **self.record(record))
        for hid, note, record in sorted(self.older, key=lambda o: (o[2].place.collection, o[0])):
            yield line("older", hid=hid, change=note.change, time=note.time, reason=note.reason,
                       **self.record(record))  # fmt: skip
        for seq, tomb in sorted(self.tombs, key=lambda t: t[0]):
            yield line("tombstone", seq=seq, collection=tomb.collection, id=ident(tomb.id),
                       time=tomb.time, revision=tomb.revision)  # fmt: skip
        for num, seal, entry in self.audit:
            details = [[name, value] for name, value in entry.details]
            yield line("audit", num=num, time=entry.time, act=entry.act, details=details,
                       sha256=sha256(seal).hex())  # fmt: skip

    def record(self, record: Record) -> dict:
        """A version of a record; `person` is the one under whose key it is."""
        place, header = record.place, record.header
        fields = []
        for i, value in sorted(record.values.items()):
            tag, _ = values.body(value)
            fields.append([i, tag, Raw(write(json_value(value)))])
        return {"collection": place.collection, "rid": place.rid, "id": ident(place.id),
                "seq": place.seq, "created": header.created, "modified": header.modified,
                "device": ident(header.device), "revision": header.revision,
                "person": record.who.hex() or None, "fields": fields}  # fmt: skip


def standing(s: State) -> dict:
    """The state without what only the tables of a vault have."""
    return {
        "instance": ident(s.instance), "epoch": s.epoch, "reason": s.reason,
        "generation": s.generation, "seq": s.seq, "change": s.change,
        "nextAudit": s.next_audit, "auditHead": s.audit_head.hex(),
        "nextCollection": s.next_collection, "nextKey": s.next_key, "nextSlot": s.next_slot,
        "historyDays": s.days, "historyVersions": s.versions,
        "counters": [[n.collection, n.field, n.history] for n in s.counters],
        "devices": [[ident(device), generation] for device, generation in s.devices],
    }  # fmt: skip


class Raw(str):
    """JSON text that is already written; numbers as they were stored."""


def ident(b: bytes) -> str:
    return str(UUID(bytes=b))


def line(kind: str, **members: object) -> str:
    return text({"kind": kind} | members)


def text(value: object) -> str:
    """JSON text of plain values and raw parts."""
    match value:
        case Raw():
            return str(value)
        case dict():
            return "{" + ",".join(f"{text(k)}:{text(v)}" for k, v in value.items()) + "}"
        case list():
            return "[" + ",".join(map(text, value)) + "]"
        case str():
            return write(value)
    return json.dumps(value)
