"""Vectors for files: cutting, places, packs, batches and pieces (Docs/Format.md, 20.1 to 20.3).

python3 Vectors/reader/filevectors.py FOLDER
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path

import chunks as c
import primitives as p
import zstandard
from encoding import u32, u64
from filechecks import content
from make import Stream
from valuevectors import Scenario

BASE = Stream("files")
VAULT, OTHER, PACK = (BASE.draw(16) for _ in range(3))
KEY, NAMES, CHUNKER = (BASE.draw(32) for _ in range(3))
NUMBER, TOP = 8, 1 << 64
FAILED, BAD, LIMIT = "authenticationFailed", "notCanonical", "refusedLimit"


def flip(text: str, at: int = -1) -> str:
    """Hexadecimal digits with one bit turned."""
    out = bytearray.fromhex(text)
    out[at] ^= 1
    return out.hex()


def cut_scenarios() -> Iterator[Scenario]:
    """Area `cut`."""

    def cut(*parts: dict) -> dict:
        data, table = content(list(parts)), c.gear(CHUNKER)
        chunks = [{"length": len(x), "name": c.chunk_name(NAMES, x).hex()} for x in c.cut(table, [data])]
        return {"key": CHUNKER.hex(), "namesKey": NAMES.hex(), "content": list(parts),
                "sha256": p.sha256(data).hex(), "gear": [f"{n:016x}" for n in table], "chunks": chunks}  # fmt: skip

    def noise(seed: int, count: int) -> dict:
        return {"seed": bytes([seed]).hex(), "count": count}

    yield "empty", "no bytes, no chunks", "success", cut()
    for count in (1, 65_472, 65_535, 65_536, 65_537, 262_143, 262_144, 262_145):
        yield f"noise-{count}", f"{count} bytes", "success", cut(noise(1, count))
    yield "noise", "4,000,000 bytes", "success", cut(noise(2, 4_000_000))
    inserted = [noise(3, 7), noise(2, 4_000_000)]
    yield "inserted", "seven bytes before the same", "success", cut(*inserted)
    yield "zeros", "2,500,000 zero bytes: the largest chunks", "success", cut({"byte": 0, "count": 2_500_000})
    v = cut(*until_easier())
    assert [chunk["length"] for chunk in v["chunks"]] == [c.EASIER, 64]
    yield "at-262144", "ends at the first byte where 16 zero bits are enough", "success", v


def until_easier() -> list[dict]:
    """64 bytes, found by trying, behind which the top 16 bits of h are zero and not the top 20."""
    table = c.gear(CHUNKER)
    for seed in range(1_000_000):
        block = content([{"seed": (b"\1" + u32(seed)).hex(), "count": 64}])
        h = 0
        for byte in block:
            h = (h << 1) + table[byte] & TOP - 1
        if not h >> 48 and h >> 44:
            return [{"byte": 0, "count": 262_144 - 64}, {"seed": (b"\1" + u32(seed)).hex(), "count": 64},
                    {"byte": 0, "count": 64}]  # fmt: skip
    raise AssertionError("no such bytes were found")


def chunk_scenarios() -> Iterator[Scenario]:
    """Area `chunk`."""
    data = content([{"seed": "07", "count": 300}])
    text = b"The ferry leaves at dawn. " * 40
    frame = zstandard.ZstdCompressor(level=3).compress(text)
    place = c.Place(c.IN_ROW, c.PLAIN, len(data), 7, data)
    packed = c.Place(c.IN_ROW, c.ZSTD, len(text), 7, frame)
    away = c.Place(c.IN_PACK, c.PLAIN, 5_000, 7, b"", 3, 131_072, c.sealed_length(5_000))

    def chunk(d: c.Place, bytes_: bytes, plain: bytes | None = None) -> dict:
        name, plain = c.chunk_name(NAMES, bytes_), d.encode() if plain is None else plain
        context = c.chunk_context(VAULT, name, NUMBER)
        sealed = u32(NUMBER) + Stream("chunk").seal(KEY, context, plain)
        return {"vault": VAULT.hex(), "key": KEY.hex(), "number": NUMBER, "namesKey": NAMES.hex(),
                "name": name.hex(), "context": context.hex(), "seal": sealed.hex(), "plain": plain.hex(),
                "sha256": p.sha256(bytes_).hex()}  # fmt: skip

    v = chunk(place, data)
    yield "row", "300 bytes in the row", "success", v
    most = content([{"seed": "08", "count": c.INLINE}])
    largest = replace(place, stored=most, plain=c.INLINE)
    yield "row-4096", "as many as a row may have", "success", chunk(largest, most)
    yield "row-zstd", "compressed, in the row", "success", chunk(packed, text)
    yield "pack", "in a pack", "success", chunk(away, b"")
    noted = replace(place, noted=9)
    yield "row-noted", "in the row, noted as needed by nobody", "success", chunk(noted, data)
    yield "pack-noted", "in a pack, noted as needed by nobody", "success", chunk(replace(away, noted=9), b"")
    for name in ("vault", "name", "key"):
        yield f"fault-{name}", f"another {name}", FAILED, v | {name: flip(v[name])}
    yield "fault-number", "the row names another key", "mismatch", v | {"number": 9}
    yield "fault-tag", "one bit of the seal turned", FAILED, v | {"seal": flip(v["seal"])}
    exchanged = chunk(replace(place, stored=data[::-1]), data)
    yield "fault-content", "the bytes of another chunk", FAILED, exchanged
    more = most + b"x"
    for name, comment, expect, d in (
        ("kind-0", "kind 0", "unknown", replace(place, kind=0)),
        ("kind-5", "kind 5", "unknown", replace(place, kind=5)),
        ("coding", "coding 2", "unknown", replace(place, coding=2)),
        ("plain-0", "a chunk of no bytes", LIMIT, replace(place, plain=0)),
        ("plain-most", "1,048,577 bytes", LIMIT, replace(place, plain=c.LARGEST + 1)),
        ("plain", "another plain length", "mismatch", replace(place, plain=299)),
        ("row-4097", "a byte too many for a row", BAD, replace(place, stored=more, plain=len(more))),
        ("zstd-plain", "the frame states another length", BAD, replace(packed, plain=len(text) - 1)),
        ("zstd-none", "no frame", BAD, replace(place, coding=c.ZSTD)),
        ("piece-short", "in a pack and short enough for a row", BAD, replace(away, length=c.sealed_length(4_096))),
        ("piece-length", "another length than its bytes make", "mismatch", replace(away, length=away.length + 1)),
    ):
        yield f"fault-{name}", comment, expect, chunk(d, data)
    plain = place.encode()
    for name, comment, changed in (
        ("padding", "a padding byte that is not zero", plain[:-1] + b"\1"),
        ("padded-more", "16 zeros more", plain + bytes(16)),
        ("padded-less", "no zeros", plain[: 18 + len(data)]),
        ("cut", "cut short", plain[:100]),
    ):
        yield f"fault-{name}", comment, BAD, chunk(place, data, changed)
    for name, comment, changed in (
        ("note-first", "a note that begins with 1", noted.encode()[:-9] + b"\1" + noted.encode()[-8:]),
        ("note-none", "noted, without the note", b"\3" + plain[1:]),
        ("note-cut", "a note that is cut short", noted.encode()[:-1]),
    ):
        yield f"fault-{name}", comment, BAD, chunk(place, data, changed)
    yield "fault-pack-trailing", "a byte behind the place", BAD, chunk(away, b"", away.encode() + b"\0")


def pack_scenarios() -> Iterator[Scenario]:
    """Area `pack`."""

    def pack(plain: bytes) -> dict:
        context = c.pack_context(VAULT, 3, NUMBER)
        sealed = u32(NUMBER) + Stream("pack").seal(KEY, context, plain)
        return {"vault": VAULT.hex(), "key": KEY.hex(), "number": NUMBER, "num": 3, "context": context.hex(),
                "seal": sealed.hex(), "plain": plain.hex(), "id": PACK.hex(), "length": 131_072}  # fmt: skip

    v = pack(c.PackRow(PACK, 131_072).encode())
    yield "row", "a pack of two times 65,536 bytes", "success", v
    yield "fault-num", "the row has another number", FAILED, v | {"num": 4}
    yield "fault-tag", "one bit of the seal turned", FAILED, v | {"seal": flip(v["seal"])}
    yield "fault-key", "the row names another key", "mismatch", v | {"number": 9}
    yield "fault-length", "no multiple of 65,536", BAD, pack(c.PackRow(PACK, 131_071).encode())
    yield "fault-empty", "a pack without a batch", BAD, pack(c.PackRow(PACK, 0).encode())
    yield "fault-trailing", "a byte after the end", BAD, pack(c.PackRow(PACK, 131_072).encode() + b"\0")


def batch_scenarios() -> Iterator[Scenario]:
    """Area `batch`: heads and tables; the pieces that they list are not needed."""

    def batch(sizes: list[int], head: bytes | None = None, change: tuple[bytes, bytes] | None = None,
              more: int = 0) -> dict:  # fmt: skip
        entries = [c.Piece(c.chunk_name(NAMES, u32(n)), c.PLAIN, n, c.sealed_length(n)) for n in sizes]
        plain = c.encode_table(entries) + bytes(more)
        if change:
            assert plain.count(change[0]) == 1
            plain = plain.replace(*change)
        stream, size = Stream("batch"), sum(e.length for e in entries)
        table = stream.seal(KEY, c.table_context(VAULT, PACK, 65_536), plain)
        head = head or c.encode_head(len(table), size)
        sealed = stream.seal(KEY, c.batch_context(VAULT, PACK, 65_536), head)
        said = [{"name": e.name.hex(), "coding": e.coding, "plainLength": e.plain, "length": e.length} for e in entries]
        return {"vault": VAULT.hex(), "pack": PACK.hex(), "offset": 65_536, "key": KEY.hex(), "head": sealed.hex(),
                "table": table.hex(), "plain": plain.hex(), "pieces": said}  # fmt: skip

    fits = [65_000]  # a table of few zeros
    two = [20_000, 44_800]
    v = batch(two)
    yield "two", "two pieces", "success", v
    yield "one", "one piece", "success", batch(fits)
    # The sealed table would have to be 16,456 to 16,471 bytes long, which no table makes.
    gap = next(n for n in range(48_000, 50_000) if c.table_length(1, c.sealed_length(n)) > c.STEP)
    yield "tag-more", "a tag more makes the next multiple", "success", batch([gap])
    yield "tag-before", "a byte less of the piece: no such step", "success", batch([gap - 1])
    for name, value in (("vault", OTHER.hex()), ("pack", OTHER.hex()), ("offset", 0), ("key", NAMES.hex())):
        yield f"fault-{name}", f"another {name}", FAILED, v | {name: value}
    for name in ("head", "table"):
        yield f"fault-{name}-tag", f"one bit of the {name} turned", FAILED, v | {name: flip(v[name])}
    yield "fault-exchanged", "head and table of two batches", "mismatch", v | {"head": batch(fits)["head"]}
    length, size = len(v["table"]) // 2, sum(e["length"] for e in v["pieces"])
    for name, comment, expect, head in (
        ("multiple", "no multiple of 65,536", BAD, (length, size + 1)),
        ("size", "the pieces have another size", "mismatch", (length, size + c.STEP)),
        ("most", "more than a batch may have", LIMIT, (length, c.BATCH_LIMIT)),
        ("huge", "2^64 - 1 bytes of pieces", LIMIT, (length, TOP - 1)),
        ("table-most", "a table of over 4 MiB", LIMIT, (0xFFFF_FFFF, size)),
    ):
        yield f"fault-{name}", comment, expect, batch(two, c.encode_head(*head))
    first = c.chunk_name(NAMES, u32(fits[0]))
    yield "fault-zeros", "65,536 bytes more of zeros", BAD, batch(fits, more=c.STEP - 64)
    for name, comment, expect, change in (
        ("count-0", "no pieces", BAD, (u32(1) + first, u32(0) + first)),
        ("count", "2^31 pieces", BAD, (u32(1) + first, u32(1 << 31) + first)),
        ("coding", "coding 2", "unknown", (b"\0" + u32(fits[0]), b"\2" + u32(fits[0]))),
        ("plain", "a chunk of 1,048,577 bytes", LIMIT, (u32(fits[0]), u32(c.LARGEST + 1))),
        ("plain-0", "a chunk of no bytes", LIMIT, (u32(fits[0]), u32(0))),
        ("length", "another length than its bytes make", "mismatch", (u32(fits[0]), u32(fits[0] - 1))),
    ):
        yield f"fault-{name}", comment, expect, batch(fits, change=change)


def piece_scenarios() -> Iterator[Scenario]:
    """Area `piece`."""
    data = content([{"seed": "09", "count": 4_097}])
    text = content([{"seed": "0a", "count": 4_500}]) + b"The ferry leaves at dawn. " * 100

    def piece(bytes_: bytes, coding: int, stored: bytes | None = None) -> dict:
        name = c.chunk_name(NAMES, bytes_)
        if stored is None:
            stored = zstandard.ZstdCompressor(level=3).compress(bytes_) if coding else bytes_
        sealed = Stream("piece").seal(KEY, c.piece_context(VAULT, name), stored)
        return {"vault": VAULT.hex(), "key": KEY.hex(), "namesKey": NAMES.hex(), "name": name.hex(),
                "coding": coding, "plainLength": len(bytes_), "piece": sealed.hex(),
                "sha256": p.sha256(bytes_).hex()}  # fmt: skip

    v = piece(data, c.PLAIN)
    yield "plain", "4,097 bytes", "success", v
    yield "zstd", "compressed", "success", piece(text, c.ZSTD)
    for name in ("vault", "key", "name"):
        yield f"fault-{name}", f"another {name}", FAILED, v | {name: flip(v[name])}
    yield "fault-tag", "one bit turned", FAILED, v | {"piece": flip(v["piece"])}
    yield "fault-content", "bytes that are not those of the name", FAILED, piece(data, c.PLAIN, data[::-1])
    yield "fault-coding", "coding 2", "unknown", v | {"coding": 2}
    yield "fault-no-frame", "not compressed", BAD, v | {"coding": 1}
    yield "fault-length", "another plain length", "mismatch", v | {"plainLength": 4_096}
    framed = zstandard.ZstdCompressor(level=3).compress(text)
    yield "fault-two-frames", "two frames", BAD, piece(text, c.ZSTD, framed + framed)
    summed = zstandard.ZstdCompressor(level=3, write_checksum=True).compress(text)
    yield "fault-checksum", "a frame with a checksum", BAD, piece(text, c.ZSTD, summed)
    unsized = zstandard.ZstdCompressor(level=3, write_content_size=False).compress(text)
    yield "fault-no-size", "a frame that states no size", BAD, piece(text, c.ZSTD, unsized)


AREAS = {"cut": cut_scenarios, "chunk": chunk_scenarios, "pack": pack_scenarios, "batch": batch_scenarios,
         "piece": piece_scenarios}  # fmt: skip

# What is kept in `coffer/v1`: of all of them those that say most for their size.
KEPT_NAMES = {
    "cut": "empty noise-65536 noise-65537 noise-262145 at-262144 zeros noise inserted",
    "chunk": "row row-zstd pack row-noted pack-noted fault-name fault-number fault-tag fault-kind-5 fault-coding "
             "fault-plain-most fault-padding fault-note-first fault-piece-short fault-piece-length fault-zstd-none "
             "fault-pack-trailing",
    "pack": "row fault-num fault-tag fault-key fault-length fault-empty fault-trailing",
    "batch": "two fault-offset fault-key fault-table-tag fault-exchanged fault-multiple fault-size fault-most "
             "fault-table-most one fault-count-0 fault-count fault-coding fault-plain-0 fault-length",
    "piece": "plain fault-content",
}  # fmt: skip


def kept(area: str) -> Iterator[Scenario]:
    """The kept ones of an area, without the gear table, which the cuts follow from."""
    names = KEPT_NAMES[area].split()
    found = {name: (comment, expect, v) for name, comment, expect, v in AREAS[area]()}
    for name in names:
        comment, expect, v = found[name]
        yield name, comment, expect, {n: x for n, x in v.items() if n != "gear"}


KEPT = {area: partial(kept, area) for area in AREAS}


def everything() -> Iterator[tuple[str, str, dict]]:
    """Area, name and vector of each."""
    for area, scenarios in AREAS.items():
        found = list(scenarios())
        assert len({name for name, *_ in found}) == len(found), area
        for name, comment, expect, rest in found:
            head = {"area": area, "comment": comment, "expect": expect, "numberOfTests": len(found)}
            yield area, name, head | rest


def main() -> None:
    for area, name, v in everything():
        (Path(sys.argv[1]) / area).mkdir(parents=True, exist_ok=True)
        text = json.dumps(v, indent=1, ensure_ascii=True) + "\n"
        (Path(sys.argv[1]) / area / f"{name}.json").write_text(text)


if __name__ == "__main__":
    main()
