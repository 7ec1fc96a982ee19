"""Vectors for bundles (Docs/Format.md, sections 17 to 19)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import zstandard

import documents as d
import primitives as p
import records as r
import stream as s
from bundle import BundleKeys, segment_context
from encoding import i64, u8, u32, varint
from jsontext import Number, write
from make import NOW, Stream
from minisign import Signer
from output import json_value
from sealvectors import OTHER, VAULT, Scenario, flip, turned

BASE = Stream("bundles")
BUNDLE, KEY, ROOT, PERSON, PERSON_KEY = (BASE.draw(n) for n in (16, 32, 32, 16, 32))
KEYS = BundleKeys(KEY, VAULT)
CODES = s.Codes(KEYS.mac)
FAILED, BAD = "authenticationFailed", "notCanonical"


def subjects_scenarios() -> Iterator[Scenario]:
    """Area `subjects`."""
    rows = [(n, BASE.draw(16), BASE.draw(180)) for n in (3, 9, 70_000)]

    def of(plain: bytes, listed: list = rows) -> dict:
        stream, secret = Stream("subjects"), BASE.draw(32)
        file = d.KeyringFile(VAULT, BUNDLE, 2, [], b"", [], b"")
        wrapped = stream.seal(ROOT, file.key_context(), secret)
        return {"vault": VAULT.hex(), "bundle": BUNDLE.hex(), "revision": 2, "root": ROOT.hex(),
                "subjects": wrapped.hex(), "seal": stream.seal(secret, file.context(), plain).hex(),
                "keyContext": file.key_context().hex(), "context": file.context().hex(),
                "key": secret.hex(), "plain": plain.hex(),
                "rows": [{"number": n, "who": w.hex(), "row": x.hex()} for n, w, x in listed]}  # fmt: skip

    v = of(d.encode_subjects(rows))
    yield "three", "the keys of three persons", "success", v
    yield "nobody", "no keys of persons: 1,024 bytes", "success", of(d.encode_subjects([]), [])
    many = [(n, BASE.draw(16), BASE.draw(180)) for n in range(1, 12)]
    yield "many", "eleven: padded by PADM\u00c9", "success", of(d.encode_subjects(many), many)
    yield "fault-tag", "one bit of the seal turned", FAILED, turned(v)
    yield "fault-key-tag", "one bit of the wrapped key turned", FAILED, turned(v, "subjects")
    yield "fault-revision", "another revision", FAILED, v | {"revision": 3}
    for name in ("vault", "bundle"):
        yield f"fault-{name}", f"another {name} id", FAILED, v | {name: OTHER.hex()}
    plain = d.encode_subjects(rows)
    yield "fault-short", "padded to 16 bytes only", BAD, of(plain.rstrip(b"\0").ljust(640, b"\0"))
    yield "fault-long", "a block of zeros more", BAD, of(plain + bytes(16))
    yield "fault-padding", "the padding is not zero", BAD, of(plain[:-1] + b"\1")
    yield "fault-order", "numbers do not ascend", BAD, of(d.encode_subjects(rows[::-1]))
    yield "fault-zero", "number 0", BAD, of(d.encode_subjects([(0, *rows[0][1:])]))
    yield "fault-count", "more keys than there are", BAD, of(u32(40) + plain[4:])


def segment_scenarios() -> Iterator[Scenario]:
    """Area `segment`."""

    def of(piece: bytes, number: int = 1) -> dict:
        context = segment_context(VAULT, BUNDLE, number)
        sealed = Stream(f"segment {number}").seal(KEYS.sealing, context, piece)
        return {"vault": VAULT.hex(), "bundle": BUNDLE.hex(), "key": KEY.hex(), "number": number,
                "sealingKey": KEYS.sealing.hex(), "macKey": KEYS.mac.hex(), "context": context.hex(),
                "seal": sealed.hex(), "piece": piece.hex()}  # fmt: skip

    v = of(BASE.draw(240))
    yield "first", "segment 1", "success", v
    yield "last", "segment 99,999", "success", of(BASE.draw(320), 99_999)
    yield "two-blocks", "one block of the seal and the beginning of another", "success", of(BASE.draw(16_896), 2)
    yield "fault-number", "another number", FAILED, v | {"number": 2}
    yield "fault-key", "another bundle key", FAILED, v | {"key": ROOT.hex()}
    for name in ("vault", "bundle"):
        yield f"fault-{name}", f"another {name} id", FAILED, v | {name: OTHER.hex()}
    yield "fault-tag", "one bit of the seal turned", FAILED, turned(v)


def person_part(plain: bytes, packed: bool, kind: int = s.RECORDS, collection: int = 7) -> bytes:
    """A part of the person of these vectors."""
    coded = zstandard.ZstdCompressor(level=3).compress(plain) if packed else plain
    nonce = Stream("part").draw(24)
    aad = s.part_aad(VAULT, BUNDLE, kind, collection, PERSON)
    stored = nonce + p.XAES(PERSON_KEY).seal(nonce, aad, coded)
    return s.encode_part(PERSON, s.ZSTD if packed else s.AS_IT_IS, len(plain), stored)


def part_scenarios() -> Iterator[Scenario]:
    """Area `part`."""
    plain, long = BASE.draw(60), b"The ferry leaves at dawn. " * 60

    def of(part: bytes, plain: bytes, kind: int = s.RECORDS, collection: int = 7) -> dict:
        aad = s.part_aad(VAULT, BUNDLE, kind, collection, PERSON)
        return {"vault": VAULT.hex(), "bundle": BUNDLE.hex(), "kind": kind, "collection": collection,
                "person": PERSON.hex(), "personKey": PERSON_KEY.hex(), "aad": aad.hex(),
                "part": part.hex(), "plain": plain.hex()}  # fmt: skip

    v = of(person_part(plain, False), plain)
    yield "person", "a part of a person, as it is", "success", v
    yield "person-zstd", "a part of a person, compressed", "success", of(person_part(long, True), long)
    older = person_part(plain, False, s.HISTORY, 3)
    yield "person-history", "in a batch of older versions", "success", of(older, plain, s.HISTORY, 3)
    zero = bytes(16)
    yield "vault", "a part of the vault, as it is", "success", of(s.encode_part(zero, 0, 60, plain), plain)
    frame = zstandard.ZstdCompressor(level=3).compress(long)
    yield "vault-zstd", "a part of the vault, compressed", "success", of(s.encode_part(zero, 1, len(long), frame), long)
    yield "empty", "a part of a person that holds nothing", "success", of(person_part(b"", False), b"")
    yield "fault-tag", "one bit turned", FAILED, turned(v, "part")
    yield "fault-kind", "in a batch of older versions", FAILED, v | {"kind": s.HISTORY}
    yield "fault-collection", "another collection", FAILED, v | {"collection": 8}
    yield "fault-key", "another key", FAILED, v | {"personKey": ROOT.hex()}
    for name in ("vault", "bundle"):
        yield f"fault-{name}", f"another {name} id", FAILED, v | {name: OTHER.hex()}
    yield "fault-coding", "coding 2", "unknown", of(s.encode_part(zero, 2, 60, plain), plain)
    short = s.encode_part(zero, 0, 61, plain)
    yield "fault-length", "a plain length that is not the part's", BAD, of(short, plain)
    yield "fault-frame-length", "a frame that states another length", BAD, of(
        s.encode_part(zero, 1, len(long) - 1, frame), long)  # fmt: skip
    yield "fault-two-frames", "two frames", BAD, of(s.encode_part(zero, 1, len(long), frame + frame), long)
    summed = zstandard.ZstdCompressor(level=3, write_checksum=True).compress(long)
    yield "fault-checksum", "a frame with a checksum", BAD, of(s.encode_part(zero, 1, len(long), summed), long)
    big = s.encode_part(zero, 1, 1_140_850_689, frame)
    yield "limit-plain", "over the limit of a part", "refusedLimit", of(big, long)
    wide = s.encode_part(zero, 1, 10, bytes(75))
    yield "limit-stored", "stored in 65 bytes more than it has", "refusedLimit", of(wide, bytes(10))
    yield "fault-cut", "the last byte is missing", BAD, of(s.encode_part(zero, 0, 60, plain)[:-1], plain)


def content_scenarios() -> Iterator[Scenario]:
    """Area `content`."""
    head = d.sums_line(VAULT, BUNDLE, 1, 1)
    for name, count in (("one", 1), ("three", 3), ("twelve", 12)):
        names = ["README.txt", "keyring.json", "subjects.seal", "signers.txt",
                 *(f"records-{n:05d}.seal" for n in range(1, count + 1)), "manifest.json"]  # fmt: skip
        digests = [(n, BASE.draw(32).hex()) for n in names]
        sums = head + "\n" + "".join(f"{digest}  {n}\n" for n, digest in digests)
        ident = d.content_id(VAULT, BUNDLE, digests)
        v = {"vault": VAULT.hex(), "bundle": BUNDLE.hex(), "sums": sums, "content": ident.hex()}
        yield name, f"{count} segments", "success", v
        anew = sums.replace(dict(digests)["keyring.json"], BASE.draw(32).hex()).replace("rev=1", "rev=2")
        yield f"{name}-rev", "the keyring written anew: the same id", "success", v | {"sums": anew}
    first = next(digest for n, digest in digests if n == "records-00001.seal")
    yield "fault-digest", "another digest of the first segment", "mismatch", v | {
        "sums": sums.replace(first, BASE.draw(32).hex())}  # fmt: skip
    lines = sums.splitlines(keepends=True)
    lines[5:7] = lines[6:4:-1]
    yield "fault-order", "two lines changed places", BAD, v | {"sums": "".join(lines)}
    yield "fault-space", "one space between digest and name", BAD, v | {"sums": sums.replace("  sign", " sign")}
    yield "fault-feed", "no line feed at the end", BAD, v | {"sums": sums[:-1]}


RECORD = s.RecordEntry(BASE.draw(16), 5, 1_001, NOW, NOW + 1_500, BASE.draw(16), 3, {
    1: "Ser Odo", 3: None, 4: True, 6: Number("-7"), 7: Number("1e+20"), 8: Number("1.50"),
    9: b"\0\xff\x10", 200: (("nested", [Number("1"), ()]),)})  # fmt: skip
SECRETS = {2: "was the spy", 12: Number("0.1")}


def code_scenarios() -> Iterator[Scenario]:
    """Area `code`: entries, their live codes and their own codes."""

    def of(kind: int, collection: int, number: int, entry: bytes, rest: bytes = b"", **more: object) -> dict:
        numbered = b"" if kind in (s.TOMBSTONES, s.AUDIT) else varint(more.pop("part", 0))
        own = CODES.own(kind, collection, entry, rest)
        live = CODES.live({(kind, collection): [number]})
        return {"macKey": KEYS.mac.hex(), "kind": kind, "collection": collection, "number": number,
                "entry": (entry + numbered).hex(), "part": rest.hex(), "parts": 2 if rest else 1,
                "own": f"{own:064x}", "live": live.hex(), **more}  # fmt: skip

    def record(entry: bytes, fields: dict, rest: bytes = b"", **more: object) -> dict:
        said = {str(n): write(json_value(value)) for n, value in sorted(fields.items())}
        return of(s.RECORDS, 7, 1_001, entry, rest, fields=said, **more)

    plain = RECORD.encode()
    v = record(plain, RECORD.fields)
    yield "record", "a record with every kind of value", "success", v
    secret = s.encode_fields(SECRETS)
    both = record(plain, RECORD.fields | SECRETS, secret, part=1)
    yield "person", "a record with fields in a person's part", "success", both
    none = record(plain, RECORD.fields, varint(0), part=1)
    yield "person-none", "a person's record without such fields", "success", none
    bare = replace(RECORD, fields={}).encode()
    yield "bare", "a record without fields", "success", record(bare, {})
    head = varint(40) + varint(1_200) + i64(NOW + 9_000) + u8(r.REPLACED)
    said = {str(n): write(json_value(value)) for n, value in RECORD.fields.items()}
    old = of(s.HISTORY, 7, 40, head + plain, fields=said)
    yield "older", "an older version", "success", old
    gone = varint(1_300) + r.Tombstone(7, RECORD.id, NOW, 4).encode()
    yield "tombstone", "a tombstone", "success", of(s.TOMBSTONES, 0, 1_300, gone)
    yield "audit", "an audit entry", "success", of(s.AUDIT, 0, 300, s.encode_audit(300, BASE.draw(200)))
    yield "fault-own", "another own code", "mismatch", v | {"own": both["own"]}
    yield "fault-live", "another live code", "mismatch", v | {"live": old["live"]}
    yield "fault-collection", "another collection", "mismatch", v | {"collection": 8}
    zero = replace(RECORD, revision=0).encode()
    yield "fault-revision", "revision 0", BAD, record(zero, RECORD.fields)
    yield "fault-rid", "rid 0", BAD, record(replace(RECORD, rid=0).encode(), RECORD.fields)
    yield "fault-part", "a part that the batch has not", BAD, record(plain, RECORD.fields, part=1)
    yield "fault-cut", "the last byte is missing", BAD, v | {"entry": v["entry"][:-2]}
    yield "fault-varint", "a number not in shortest form", BAD, v | {"entry": v["entry"][:-2] + "8000"}
    order = bare[:-1] + varint(2) + (varint(3) + u8(0) + varint(0)) + (varint(1) + u8(0) + varint(0))
    yield "fault-order", "fields do not ascend", BAD, record(order, {})
    tag = bare[:-1] + varint(1) + varint(1) + u8(9) + varint(0)
    yield "fault-tag", "the value tag 9", "unknown", record(tag, {})
    body = bare[:-1] + varint(1) + varint(1) + u8(2) + varint(1) + b"\1"
    yield "fault-body", "true with a body", BAD, record(body, {})
    small = bare[:-1] + varint(1) + varint(1) + u8(3) + varint(4) + bytes(4)
    yield "fault-integer", "an integer of four bytes", BAD, record(small, {})
    huge = bare[:-1] + varint(1) + varint(1) + u8(6) + varint((1 << 30) + 1)
    yield "limit-field", "a field over 1 GiB", "refusedLimit", record(huge, {})
    twice = s.encode_fields({1: "again"})
    yield "fault-twice", "a field in both lists", "mismatch", record(plain, RECORD.fields, twice, part=1)
    why = varint(40) + varint(1_200) + i64(NOW) + u8(3) + plain
    yield "fault-reason", "an older version with reason 3", "unknown", of(s.HISTORY, 7, 40, why, fields={})


def digest_scenarios() -> Iterator[Scenario]:
    """Area `digest`."""

    def of(end: s.End, tail: bytes = b"") -> dict:
        plain = end.encode() + tail
        return {"vault": VAULT.hex(), "bundle": BUNDLE.hex(), "macKey": KEYS.mac.hex(),
                "end": plain.hex(), "entries": end.entries, "live": end.live,
                "liveCode": end.live_code.hex(), "ownSum": f"{end.own_sum:064x}",
                "digest": CODES.digest(VAULT, BUNDLE, plain).hex()}  # fmt: skip

    live = CODES.live({(s.RECORDS, 9): [5, 1_001], (s.RECORDS, 7): [1_002], (s.HISTORY, 7): [40, 41],
                       (s.TOMBSTONES, 0): [1_300], (s.AUDIT, 0): list(range(300))})  # fmt: skip
    end = s.End([1, 2, 3, 4, 0], [10, 20, 30, 2**63 - 1, 0], live, 2**256 - 1)
    v = of(end)
    yield "end", "an end with every count", "success", v
    yield "nothing", "nothing at all", "success", of(s.End([0] * 5, [0] * 5, CODES.live({}), 0))
    yield "fault-digest", "another digest", FAILED, turned(v, "digest")
    yield "fault-end", "another count", FAILED, v | {"end": flip(bytes.fromhex(v["end"]), 7).hex()}
    for name in ("vault", "bundle"):
        yield f"fault-{name}", f"another {name} id", FAILED, v | {name: OTHER.hex()}
    yield "fault-cut", "the last byte is missing", BAD, v | {"end": v["end"][:-2]}
    yield "fault-trailing", "a byte after the end", BAD, of(end, b"\0")


def signer_scenarios() -> Iterator[Scenario]:
    """Area `signer`: signers.txt, and whom a trusted key vouches for."""
    keys = [Signer(BASE.draw(32), BASE.draw(8)) for _ in range(4)]
    first, second, third, other = keys

    def line(new: Signer, old: Signer, by: Signer | None = None, vault: bytes = VAULT) -> str:
        signature = (by or old).sign(d.signer_text(vault, new.public))
        return f"signer {new.public.written()} by {old.public.written()} {signature.written()}\n"

    def of(text: str, trusted: Signer, *reached: Signer) -> dict:
        return {"vault": VAULT.hex(), "signers": d.signers_head(VAULT) + "\n" + text,
                "trusted": trusted.public.written(),
                "reached": [k.public.written() for k in (trusted, *reached)]}  # fmt: skip

    both = line(second, first) + line(third, second)
    yield "none", "the first key is the only one", "success", of("", first)
    yield "first", "the first of three is trusted", "success", of(both, first, second, third)
    yield "second", "the second of three is trusted", "success", of(both, second, third)
    yield "last", "the newest is trusted", "success", of(both, third)
    yield "stranger", "a key that is not there vouches for itself alone", "success", of(both, other)
    forged = line(second, first) + line(third, second, Signer(b"x" * 32, second.public.number))
    comment = "a line that another key signed vouches for nobody"
    yield "forged", comment, "success", of(forged, first, second)
    gap = line(second, first) + line(third, other)
    yield "fault-gap", "a line by another than the one before", "mismatch", of(gap, first)
    back = line(second, first) + line(first, second)
    yield "fault-back", "a key comes back", "mismatch", of(back, first)
    yield "fault-head", "another vault in the first line", "mismatch", of(both, first) | {"vault": OTHER.hex()}
    yield "fault-feed", "no line feed at the end", BAD, of(both[:-1], first)
    yield "fault-spaces", "two spaces", BAD, of(both.replace(" by ", "  by "), first)
    yield "fault-number", "a signature with another key number", BAD, of(
        line(second, first, Signer(b"x" * 32, b"12345678")), first)  # fmt: skip


AREAS = {
    "subjects": subjects_scenarios, "segment": segment_scenarios, "part": part_scenarios,
    "content": content_scenarios, "code": code_scenarios, "digest": digest_scenarios,
    "signer": signer_scenarios,
}  # fmt: skip
