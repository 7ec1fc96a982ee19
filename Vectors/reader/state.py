"""The state and its sums (Docs/Format.md, section 7)."""

from __future__ import annotations

from dataclasses import dataclass, field

import primitives as p
from encoding import (
    Cursor,
    ascending,
    context,
    i64,
    mismatch,
    not_canonical,
    over_limit,
    u8,
    u16,
    u32,
    u64,
    unknown,
)

LIMIT, DEVICES = 1 << 20, 64  # sections 15 and 7
SLOT, ROSTER, KEY, CATALOG, JOB = 1, 2, 3, 4, 5
RECORDS, HISTORY, TOMB, CHUNK, PACK, AUDIT, QUARANTINE, SUBJECTS = range(10, 18)
BODIES = (TOMB, CHUNK, PACK, AUDIT, QUARANTINE, SUBJECTS)  # always listed


@dataclass
class Body:
    """Count and sum of one table of a collection or of the vault."""

    table: int
    collection: int
    rows: int = 0
    sum: int = 0


@dataclass
class Counters:
    """What a collection numbers next."""

    collection: int
    field: int
    history: int


@dataclass
class State:
    epoch: int
    reason: int
    generation: int
    seq: int
    change: int
    instance: bytes
    next_audit: int
    audit_head: bytes
    next_collection: int
    next_key: int
    next_slot: int
    days: int = 30
    versions: int = 20
    frame: int = 0
    jobs: int = 0
    jobs_sum: int = 0
    bodies: list[Body] = field(default_factory=list)
    counters: list[Counters] = field(default_factory=list)
    devices: list[tuple[bytes, int]] = field(default_factory=list)

    def encode(self) -> bytes:
        out = u64(self.epoch) + u8(self.reason) + u64(self.generation) + u64(self.seq)
        out += u64(self.change) + self.instance + u64(self.next_audit) + self.audit_head
        out += u32(self.next_collection) + u32(self.next_key) + u32(self.next_slot)
        out += u16(self.days) + u16(self.versions)
        out += number(self.frame) + u64(self.jobs) + number(self.jobs_sum) + u16(len(self.bodies))
        for b in self.bodies:
            out += u8(b.table) + u32(b.collection) + u64(b.rows) + number(b.sum)
        out += u16(len(self.counters))
        for n in self.counters:
            out += u32(n.collection) + u16(n.field) + u64(n.history)
        out += u16(len(self.devices))
        return out + b"".join(device + u64(generation) for device, generation in self.devices)

    @classmethod
    def parse(cls, data: bytes) -> State:
        if len(data) > LIMIT:
            raise over_limit(f"a state of {len(data)} bytes is over the limit of {LIMIT}")
        c = Cursor(data, "the state")
        s = cls(c.u64(), c.u8(), c.u64(), c.u64(), c.u64(), c.id(), c.u64(), c.take(32),
                c.u32(), c.u32(), c.u32(), c.u16(), c.u16(), of(c), c.u64(), of(c))  # fmt: skip
        s.bodies = [Body(c.u8(), c.u32(), c.u64(), of(c)) for _ in range(c.u16())]
        s.counters = [Counters(c.u32(), c.u16(), c.u64()) for _ in range(c.u16())]
        s.devices = [(c.id(), c.u64()) for _ in range(c.u16())]
        c.end()
        s.check()
        return s

    def check(self) -> None:
        """Order, known words, and the bodies that are always listed."""
        if self.reason > 4:
            raise unknown(f"the state has epoch reason {self.reason}")
        if len(self.devices) > DEVICES:
            raise over_limit(f"the state lists {len(self.devices)} devices, more than {DEVICES}")
        if self.change > self.seq:
            raise not_canonical("the state's newest change set is not there yet")
        listed = [(b.table, b.collection) for b in self.bodies]
        ascending(listed, "the state's list of bodies")
        ascending([n.collection for n in self.counters], "the state's list of counters")
        ascending([d for d, _ in self.devices], "the state's list of devices")
        of_collections = [(t, n.collection) for t in (RECORDS, HISTORY) for n in self.counters]
        if listed != of_collections + [(t, 0) for t in BODIES]:
            raise not_canonical("the state does not list the bodies that it must")
        empty = [b for b in self.bodies if not b.rows and b.sum]
        if empty or not self.jobs and self.jobs_sum:
            raise not_canonical("the state has a sum over no rows")

    def body(self, table: int, collection: int = 0) -> Body:
        for body in self.bodies:
            if (body.table, body.collection) == (table, collection):
                return body
        raise mismatch(f"the state does not know collection {collection}")


class StateKeys:
    """What the state key is expanded to."""

    def __init__(self, key: bytes, vault: bytes) -> None:
        out = p.expand(key, context("coffer/v1/state-keys", vault), 64)
        self.sealing, self.mac = out[:32], out[32:]
        self.context = context("coffer/v1/state", vault)

    def digest(self, plain: bytes) -> bytes:
        return p.hmac(self.mac, b"memory" + plain)[:16]

    def code(self, table: int, collection: int, key: bytes, sealed: bytes) -> int:
        """The code of one row."""
        message = u8(table) + u32(collection) + u8(len(key)) + key + sealed
        return int.from_bytes(p.hmac(self.mac, message), "big")

    def sum(self, table: int, collection: int, rows: list[tuple[bytes, bytes]]) -> int:
        """The sum of the codes of rows given as (key, seal)."""
        return sum(self.code(table, collection, key, sealed) for key, sealed in rows) % 2**256

    def frame(self, slots: list, roster: bytes, keys: list, catalog: list) -> int:
        """The frame sum over rows as they stand in the tables."""
        total = self.sum(SLOT, 0, [(i64(n), sealed) for n, sealed in slots])
        total += self.sum(ROSTER, 0, [(i64(2), roster)])
        total += self.sum(KEY, 0, [(i64(n), sealed) for n, who, sealed in keys if who is None])
        total += self.sum(CATALOG, 0, [(i64(n) + i64(v), sealed) for n, v, sealed in catalog])
        return total % 2**256

    def seal(self, state: State, salt: bytes) -> bytes:
        """`meta` row 1."""
        plain = state.encode()
        return self.digest(plain) + p.seal(self.sealing, self.context, plain, salt)

    def open(self, sealed: bytes) -> State:
        plain = p.open_seal(self.sealing, self.context, sealed[16:], "the state")
        if not p.same(self.digest(plain), sealed[:16]):
            raise p.failed("the state's digest")
        return State.parse(plain)


def number(n: int) -> bytes:
    return n.to_bytes(32, "big")


def of(c: Cursor) -> int:
    return int.from_bytes(c.take(32), "big")
