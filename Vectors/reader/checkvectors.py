"""Runs every vector of Vectors/coffer/v1 through the reader; the expectations are in the files."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import bundlechecks
import filechecks
import catalog as cat
import keys as k
import primitives as p
import records as r
import state as st
import values
from encoding import Refused, mismatch, not_canonical
from jsontext import parse, write

FOLDER = Path(__file__).resolve().parent.parent / "coffer" / "v1"
EXPECTATIONS = {
    "success",
    "authenticationFailed",
    "notCanonical",
    "refusedLimit",
    "refusedSharedSecret",
    "unknown",
    "mismatch",
}


def unhex(v: dict, *names: str) -> list[bytes]:
    return [bytes.fromhex(v[name]) for name in names]


def same(what: str, found: object, wanted: object) -> None:
    """An intermediate value that differs is a fault of the reader or the vector."""
    if found != wanted:
        raise AssertionError(f"{what}: {found!r}, not {wanted!r}")


def check_value(v: dict) -> None:
    (plain,) = unhex(v, "plaintext")
    value = values.decode(plain)
    tag, content = values.body(value)
    same("tag", tag, v["tag"])
    same("body", content.hex(), v["body"])
    if "json" in v:
        same("json", write(value), v["json"])
    if not v["compressed"]:
        same("plaintext", values.frame(tag, content), plain)


def check_index(v: dict) -> None:
    (key,) = unhex(v, "key")
    value = parse(v["json"])
    column = values.index(key, v["collection"], v["field"], value)
    same("column", column and column.hex(), v["column"])
    if value is not None:
        same("canonical", values.canonical(value).hex(), v["canonical"])


def check_id(v: dict) -> None:
    (key,) = unhex(v, "key")
    if v["kind"] == "record":
        found = values.record_id(key, v["collection"], parse(v["json"]))
    elif v["kind"] == "subject":
        found = values.subject_id(key, parse(v["json"]))
    else:
        found = values.content_id(key, v["collection"], v["json"], v["ordinal"])
    same("id", found.hex(), v["id"])


def check_slot(v: dict) -> None:
    vault, sealed = unhex(v, "vault", "slot")
    slot = k.Slot.parse(sealed)
    same("slot", slot.encode(), sealed)
    if slot.kind == k.RECOVERY:
        secret = p.bech32m_decode(k.RECOVERY_PREFIX, v["recoveryKey"])
        if len(secret) != 32:
            raise not_canonical("a recovery key has 32 bytes")
    else:
        keyfile = bytes.fromhex(v["keyfile"]) if "keyfile" in v else None
        if slot.kind == k.KEYFILE and keyfile is not None and "slotKey" in v:
            found = slot.slot_key(vault, bytes.fromhex(v["password"]), keyfile)
            same("slotKey", found.hex(), v["slotKey"])
        secret = slot.open_secret(vault, bytes.fromhex(v["password"]), keyfile)
    root, auth = slot.open_root(vault, secret)
    for name, found in (("secret", secret), ("auth", auth), ("root", root)):
        same(name, found.hex(), v[name])


def check_roster(v: dict) -> None:
    vault, root_id, root, sealed = unhex(v, "vault", "rootId", "root", "roster")
    entries = k.parse_roster(p.open_seal(root, k.roster_context(vault, root_id), sealed, "roster"))
    rows = [(row["num"], bytes.fromhex(row["seal"])) for row in v["slots"]]
    k.compare_roster(entries, rows, root_id)
    same("plain", k.encode_roster(entries).hex(), v["plain"])


def check_key(v: dict) -> None:
    vault, root_id, root, who, sealed = unhex(v, "vault", "rootId", "root", "who", "seal")
    plain = p.open_seal(root, k.key_context(vault, root_id, v["num"], who), sealed, "key")
    key = k.DataKey.parse(v["num"], who, plain)
    same("plain", key.encode(), plain)
    same("key", key.key.hex(), v["key"])


def check_state(v: dict) -> None:
    vault, key, row = unhex(v, "vault", "key", "row")
    keys = st.StateKeys(key, vault)
    state = keys.open(row)
    same("plain", state.encode().hex(), v["plain"])
    total = 0
    for item in v["frame"]:
        code = keys.code(item["table"], item["collection"], *unhex(item, "key", "seal"))
        same("code", f"{code:064x}", item["code"])
        total += code
    if total % 2**256 != state.frame:
        raise mismatch("the frame sum")


def check_catalog(v: dict) -> None:
    vault, key, sealed = unhex(v, "vault", "key", "seal")
    context = cat.catalog_context(vault, v["num"], v["ver"])
    plain = p.open_seal(key, context, sealed, "definition")
    d = cat.Collection.parse(plain)
    same("plain", d.encode(), plain)
    if (d.number, d.version) != (v["num"], v["ver"]):
        raise mismatch("the definition's number and version")
    for name, has_history in (("statements", False), ("statementsWithHistory", True)):
        same(name, [sql for *_, sql in cat.statements(d, has_history)], v[name])


CLEAR = {"blob": bytes.fromhex, "integer": int, "real": float, "text": str}


def check_record(v: dict) -> None:
    vault, ident, sealed = unhex(v, "vault", "id", "seal")
    place = r.Place(vault, v["collection"], v["rid"], ident, v["seq"], v["keys"])
    sealers = [p.XAES(bytes.fromhex(key)) for key in v["scopeKeys"]]
    clear = {c["number"]: CLEAR[c["type"]](c["value"]) for c in v["clear"]}
    fields = {f["number"]: f for f in v["fields"]}
    salt, header, tags = r.open_header(place, sealers[0], sealed, list(fields), clear)
    same("header", header.encode().hex(), v["header"])
    for i, f in fields.items():
        content = bytes.fromhex(f["ciphertext"])
        plain = r.open_field(place, sealers[f["scope"]], salt, i, content, tags[i])
        same("plaintext", plain.hex(), f["plaintext"])
        same("json", write(values.decode(plain)), f["json"])


def check_audit(v: dict) -> None:
    vault, key, sealed, previous = unhex(v, "vault", "key", "seal", "previous")
    plain = p.open_seal(key, r.audit_context(vault, v["num"]), sealed, "audit entry")
    entry = r.Entry.parse(plain)
    same("plain", entry.encode(), plain)
    if (entry.num, entry.previous) != (v["num"], previous):
        raise mismatch("the entry does not follow the one before it")
    same("head", r.next_head(previous, sealed).hex(), v["head"])


def check_tombstone(v: dict) -> None:
    vault, key, sealed = unhex(v, "vault", "key", "seal")
    plain = p.open_seal(key, r.tomb_context(vault, v["seq"]), sealed, "tombstone")
    same("plain", r.Tombstone.parse(plain).encode(), plain)
    same("plain", plain.hex(), v["plain"])


def check_note(v: dict) -> None:
    vault, key, sealed, row = unhex(v, "vault", "key", "seal", "rowSeal")
    context = r.note_context(vault, v["collection"], v["hid"])
    plain = p.open_seal(key, context, sealed, "note")
    note = r.Note.parse(plain)
    same("plain", note.encode(), plain)
    same("plain", plain.hex(), v["plain"])
    if note.digest != p.sha256(row):
        raise mismatch("the note of another row")


CHECKS = {
    name.removeprefix("check_"): function
    for name, function in list(globals().items()) + list(vars(bundlechecks).items()) + list(vars(filechecks).items())
    if name.startswith("check_")
}


def run(v: dict) -> str:
    """What the reader makes of one vector."""
    try:
        CHECKS[v["area"]](v)
    except Refused as refusal:
        return refusal.kind
    return "success"


def main() -> int:
    """Every file, with the count that each file states for its area."""
    total = faults = 0
    for area in sorted(x for x in FOLDER.iterdir() if x.is_dir()):
        files = sorted(area.glob("*.json"))
        for file in files:
            v = json.loads(file.read_text())
            name = f"{area.name}/{file.name}"
            if v["area"] != area.name or v["expect"] not in EXPECTATIONS:
                faults += 1
                print(f"{name}: unknown area or expectation")
            elif v["numberOfTests"] != len(files):
                faults += 1
                print(f"{name}: {len(files)} files, not {v['numberOfTests']}")
            elif (found := run(v)) != v["expect"]:
                faults += 1
                print(f"{name}: {found}, not {v['expect']}")
            total += 1
    print(f"{total} vectors, {faults} faults")
    return 1 if faults or not total else 0


if __name__ == "__main__":
    sys.exit(main())
