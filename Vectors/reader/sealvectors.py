"""Vectors for keys, state, catalog, audit and tombstones (sections 6 to 8, 11, 12)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

import catalog as cat
import example
import keys as k
import primitives as p
import records as r
import state as st
from documents import signer_text
from encoding import i64, u16, u32
from make import NOW, Stream
from minisign import Signer
from valuevectors import Scenario

BASE = Stream("seals")
VAULT, OTHER, ROOT_ID, ROOT, KEY = (BASE.draw(n) for n in (16, 16, 16, 32, 32))


def flip(b: bytes, at: int = -1) -> bytes:
    """The bytes with one bit turned."""
    out = bytearray(b)
    out[at] ^= 1
    return bytes(out)


def key_scenarios() -> Iterator[Scenario]:
    """Area `key`."""
    who = BASE.draw(16)
    fine = k.DataKey(3, BASE.draw(16), k.INDEXES, k.ACTIVE, NOW, b"", BASE.draw(32))
    person = k.DataKey(12, BASE.draw(16), k.SUBJECT, k.RETIRING, NOW, who, BASE.draw(32))
    signer, follower = Signer(KEY, OTHER[:8]), Signer(ROOT, VAULT[:8])
    last, word = signer.public.key, signer.sign(signer_text(VAULT, follower.public)).signature

    def key(d: k.DataKey, plain: bytes | None = None, num: int | None = None,
            named: bytes | None = None) -> dict:  # fmt: skip
        num, named = d.num if num is None else num, d.who if named is None else named
        context = k.key_context(VAULT, ROOT_ID, d.num, d.who)
        plain = plain or d.encode()
        sealed = Stream(f"key {d.num}").seal(ROOT, context, plain)
        return {"vault": VAULT.hex(), "rootId": ROOT_ID.hex(), "root": ROOT.hex(), "num": num,
                "who": named.hex(), "context": context.hex(), "seal": sealed.hex(),
                "plain": plain.hex(), "purpose": d.purpose, "state": d.state,
                "created": d.created, "key": d.key.hex()}  # fmt: skip

    yield "index", "the key of blind indexes", "success", key(fine)
    yield "person", "the key of one person, retiring", "success", key(person)
    archived = replace(fine, purpose=k.SIGNING, state=k.ARCHIVED, key=last, word=word)
    yield "signing-archived", "a signing key that names the next one", "success", key(archived)
    spent = replace(archived, word=b"")
    yield "signing-compromised", "a signing key that vouches for nobody", "success", key(spent)
    active = replace(fine, purpose=k.SIGNING, key=last)
    yield "signing", "a signing seed", "success", key(active)
    failed = "authenticationFailed"
    yield "fault-number", "the row has another number", failed, key(fine, num=4)
    yield "fault-who", "the row names another person", failed, key(person, named=OTHER)
    yield "fault-root-id", "another root id", failed, key(fine) | {"rootId": OTHER.hex()}
    yield "fault-tag", "one bit of the seal turned", failed, turned(key(fine))
    yield "fault-who-inside", "the plaintext names nobody", "mismatch", key(
        person, replace(person, who=b"").encode())  # fmt: skip
    yield "fault-purpose-who", "an index key with a person", "mismatch", key(
        replace(person, purpose=k.INDEXES))  # fmt: skip
    yield "fault-purpose", "purpose 15", "unknown", key(replace(fine, purpose=15))
    yield "fault-state", "state 4", "unknown", key(replace(fine, state=4))
    yield "fault-trailing", "a byte after the end", "notCanonical", key(fine, fine.encode() + b"\0")
    yield "fault-cut", "a key of 31 bytes", "notCanonical", key(fine, fine.encode()[:-1])
    bad = "notCanonical"
    yield "fault-word-cut", "a word of 63 bytes", bad, key(replace(archived, word=word[:-1]))
    yield "fault-word-missing", "an archived signing key without a word", bad, key(
        archived, replace(archived, word=None).encode())  # fmt: skip
    yield "fault-word-active", "an active signing key with a word", bad, key(
        active, replace(active, word=word).encode())  # fmt: skip


def turned(v: dict, name: str = "seal") -> dict:
    """The vector with the last bit of a part turned."""
    return v | {name: flip(bytes.fromhex(v[name])).hex()}


def state_scenarios() -> Iterator[Scenario]:
    """Area `state`."""
    draw = Stream("state").draw
    items = [(st.SLOT, 0, i64(1), draw(300)), (st.ROSTER, 0, i64(2), draw(200)),
             (st.KEY, 0, i64(1), draw(180)), (st.CATALOG, 0, i64(1) + i64(2), draw(400))]  # fmt: skip
    keys = st.StateKeys(KEY, VAULT)
    bodies = [st.Body(st.RECORDS, 1, 2, keys.sum(st.RECORDS, 1, [(i64(1), b"a"), (i64(2), b"b")])),
              st.Body(st.HISTORY, 1)] + [st.Body(t, 0) for t in st.BODIES]  # fmt: skip
    full = st.State(1, 0, 42, 17, 15, draw(16), 3, draw(32), 2, 9, 3, bodies=bodies)
    full.frame = sum(keys.code(*item) for item in items) % 2**256
    full.counters, full.devices = [st.Counters(1, 8, 1)], [(draw(16), 42)]

    def state(s: st.State, change: Callable[[bytes], bytes] = bytes, frame: list = items) -> dict:
        plain = change(s.encode())
        row = keys.digest(plain) + Stream("state salt").seal(keys.sealing, keys.context, plain)
        codes = [{"table": t, "collection": c, "key": key.hex(), "seal": sealed.hex(),
                  "code": f"{keys.code(t, c, key, sealed):064x}"} for t, c, key, sealed in frame]  # fmt: skip
        return {"vault": VAULT.hex(), "key": KEY.hex(), "sealingKey": keys.sealing.hex(),
                "macKey": keys.mac.hex(), "row": row.hex(), "digest": row[:16].hex(),
                "plain": plain.hex(), "frame": codes, "frameSum": f"{s.frame:064x}"}  # fmt: skip

    yield "whole", "a state with one collection, its sums wrap around", "success", state(full)
    empty = replace(full, bodies=[st.Body(t, 0) for t in st.BODIES], counters=[], devices=[])
    yield "no-collections", "a state without collections", "success", state(empty)
    yield "fault-frame", "a row of the frame was taken away", "mismatch", state(full, frame=items[:3])
    moved = items[:2] + [(st.KEY, 0, i64(2), items[2][3])] + items[3:]
    yield "fault-frame-number", "a key moved to another number", "mismatch", state(full, frame=moved)
    v = state(full)
    yield "fault-tag", "one bit of the seal turned", "authenticationFailed", turned(v, "row")
    yield "fault-vault", "another vault id", "authenticationFailed", v | {"vault": OTHER.hex()}
    wrong = flip(bytes.fromhex(v["row"]), 0).hex()
    yield "fault-digest", "one bit of the digest turned", "authenticationFailed", v | {"row": wrong}
    bad = "notCanonical"
    yield "fault-trailing", "a byte after the end", bad, state(full, lambda b: b + b"\0")
    yield "fault-cut", "the last byte is missing", bad, state(full, lambda b: b[:-1])
    order = replace(full, bodies=[bodies[1], bodies[0], *bodies[2:]])
    yield "fault-bodies-order", "bodies do not ascend", bad, state(order)
    missing = replace(full, bodies=bodies[:-1])
    yield "fault-body-missing", "the last body is not listed", bad, state(missing)
    history = replace(full, bodies=[bodies[0], *bodies[2:]])
    yield "fault-history-missing", "a collection without history body", bad, state(history)
    summed = replace(full, bodies=[bodies[0], st.Body(st.HISTORY, 1, 0, 5), *bodies[2:]])
    yield "fault-sum-of-nothing", "a sum over no rows", bad, state(summed)
    ahead = replace(full, change=18)
    yield "fault-change", "a change set above the seq", bad, state(ahead)
    twice = replace(full, devices=full.devices * 2)
    yield "fault-device-twice", "one device twice", bad, state(twice)
    many = replace(full, devices=[(n.to_bytes(16, "big"), 1) for n in range(65)])
    yield "limit-devices", "65 devices", "refusedLimit", state(many)
    yield "fault-reason", "epoch reason 5", "unknown", state(replace(full, reason=5))
    more = replace(full, bodies=[bodies[0], st.Body(st.RECORDS, 2), bodies[1], st.Body(st.HISTORY, 2), *bodies[2:]])
    yield "fault-body-more", "bodies of a collection that is not counted", bad, state(more)
    counted = replace(full, counters=[*full.counters, st.Counters(2, 1, 1)])
    yield "fault-counters-more", "counters of a collection without bodies", bad, state(counted)
    jobs = replace(full, jobs_sum=1)
    yield "fault-jobs-sum", "a sum over no jobs", bad, state(jobs)


def catalog_scenarios() -> Iterator[Scenario]:
    """Area `catalog`."""

    def definition(d: cat.Collection, plain: bytes | None = None, ver: int = 1) -> dict:
        plain = plain or d.encode()
        context = cat.catalog_context(VAULT, d.number, ver)
        sealed = Stream(f"catalog {d.name}").seal(KEY, context, plain)
        v = {"vault": VAULT.hex(), "key": KEY.hex(), "num": d.number, "ver": ver,
             "context": context.hex(), "seal": sealed.hex(), "plain": plain.hex()}  # fmt: skip
        try:
            return v | {
                name: [sql for *_, sql in cat.statements(d, has_history)]
                for name, has_history in (("statements", False), ("statementsWithHistory", True))
            }
        except StopIteration:
            return v

    players, characters, notes = example.collections()
    for d in (players, characters, notes):
        yield d.name, f"the example's {d.name} and the tables they make", "success", definition(d)
    bare = cat.Collection(9, 1, NOW, "bare", 0, 1, 0, 1, [cat.Field(1, "")], [("f", 1)])
    yield "bare", "nothing but the overflow field", "success", definition(bare)
    v = definition(players)
    failed, bad = "authenticationFailed", "notCanonical"
    yield "fault-tag", "one bit of the seal turned", failed, turned(v)
    yield "fault-version", "the row has another version", failed, v | {"ver": 2}
    inside = replace(players, version=2).encode()
    yield "fault-version-inside", "another version inside", "mismatch", definition(players, inside)
    plain = players.encode()
    yield "fault-trailing", "a byte after the end", bad, definition(players, plain + b"\0")
    yield "fault-cut", "the last byte is missing", bad, definition(players, plain[:-1])
    order = replace(notes, fields=notes.fields[::-1])
    yield "fault-fields-order", "fields do not ascend", bad, definition(order)
    key = replace(notes, key_field=3)
    yield "fault-key-field", "the key field is a column's number", bad, definition(key)
    scopes = replace(notes, scopes=2)
    yield "fault-scopes", "two scopes without a subject", bad, definition(scopes)
    person = replace(players.fields[3], scope=1)
    plain_personal = replace(players, fields=players.fields[:3] + [person] + players.fields[4:])
    yield "fault-plain-personal", "a plain field of the person", bad, definition(plain_personal)
    columns = replace(notes, columns=notes.columns[:-1])
    yield "fault-column-missing", "a field without its column", bad, definition(columns)
    zero = replace(bare, overflow=0, fields=[cat.Field(0, "zero")], columns=[("f", 0)])
    yield "fault-number-0", "a field with number 0", bad, definition(zero)
    wide = [cat.Field(n, f"f{n}") for n in range(2, 1_003)]
    many = replace(bare, fields=[cat.Field(1, ""), *wide], columns=[("f", n) for n in range(1, 1_003)])
    yield "limit-fields", "1,001 fields beside the overflow field", "refusedLimit", definition(many)
    most = replace(many, fields=many.fields[:-1], columns=many.columns[:-1])
    yield "most-fields", "1,000 fields beside the overflow field", "success", definition(most)
    last = replace(bare, overflow=2_040, fields=[cat.Field(2_040, "")], columns=[("f", 2_040)])
    yield "number-2040", "the highest number", "success", definition(last)
    high = replace(bare, overflow=2_041, fields=[cat.Field(2_041, "")], columns=[("f", 2_041)])
    yield "fault-number-2041", "a field with number 2,041", bad, definition(high)
    none = replace(bare, overflow=0, fields=[cat.Field(1, "named")])
    yield "fault-no-overflow", "no overflow field", bad, definition(none)
    two = (("index-plain", 5), ("index-reference", 9), ("unique-alone", 2), ("none", 0))
    for name, flag in two:
        field = cat.Field(2, "x", 0, flag, 3, 9 if flag & 8 else 0)
        letter = "r" if flag & 12 else "x"
        flagged = replace(bare, fields=[bare.fields[0], field], columns=[(letter, 3), ("f", 1), ("f", 2)])
        yield f"fault-flags-{name}", f"a column for flags {flag}", bad, definition(flagged)
    cleared = replace(bare, fields=[bare.fields[0], cat.Field(2, "x", 0, 1, 3, 0, 1)],
                      columns=[("x", 3), ("f", 1), ("f", 2)])  # fmt: skip
    yield "fault-on-delete", "a rule for deletion without reference", bad, definition(cleared)
    shared = replace(bare, fields=[bare.fields[0], cat.Field(2, "x", 0, 1, 1)],
                     columns=[("x", 1), ("f", 1), ("f", 2)])  # fmt: skip
    yield "fault-number-shared", "a column with the number of a field", bad, definition(shared)
    spaced = replace(bare, schema='{"type": "object"}')
    yield "fault-schema-space", "white space in the schema", bad, definition(spaced)
    flags = replace(bare, fields=[bare.fields[0], cat.Field(2, "x", 0, 16, 3)],
                    columns=[("x", 3), ("f", 1), ("f", 2)])  # fmt: skip
    yield "fault-flags", "flag 16", "unknown", definition(flags)


def audit_scenarios() -> Iterator[Scenario]:
    """Area `audit`."""
    entries, head = [], bytes(32)

    def audit(e: r.Entry, plain: bytes | None = None) -> dict:
        plain = plain or e.encode()
        context = r.audit_context(VAULT, e.num)
        sealed = Stream(f"audit {e.num}").seal(KEY, context, plain)
        return {"vault": VAULT.hex(), "key": KEY.hex(), "num": e.num, "previous": e.previous.hex(),
                "context": context.hex(), "seal": sealed.hex(), "plain": plain.hex(),
                "head": r.next_head(e.previous, sealed).hex()}  # fmt: skip

    for num, details in enumerate(([], [("collection", "players"), ("count", "3")])):
        entries.append(r.Entry(num, head, NOW, "init" if num == 0 else "add", details))
        v = audit(entries[-1])
        yield f"entry-{num}", f"entry {num} of a chain", "success", v
        head = bytes.fromhex(v["head"])
    one = entries[1]
    yield "fault-tag", "one bit of the seal turned", "authenticationFailed", turned(audit(one))
    yield "fault-number", "the row has another number", "authenticationFailed", audit(one) | {"num": 2}
    cut = audit(one) | {"previous": bytes(32).hex()}
    yield "fault-chain", "an entry before it was taken away", "mismatch", cut
    inside = replace(one, num=5).encode()
    yield "fault-number-inside", "another number inside", "mismatch", audit(one, inside)
    yield "fault-trailing", "a byte after the end", "notCanonical", audit(one, one.encode() + b"\0")
    utf8 = one.encode()[:48] + u16(1) + b"\xff" + u16(0)
    yield "fault-utf8", "an act that is not UTF-8", "notCanonical", audit(one, utf8)
    large = replace(one, details=[("x", "y" * 60_000), ("x", "y" * 5_500)])
    yield "limit-size", "an entry over 64 KiB", "refusedLimit", audit(large)


def tombstone_scenarios() -> Iterator[Scenario]:
    """Area `tombstone`."""
    tomb = r.Tombstone(3, BASE.draw(16), NOW, 2)

    def grave(plain: bytes) -> dict:
        context = r.tomb_context(VAULT, 18)
        sealed = Stream("tombstone").seal(KEY, context, plain)
        return {"vault": VAULT.hex(), "key": KEY.hex(), "seq": 18, "context": context.hex(),
                "seal": sealed.hex(), "plain": plain.hex()}  # fmt: skip

    v = grave(tomb.encode())
    yield "whole", "a deleted record", "success", v
    yield "fault-tag", "one bit of the seal turned", "authenticationFailed", turned(v)
    yield "fault-seq", "the row has another seq", "authenticationFailed", v | {"seq": 19}
    yield "fault-trailing", "a byte after the end", "notCanonical", grave(tomb.encode() + b"\0")
    yield "fault-cut", "no revision", "notCanonical", grave(u32(3) + tomb.id + i64(NOW))
