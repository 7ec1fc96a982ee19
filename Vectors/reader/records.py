"""Sealing of records, tombstones and audit entries (Docs/Format.md, sections 9.2, 11 and 12)."""

from __future__ import annotations

import struct
from dataclasses import dataclass

import primitives as p
from encoding import (
    Cursor,
    context,
    i64,
    mismatch,
    not_canonical,
    over_limit,
    text,
    u8,
    u16,
    u32,
    u64,
    unknown,
)

SALT = 24  # R
REPLACED, DELETED = 1, 2  # reasons of a note
AUDIT_LIMIT = 64 * 1_024  # section 15
Clear = int | float | str | bytes


@dataclass
class Header:
    """What is sealed as field 0."""

    created: int
    modified: int
    device: bytes
    revision: int
    present: list[int]

    def encode(self) -> bytes:
        return (
            i64(self.created) + i64(self.modified) + self.device + u64(self.revision)
        ) + bitmap(self.present)

    @classmethod
    def parse(cls, data: bytes) -> Header:
        c = Cursor(data, "a record's header")
        h = cls(c.i64(), c.i64(), c.id(), c.u64(), [])
        bits = c.take(c.u8())
        c.end()
        if bits.endswith(b"\0"):
            raise not_canonical("a bitmap ends in a zero byte")
        h.present = [8 * at + bit + 1 for at, b in enumerate(bits) for bit in range(8) if b >> bit & 1]
        return h


def bitmap(present: list[int]) -> bytes:
    """u8 length ‖ one bit per field present."""
    bits = bytearray((max(present) + 7) // 8 if present else 0)
    for i in present:
        bits[(i - 1) // 8] |= 1 << (i - 1) % 8
    return u8(len(bits)) + bytes(bits)


def clear_columns(columns: dict[int, Clear | None]) -> list[bytes]:
    """The clear columns that are not NULL, ascending by number."""
    out = []
    for number, value in sorted(columns.items()):
        match value:
            case None:
                continue
            case bytes():
                kind, content = 1, value
            case int():
                kind, content = 2, i64(value)
            case float():
                kind, content = 3, struct.pack(">d", value)
            case str():
                kind, content = 4, value.encode()
        out.append(u16(number) + u8(kind) + u32(len(content)) + content)
    return out


def nonce(r: bytes, i: int) -> bytes:
    """N(i)."""
    return r[:22] + u16(int.from_bytes(r[22:], "big") ^ i)


@dataclass
class Place:
    """Where a record stands; every part of it is bound by the seal."""

    vault: bytes
    collection: int
    rid: int
    id: bytes
    seq: int
    keys: list[int]

    def prefix(self, label: bytes, i: int) -> bytes:
        return label + self.vault + u32(self.collection) + self.id + u16(i)

    def field_aad(self, i: int) -> bytes:
        return self.prefix(b"coffer/v1/field", i)

    def header_aad(self, clear: dict[int, Clear | None], tags: dict[int, bytes]) -> bytes:
        columns = clear_columns(clear)
        out = self.prefix(b"coffer/v1/header", 0) + i64(self.rid) + u64(self.seq)
        out += u16(len(self.keys)) + self.key_column()
        out += u16(len(columns)) + b"".join(columns)
        return out + u16(len(tags)) + b"".join(u16(i) + tag for i, tag in sorted(tags.items()))

    def key_column(self) -> bytes:
        """The column `keys`."""
        return b"".join(map(u32, self.keys))


def seal_record(
    place: Place,
    r: bytes,
    sealers: list[p.XAES],
    header: Header,
    scopes: dict[int, int],
    plains: dict[int, bytes],
    clear: dict[int, Clear | None],
) -> tuple[bytes, dict[int, bytes]]:
    """The column `seal` and the columns f_<i>; `scopes` says under which sealer a field is."""
    tags, columns = {}, {}
    for i, plain in sorted(plains.items()):
        sealed = sealers[scopes[i]].seal(nonce(r, i), place.field_aad(i), plain)
        columns[i], tags[i] = sealed[:-p.TAG], sealed[-p.TAG :]
    head = sealers[0].seal(nonce(r, 0), place.header_aad(clear, tags), header.encode())
    return r + head + b"".join(tags[i] for i in sorted(tags)), columns


def open_header(
    place: Place, sealer: p.XAES, sealed: bytes, present: list[int], clear: dict[int, Clear | None]
) -> tuple[bytes, Header, dict[int, bytes]]:
    """R, header and field tags; `present` are the columns f_<i> that are not NULL."""
    what = f"record {place.rid} of collection {place.collection}"
    end = len(sealed) - p.TAG * len(present)
    if end < SALT + p.TAG + 41:
        raise not_canonical(f"{what} has another number of tags than of fields")
    r = sealed[:SALT]
    tags = {i: sealed[end + p.TAG * n :][: p.TAG] for n, i in enumerate(sorted(present))}
    plain = sealer.open(nonce(r, 0), place.header_aad(clear, tags), sealed[SALT:end], what)
    header = Header.parse(plain)
    if header.present != sorted(present):
        raise mismatch(f"{what} has other fields than its header says")
    if not header.revision:
        raise not_canonical(f"{what} has revision 0")
    return r, header, tags


def open_field(place: Place, sealer: p.XAES, r: bytes, i: int, sealed: bytes, tag: bytes) -> bytes:
    """The plaintext of one field; only for a record whose header was opened."""
    what = f"field {i} of record {place.rid} of collection {place.collection}"
    return sealer.open(nonce(r, i), place.field_aad(i), sealed + tag, what)


def tomb_context(vault: bytes, seq: int) -> bytes:
    return context("coffer/v1/tomb", vault, u64(seq))


@dataclass
class Tombstone:
    """A deleted record (section 11)."""

    collection: int
    id: bytes
    time: int
    revision: int

    def encode(self) -> bytes:
        return u32(self.collection) + self.id + i64(self.time) + u64(self.revision)

    @classmethod
    def parse(cls, data: bytes) -> Tombstone:
        c = Cursor(data, "a tombstone")
        tomb = cls(c.u32(), c.id(), c.i64(), c.u64())
        c.end()
        return tomb


def note_context(vault: bytes, collection: int, hid: int) -> bytes:
    return context("coffer/v1/note", vault, u32(collection), u64(hid))


@dataclass
class Note:
    """Why and when a version went into the history (section 11)."""

    change: int
    time: int
    reason: int
    digest: bytes

    def encode(self) -> bytes:
        return u64(self.change) + i64(self.time) + u8(self.reason) + self.digest

    @classmethod
    def parse(cls, data: bytes) -> Note:
        c = Cursor(data, "a note")
        note = cls(c.u64(), c.i64(), c.u8(), c.take(32))
        c.end()
        if note.reason not in (REPLACED, DELETED):
            raise unknown(f"a note has reason {note.reason}")
        if not note.change:
            raise not_canonical("a note has change 0")
        return note


def audit_context(vault: bytes, num: int) -> bytes:
    return context("coffer/v1/audit", vault, u64(num))


def next_head(head: bytes, sealed: bytes) -> bytes:
    """The audit head after a row (section 12)."""
    return p.sha256(context("coffer/v1/audit-head", head, sealed))


@dataclass
class Entry:
    """One entry of the audit log."""

    num: int
    previous: bytes
    time: int
    act: str
    details: list[tuple[str, str]]

    def encode(self) -> bytes:
        out = u64(self.num) + self.previous + i64(self.time) + text(self.act)
        out += u16(len(self.details))
        return out + b"".join(text(name) + text(value) for name, value in self.details)

    @classmethod
    def parse(cls, data: bytes) -> Entry:
        if len(data) > AUDIT_LIMIT:
            raise over_limit(f"an audit entry of {len(data)} bytes is over {AUDIT_LIMIT}")
        c = Cursor(data, "an audit entry")
        entry = cls(c.u64(), c.take(32), c.i64(), c.text(), [])
        entry.details = [(c.text(), c.text()) for _ in range(c.u16())]
        c.end()
        return entry
