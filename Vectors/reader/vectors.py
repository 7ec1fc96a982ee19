"""Makes Vectors/coffer/v1: one scenario per file, always the same bytes.

python3 Vectors/reader/vectors.py [FOLDER]
"""

from __future__ import annotations

import json
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

import bundlevectors
import filevectors
import primitives as p
import records as r
import notevectors as notes
import sealvectors as seals
import slotvectors as slots
import values
import valuevectors
from jsontext import parse
from make import NOW, Stream
from sealvectors import OTHER, VAULT, flip
from valuevectors import Scenario

FOLDER = Path(__file__).resolve().parent.parent / "coffer" / "v1"
CLEAR = {"blob": bytes.hex, "integer": str, "real": str, "text": str}


def record(
    contents: dict[int, tuple[int, str]],
    clear: dict[int, tuple[str, r.Clear]] | None = None,
    keys: tuple[int, ...] = (1,),
    revision: int = 1,
    header: bytes | None = None,
) -> dict:
    """One record; `contents` are scope and JSON text by field number."""
    draw = Stream("record").draw
    data = {n: Stream(f"record key {n}").draw(32) for n in keys if n}
    place = r.Place(VAULT, 7, 5, draw(16), 1_001, list(keys))
    scope_keys = [data[n or keys[0]] for n in keys]
    sealers = [p.XAES(key) for key in scope_keys]
    device, salt = draw(16), draw(24)
    head = r.Header(NOW, NOW + 1_500, device, revision, sorted(contents))
    plains = {i: values.encode(parse(text)) for i, (_, text) in contents.items()}
    scopes = {i: scope for i, (scope, _) in contents.items()}
    columns = {n: value for n, (_, value) in (clear or {}).items()}
    sealed, fields = r.seal_record(place, salt, sealers, head, scopes, plains, columns)
    at = len(sealed) - p.TAG * len(fields)
    tags = {i: sealed[at + p.TAG * n :][: p.TAG] for n, i in enumerate(sorted(fields))}
    aad = place.header_aad(columns, tags)
    if header is not None:
        sealed = salt + sealers[0].seal(salt, aad, header) + sealed[at:]
    listed = [
        {"number": i, "scope": scopes[i], "json": contents[i][1], "plaintext": plains[i].hex(),
         "nonce": r.nonce(salt, i).hex(), "aad": place.field_aad(i).hex(),
         "ciphertext": fields[i].hex(), "tag": tags[i].hex()} for i in sorted(fields)
    ]  # fmt: skip
    written = [{"number": n, "type": kind, "value": CLEAR[kind](value)}
               for n, (kind, value) in sorted((clear or {}).items())]  # fmt: skip
    return {"vault": VAULT.hex(), "collection": 7, "rid": 5, "id": place.id.hex(), "seq": 1_001,
            "keys": list(keys), "scopeKeys": [key.hex() for key in scope_keys], "r": salt.hex(),
            "header": (header or head.encode()).hex(), "headerAad": aad.hex(), "clear": written,
            "fields": listed, "seal": sealed.hex()}  # fmt: skip


def record_scenarios() -> Iterator[Scenario]:
    """Area `record`."""
    two = {1: (0, '"Ser Odo"'), 3: (0, "null"), 12: (0, "[1,2.50]")}
    clear = {2: ("blob", bytes(range(16))), 4: ("integer", -7), 5: ("real", 2.5), 6: ("text", "\u2603")}
    yield "empty", "a record without fields", "success", record({})
    yield "one-field", "one field", "success", record({1: (0, '"Ser Odo"')})
    yield "fields", "fields 1, 3 and 12; 3 is JSON null", "success", record(two)
    yield "clear", "clear columns of each type", "success", record(two, clear)
    person = {1: (0, '"Ser Odo"'), 2: (1, '"was the spy"')}
    yield "person", "a field under the person's key", "success", record(person, keys=(1, 9))
    yield "nobody", "names nobody: keys[1] is 0", "success", record(person, keys=(1, 0))
    high = {8: (0, "1"), 9: (0, "2"), 300: (0, "3"), 2_040: (0, "4")}
    yield "high-numbers", "fields 8, 9, 300 and 2,040: 255 bytes of bitmap", "success", record(high)
    long = {1: (0, '"' + "The ferry leaves at dawn. " * 40 + '"')}
    yield "compressed", "a compressed field, revision 3", "success", record(long, revision=3)
    v = record(two, clear)
    failed, bad = "authenticationFailed", "notCanonical"
    for name in ("vault", "id"):
        yield f"fault-{name}", f"another {name}", failed, v | {name: OTHER.hex()}
    for name, value in (("collection", 8), ("rid", 6), ("seq", 1_002), ("keys", [2])):
        yield f"fault-{name}", f"another {name}", failed, v | {name: value}
    sealed = bytes.fromhex(v["seal"])
    for name, at in (("r", 0), ("header", 24), ("header-tag", 24 + 43), ("field-tag", -1)):
        yield f"fault-{name}", f"one bit of {name} turned", failed, v | {"seal": flip(sealed, at).hex()}
    swapped = sealed[:-32] + sealed[-16:] + sealed[-32:-16]
    yield "fault-tags-swapped", "the last two tags changed places", failed, v | {"seal": swapped.hex()}
    wide = record(high)
    yield "fault-tag-missing", "a tag less than fields", failed, wide | {"seal": wide["seal"][:-32]}
    yield "fault-cut", "no room for a header", bad, v | {"seal": sealed[:60].hex()}
    fields = [dict(f) for f in v["fields"]]
    fields[0]["ciphertext"] = flip(bytes.fromhex(fields[0]["ciphertext"])).hex()
    yield "fault-field", "one bit of a field turned", failed, v | {"fields": fields}
    fields = [dict(f) for f in v["fields"]]
    fields[0]["ciphertext"], fields[1]["ciphertext"] = (fields[n]["ciphertext"] for n in (1, 0))
    yield "fault-fields-swapped", "two fields changed places", failed, v | {"fields": fields}
    yield "fault-field-missing", "a field's column is NULL", failed, v | {"fields": v["fields"][1:]}
    renamed = [v["fields"][0], v["fields"][1] | {"number": 4}, v["fields"][2]]
    yield "fault-field-moved", "a field in another column", failed, v | {"fields": renamed}
    columns = v["clear"]
    yield "fault-clear-missing", "a clear column is NULL", failed, v | {"clear": columns[1:]}
    more = columns + [{"number": 7, "type": "integer", "value": "1"}]
    yield "fault-clear-more", "a clear column more", failed, v | {"clear": more}
    retyped = [columns[0], columns[1] | {"type": "text"}, *columns[2:]]
    yield "fault-clear-type", "-7 as text", failed, v | {"clear": retyped}
    yield from header_faults(two)


def header_faults(two: dict) -> Iterator[Scenario]:
    """Headers that are sealed as they should be and hold what they should not."""
    head = r.Header(NOW, NOW, bytes(16), 1, [1, 3, 12])
    other = r.Header(NOW, NOW, bytes(16), 1, [1, 3, 11]).encode()
    zero = head.encode()[:40] + b"\3" + head.encode()[41:] + b"\0"
    cases = (
        ("bitmap", "the bitmap names another field", other, "mismatch"),
        ("bitmap-zero", "the bitmap ends in a zero byte", zero, "notCanonical"),
        ("trailing", "a byte after the bitmap", head.encode() + b"\0", "notCanonical"),
        ("short", "the bitmap is cut short", head.encode()[:-1], "notCanonical"),
        ("revision-0", "revision 0", r.Header(NOW, NOW, bytes(16), 0, [1, 3, 12]).encode(), "notCanonical"),
    )
    for name, comment, plain, expect in cases:
        yield f"fault-header-{name}", comment, expect, record(two, header=plain)


AREAS = {
    "value": valuevectors.value_scenarios, "index": valuevectors.index_scenarios,
    "id": valuevectors.id_scenarios, "record": record_scenarios, "slot": slots.slot_scenarios,
    "roster": slots.roster_scenarios, "key": seals.key_scenarios, "state": seals.state_scenarios,
    "catalog": seals.catalog_scenarios, "audit": seals.audit_scenarios,
    "tombstone": seals.tombstone_scenarios,
    "note": notes.note_scenarios, **bundlevectors.AREAS, **filevectors.KEPT,
}  # fmt: skip


def main() -> None:
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else FOLDER
    for area, scenarios in AREAS.items():
        found = list(scenarios())
        assert len({name for name, *_ in found}) == len(found), area
        shutil.rmtree(folder / area, ignore_errors=True)
        (folder / area).mkdir(parents=True)
        for name, comment, expect, rest in found:
            head = {"area": area, "comment": comment, "expect": expect, "numberOfTests": len(found)}
            text = json.dumps(head | rest, indent=1, ensure_ascii=True) + "\n"
            (folder / area / f"{name}.json").write_text(text)
        print(f"{area}: {len(found)}")


if __name__ == "__main__":
    main()
