"""Checks of the vectors for bundles (Docs/Format.md, sections 17 to 19)."""

from __future__ import annotations

import documents as d
import primitives as p
import records as r
import stream as s
from bundle import BundleKeys, segment_context
from encoding import Cursor, mismatch, unknown
from jsontext import write
from minisign import PublicKey
from output import json_value


def unhex(v: dict, *names: str) -> list[bytes]:
    return [bytes.fromhex(v[name]) for name in names]


def same(what: str, found: object, wanted: object) -> None:
    if found != wanted:
        raise AssertionError(f"{what}: {found!r}, not {wanted!r}")


def check_subjects(v: dict) -> None:
    vault, bundle, root, subjects, sealed = unhex(v, "vault", "bundle", "root", "subjects", "seal")
    file = d.KeyringFile(vault, bundle, v["revision"], [], b"", [], subjects)
    rows = file.open_subjects(root, sealed)
    found = [{"number": n, "who": who.hex(), "row": row.hex()} for n, who, row in rows]
    same("rows", found, v["rows"])
    same("plain", d.encode_subjects(rows).hex(), v["plain"])
    same("contexts", [file.key_context().hex(), file.context().hex()], [v["keyContext"], v["context"]])


def check_segment(v: dict) -> None:
    vault, bundle, key, sealed = unhex(v, "vault", "bundle", "key", "seal")
    keys = BundleKeys(key, vault)
    context = segment_context(vault, bundle, v["number"])
    piece = p.open_seal(keys.sealing, context, sealed, "a segment")
    found = [b.hex() for b in (keys.sealing, keys.mac, context, piece)]
    same("segment", found, [v[name] for name in ("sealingKey", "macKey", "context", "piece")])


def check_part(v: dict) -> None:
    vault, bundle, person, key, content = unhex(v, "vault", "bundle", "person", "personKey", "part")

    def open_part(kind: int, collection: int, ident: bytes, stored: bytes) -> bytes:
        aad = s.part_aad(vault, bundle, kind, collection, ident)
        if ident != person:
            raise mismatch("a part of somebody else")
        return p.XAES(key).open(stored[:24], aad, stored[24:], "a part")

    _, plain = s.part(s.Pieces(iter([content])), v["kind"], v["collection"], open_part)
    same("plain", plain.hex(), v["plain"])
    same("aad", s.part_aad(vault, bundle, v["kind"], v["collection"], person).hex(), v["aad"])


def check_content(v: dict) -> None:
    vault, bundle = unhex(v, "vault", "bundle")
    _, digests = d.parse_sums(v["sums"].encode(), vault, bundle)
    if d.content_id(vault, bundle, digests).hex() != v["content"]:
        raise mismatch("the content id")


def check_code(v: dict) -> None:
    mac, entry, rest = unhex(v, "macKey", "entry", "part")
    codes, kind, collection = s.Codes(mac), v["kind"], v["collection"]
    own = entry
    if kind in (s.RECORDS, s.HISTORY):
        parts = [Cursor(content, "a part") for content in (entry, rest)[: v["parts"]]]
        head = b""
        if kind == s.HISTORY:
            c = parts[0]
            c.varint(), c.varint(), c.i64()
            if c.u8() not in (r.REPLACED, r.DELETED):
                raise unknown("an older version has another reason")
            head = entry[: c.at]
        found, own, held = s.parse_record(parts[0], parts)
        for part in parts:
            part.end()
        own, fields = head + own, found.fields | found.personal
        same("part", held, rest)
        said = {str(n): write(json_value(value)) for n, value in sorted(fields.items())}
        same("fields", said, dict(sorted(v["fields"].items(), key=lambda x: int(x[0]))))
    live = codes.live({(kind, collection): [v["number"]]})
    if (f"{codes.own(kind, collection, own, rest):064x}", live.hex()) != (v["own"], v["live"]):
        raise mismatch("a code")


def check_digest(v: dict) -> None:
    vault, bundle, mac, plain, digest = unhex(v, "vault", "bundle", "macKey", "end", "digest")
    c = Cursor(plain, "the end")
    end = s.End.parse(c)
    c.end()
    if not p.same(s.Codes(mac).digest(vault, bundle, end.encode()), digest):
        raise p.failed("the digest")
    same("counts", (end.entries, end.live), (v["entries"], v["live"]))
    same("codes", (end.live_code.hex(), f"{end.own_sum:064x}"), (v["liveCode"], v["ownSum"]))


def check_signer(v: dict) -> None:
    (vault,) = unhex(v, "vault")
    signers = d.parse_signers(v["signers"].encode(), vault)
    found = d.reach(signers, PublicKey.parse(v["trusted"]), vault)
    same("reached", [key.written() for key in found], v["reached"])
