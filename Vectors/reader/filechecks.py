"""Runs the vectors for files (Docs/Format.md, sections 20.1 to 20.3) through the reader."""

from __future__ import annotations

import chunks as c
import primitives as p
from encoding import Refused, mismatch, u32


def content(parts: list[dict]) -> bytes:
    """Bytes too many to be written out: HMAC(seed, u32 n) for n = 0, 1, …, or one byte repeated."""
    out = b""
    for part in parts:
        if "byte" in part:
            out += bytes([part["byte"]]) * part["count"]
        else:
            seed = bytes.fromhex(part["seed"])
            blocks = range(-(-part["count"] // 32))
            out += b"".join(p.hmac(seed, u32(n)) for n in blocks)[: part["count"]]
    return out


def check_cut(v: dict) -> None:
    key, names = bytes.fromhex(v["key"]), bytes.fromhex(v["namesKey"])
    table = c.gear(key)
    data = content(v["content"])
    found = [{"length": len(x), "name": c.chunk_name(names, x).hex()} for x in c.cut(table, [data])]
    for what, have in (("gear", [f"{n:016x}" for n in table]), ("sha256", p.sha256(data).hex()), ("chunks", found)):
        if have != v.get(what, have if what == "gear" else None):
            raise AssertionError(f"{what} is another")


def opened(v: dict, context: bytes) -> bytes:
    """What the seal of a row holds, behind the number of its key."""
    seal = bytes.fromhex(v["seal"])
    if int.from_bytes(seal[:4], "big") != v["number"]:
        raise mismatch("the row is under another key")
    plain = p.open_seal(bytes.fromhex(v["key"]), context, seal[4:], "the row")
    if context.hex() != v["context"]:
        raise AssertionError("the context is another")
    return plain


def found(v: dict, plain: bytes, again: bytes) -> None:
    if plain.hex() != v["plain"] or again != plain:
        raise AssertionError("the plaintext is another, or is written in another way")


def check_chunk(v: dict) -> None:
    vault, name = bytes.fromhex(v["vault"]), bytes.fromhex(v["name"])
    plain = opened(v, c.chunk_context(vault, name, v["number"]))
    place = c.Place.parse(plain, "the place")
    found(v, plain, place.encode())
    if place.kind == c.IN_ROW:
        data = c.unpack(place.coding, place.plain, place.stored, "the chunk")
        named(v, name, data)


def named(v: dict, name: bytes, data: bytes) -> None:
    if c.chunk_name(bytes.fromhex(v["namesKey"]), data) != name:
        raise p.failed("the chunk's name")
    if p.sha256(data).hex() != v["sha256"]:
        raise AssertionError("the chunk is another")


def check_pack(v: dict) -> None:
    plain = opened(v, c.pack_context(bytes.fromhex(v["vault"]), v["num"], v["number"]))
    row = c.PackRow.parse(plain, "the pack")
    found(v, plain, row.encode())
    if (row.id.hex(), row.length) != (v["id"], v["length"]):
        raise AssertionError("the pack is another")


def check_batch(v: dict) -> None:
    vault, pack, key, head, table = (bytes.fromhex(v[n]) for n in ("vault", "pack", "key", "head", "table"))
    plain = p.open_seal(key, c.batch_context(vault, pack, v["offset"]), head, "the head")
    length, size = c.parse_head(plain, "the batch")
    if length != len(table):
        raise mismatch("the table has another length than its head says")
    context = c.table_context(vault, pack, v["offset"])
    plain = p.open_seal(key, context, table, "the table")
    entries = c.parse_table(plain, size, "the batch")
    found(v, plain, c.encode_table(entries))
    said = [{"name": e.name.hex(), "coding": e.coding, "plainLength": e.plain, "length": e.length} for e in entries]
    if said != v["pieces"]:
        raise AssertionError("the pieces are others")


def check_piece(v: dict) -> None:
    vault, key, name, piece = (bytes.fromhex(v[n]) for n in ("vault", "key", "name", "piece"))
    stored = p.open_seal(key, c.piece_context(vault, name), piece, "the piece")
    c.check_chunk(v["coding"], v["plainLength"], "the piece")
    named(v, name, c.unpack(v["coding"], v["plainLength"], stored, "the piece"))


CHECKS = {name.removeprefix("check_"): function for name, function in list(globals().items())
          if name.startswith("check_")}  # fmt: skip


def run(v: dict) -> str:
    """What the reader makes of one vector."""
    try:
        CHECKS[v["area"]](v)
    except Refused as refusal:
        return refusal.kind
    return "success"
