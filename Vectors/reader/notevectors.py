"""Vectors for the notes of older versions (Docs/Format.md, section 11)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import primitives as p
import records as r
from make import NOW, Stream
from sealvectors import BASE, KEY, VAULT, Scenario, flip, turned


def note_scenarios() -> Iterator[Scenario]:
    """Area `note`."""
    sealed_row = BASE.draw(120)
    note = r.Note(17, NOW, r.REPLACED, p.sha256(sealed_row))

    def of(plain: bytes) -> dict:
        context = r.note_context(VAULT, 3, 5)
        sealed = Stream("note").seal(KEY, context, plain)
        return {"vault": VAULT.hex(), "key": KEY.hex(), "collection": 3, "hid": 5,
                "rowSeal": sealed_row.hex(), "context": context.hex(), "seal": sealed.hex(),
                "plain": plain.hex()}  # fmt: skip

    v = of(note.encode())
    yield "replaced", "a version that was written over", "success", v
    gone = replace(note, reason=r.DELETED)
    yield "deleted", "the last version of a deleted record", "success", of(gone.encode())
    yield "fault-tag", "one bit of the seal turned", "authenticationFailed", turned(v)
    yield "fault-hid", "the row has another number", "authenticationFailed", v | {"hid": 6}
    yield "fault-collection", "another collection", "authenticationFailed", v | {"collection": 4}
    other = flip(sealed_row, 0).hex()
    yield "fault-row", "the row has another seal", "mismatch", v | {"rowSeal": other}
    yield "fault-reason", "reason 3", "unknown", of(replace(note, reason=3).encode())
    yield "fault-change", "change 0", "notCanonical", of(replace(note, change=0).encode())
    yield "fault-trailing", "a byte after the end", "notCanonical", of(note.encode() + b"\0")
    yield "fault-cut", "half a digest", "notCanonical", of(note.encode()[:-16])
