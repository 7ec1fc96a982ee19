"""The stream of a bundle: segments, batches, parts and entries (Docs/Format.md, section 19)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import primitives as p
import values
from encoding import Cursor, ascending, bytes32, i64, mismatch, not_canonical, u8, u16, u32, u64, unknown, varint
from state import DEVICES, Counters, State, over_limit

PIECE = 4_194_304
PART_LIMIT, PART_MORE = 1_140_850_688, 64  # section 19.1
STANDING, DEFINITIONS, RANGES, RECORDS, HISTORY, TOMBSTONES, AUDIT, CHUNKS, END = range(1, 10)
OF_COLLECTION = (RANGES, RECORDS, HISTORY)
COUNTED = (RECORDS, HISTORY, TOMBSTONES, AUDIT, CHUNKS)  # in the order of the end's counts
AS_IT_IS, ZSTD = 0, 1


@dataclass
class Batch:
    """A batch whose parts are open: the vault's own first."""

    kind: int
    collection: int
    count: int
    parts: list[tuple[bytes, bytes]]
    at: int = 0  # where in the stream the last part's stored bytes begin


class Pieces:
    """The stream over its segments, opened one after the other."""

    def __init__(self, pieces: Iterator[bytes]) -> None:
        self.pieces = pieces
        self.left = b""
        self.last = 0  # the length of the newest piece
        self.at = 0  # how much was taken

    def take(self, count: int) -> bytes:
        self.at += count
        out = []
        while count > len(self.left):
            out.append(self.left)
            count -= len(self.left)
            self.left = self._next()
        out.append(self.left[:count])
        self.left = self.left[count:]
        return b"".join(out)

    def _next(self) -> bytes:
        if self.last not in (0, PIECE):
            raise not_canonical("the stream is cut short, or a piece that is not the last is short")
        piece = next(self.pieces, None)
        if piece is None:
            raise not_canonical("the stream is cut short")
        self.last = len(piece)
        if not 0 < self.last <= PIECE:
            raise not_canonical("a piece of the stream is empty or too long")
        return piece

    def end(self) -> None:
        """After the last batch: only zeros, and as many as the padding asks for."""
        used = self.last - len(self.left)
        if any(self.left) or self.last != values.padded_length(used):
            raise not_canonical("the stream is not padded as the format says")
        if next(self.pieces, None) is not None:
            raise not_canonical("there are segments after the stream's end")


def batches(pieces: Pieces, open_part: Callable[[int, int, bytes, bytes], bytes]) -> Iterator[Batch]:
    """All batches in their order, the last of them the end."""
    before = (0, 0)
    while before[0] != END:
        c = Cursor(pieces.take(13), "a batch")
        kind, collection, count, parts = c.u8(), c.u32(), c.u32(), c.u32()
        if kind not in (*COUNTED, STANDING, DEFINITIONS, RANGES, END):
            raise unknown(f"there is a batch of kind {kind}")
        if (collection != 0) != (kind in OF_COLLECTION):
            raise not_canonical(f"a batch of kind {kind} has collection {collection}")
        if not count or not 0 < parts <= count + 1:
            raise not_canonical(f"a batch has {count} entries and {parts} parts")
        again = (kind, collection) == before and kind not in (STANDING, RANGES, END)
        if not again and (kind, collection) <= before:
            raise not_canonical(f"a batch of kind {kind} does not stand where it must")
        if before == (0, 0) and kind != STANDING:
            raise not_canonical("the stream does not begin with the standing")
        if parts > 1 and kind not in (RECORDS, HISTORY):
            raise not_canonical(f"a batch of kind {kind} has parts of persons")
        found = [part(pieces, kind, collection, open_part) for _ in range(parts)]
        keys = [key for key, _ in found]
        if keys[0] != bytes(16) or bytes(16) in keys[1:] or len(set(keys)) != parts:
            raise not_canonical("a batch has a part of the wrong key, or two of one person")
        before = (kind, collection)
        yield Batch(kind, collection, count, found, pieces.at - len(found[-1][1]))
    pieces.end()


def part(
    pieces: Pieces, kind: int, collection: int, open_part: Callable[[int, int, bytes, bytes], bytes]
) -> tuple[bytes, bytes]:
    c = Cursor(pieces.take(25), "a part")
    key, coding, plain, stored = c.id(), c.u8(), c.u32(), c.u32()
    if plain > PART_LIMIT or stored > plain + PART_MORE:
        raise over_limit(f"a part has {plain} bytes, {stored} of them stored")
    content = pieces.take(stored)
    if key != bytes(16):
        content = open_part(kind, collection, key, content)
    if coding == ZSTD and kind == CHUNKS:
        raise not_canonical("a batch of chunks is compressed")
    if coding == ZSTD:
        return key, values.one_frame(content, plain)
    if coding != AS_IT_IS:
        raise unknown(f"a part has the coding {coding}")
    if plain != len(content):
        raise not_canonical("a part states another length than it has")
    return key, content


def part_aad(vault: bytes, bundle: bytes, kind: int, collection: int, key: bytes) -> bytes:
    return b"coffer/v1/part" + vault + bundle + u8(kind) + u32(collection) + key


def encode_part(key: bytes, coding: int, plain: int, stored: bytes) -> bytes:
    return key + u8(coding) + u32(plain) + u32(len(stored)) + stored


def encode_batch(kind: int, collection: int, count: int, parts: list[bytes]) -> bytes:
    return u8(kind) + u32(collection) + u32(count) + u32(len(parts)) + b"".join(parts)


def encode_standing(s: State) -> bytes:
    out = u64(s.epoch) + u8(s.reason) + u64(s.generation) + u64(s.seq) + u64(s.change)
    out += s.instance + u64(s.next_audit) + s.audit_head
    out += u32(s.next_collection) + u32(s.next_key) + u32(s.next_slot) + u16(s.days) + u16(s.versions)
    out += u16(len(s.counters))
    out += b"".join(u32(n.collection) + u16(n.field) + u64(n.history) for n in s.counters)
    return out + u16(len(s.devices)) + b"".join(d + u64(g) for d, g in s.devices)


def parse_standing(c: Cursor) -> State:
    """The entry of kind 1, as a state without what only a vault's tables have."""
    s = State(c.u64(), c.u8(), c.u64(), c.u64(), c.u64(), c.id(), c.u64(), c.take(32),
              c.u32(), c.u32(), c.u32(), c.u16(), c.u16())  # fmt: skip
    s.counters = [Counters(c.u32(), c.u16(), c.u64()) for _ in range(c.u16())]
    s.devices = [(c.id(), c.u64()) for _ in range(c.u16())]
    if s.reason > 4:
        raise unknown(f"the standing has epoch reason {s.reason}")
    if len(s.devices) > DEVICES:
        raise over_limit(f"the standing lists {len(s.devices)} devices, more than {DEVICES}")
    if s.change > s.seq:
        raise not_canonical("the standing's newest change set is not there yet")
    ascending([n.collection for n in s.counters], "the standing's list of counters")
    ascending([d for d, _ in s.devices], "the standing's list of devices")
    return s


@dataclass
class End:
    """The entry of kind 9."""

    entries: list[int]
    live: list[int]
    live_code: bytes
    own_sum: int

    def encode(self) -> bytes:
        out = b"".join(map(u64, self.entries + self.live))
        return out + self.live_code + self.own_sum.to_bytes(32, "big")

    @classmethod
    def parse(cls, c: Cursor) -> End:
        counts = [c.u64() for _ in range(10)]
        code = c.take(32)
        return cls(counts[:5], counts[5:], code, int.from_bytes(c.take(32), "big"))


@dataclass
class RecordEntry:
    """A record as it stands in an entry of kind 4 or 5, and its fields of both lists."""

    id: bytes
    rid: int
    seq: int
    created: int
    modified: int
    device: bytes
    revision: int
    fields: dict[int, object]
    part: int = 0
    personal: dict[int, object] = field(default_factory=dict)

    def encode(self) -> bytes:
        """Without the number of the part."""
        out = self.id + varint(self.rid) + varint(self.seq) + i64(self.created) + i64(self.modified)
        return out + self.device + varint(self.revision) + encode_fields(self.fields)


def encode_fields(fields: dict[int, object]) -> bytes:
    out = varint(len(fields))
    for number, value in sorted(fields.items()):
        tag, content = values.body(value)
        out += varint(number) + u8(tag) + varint(len(content)) + content
    return out


def parse_fields(c: Cursor) -> dict[int, object]:
    """varint count ‖ count × field."""
    found: dict[int, object] = {}
    before = 0
    for _ in range(c.varint()):
        number, tag = c.varint(), c.u8()
        if number <= before:
            raise not_canonical("the fields of a record do not ascend")
        if tag > values.JSON:
            raise unknown(f"a field has the tag {tag}")
        length = c.varint()
        if length > values.FIELD_LIMIT:
            raise over_limit(f"a field of {length} bytes is over the limit of {values.FIELD_LIMIT}")
        content = c.take(length)
        value = values.unpack(tag, content)
        if values.body(value) != (tag, content):
            raise not_canonical("a field's value has another form")
        found[number], before = value, number
    return found


def parse_record(c: Cursor, parts: list[Cursor]) -> tuple[RecordEntry, bytes, bytes]:
    """A record, its bytes without the number of its part, and what the part holds of it."""
    start = c.at
    entry = RecordEntry(c.id(), c.varint(), c.varint(), c.i64(), c.i64(), c.id(), c.varint(),
                        parse_fields(c))  # fmt: skip
    own, rest = c.data[start : c.at], b""
    entry.part = c.varint()
    if entry.part >= len(parts):
        raise not_canonical("a record names a part that its batch has not")
    if entry.part:
        other = parts[entry.part]
        start = other.at
        entry.personal = parse_fields(other)
        rest = other.data[start : other.at]
        if set(entry.personal) & set(entry.fields):
            raise mismatch("a record has a field twice")
    if not (entry.revision and entry.rid and entry.seq):
        raise not_canonical("a record has revision, rid or seq 0")
    return entry, own, rest


class Codes:
    """The live code, own codes and the digest of section 19.4."""

    def __init__(self, mac: bytes) -> None:
        self.mac = mac

    def live(self, tables: dict[tuple[int, int], list[int]]) -> bytes:
        message = b"live"
        for (kind, collection), numbers in sorted(tables.items()):
            if numbers:
                listed = p.sha256(b"".join(map(u64, sorted(numbers))))
                message += u8(kind) + u32(collection) + u64(len(numbers)) + listed
        return p.hmac(self.mac, message)

    def own(self, kind: int, collection: int, entry: bytes, rest: bytes = b"") -> int:
        message = b"entry" + u8(kind) + u32(collection) + entry + rest
        return int.from_bytes(p.hmac(self.mac, message), "big")

    def digest(self, vault: bytes, bundle: bytes, end: bytes) -> bytes:
        return p.hmac(self.mac, b"digest" + vault + bundle + end)


def encode_audit(num: int, seal: bytes) -> bytes:
    return varint(num) + bytes32(seal)
