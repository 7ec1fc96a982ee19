"""Writes bundles from the parts of others, rightly sealed and signed; for tests only."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path

import documents as d
import primitives as p
import stream as s
import zstandard
from bundle import Bundle, BundleKeys, segment_context
from carried import Carried
from chain import BundleReading
from container import BEFORE, archive, record_name
from keyring import Keyring
from keys import SIGNING, active
from make import Stream
from minisign import Signer
from values import padded_length


@dataclass
class Draft:
    """What a bundle is made of, open to be changed; whatever follows from it is made anew."""

    manifest: d.Manifest
    keyring_file: d.KeyringFile
    documents: dict[str, bytes]
    batches: list[s.Batch]
    signer: Signer
    keys: BundleKeys
    people: dict[bytes, bytes]
    codings: dict[int, int] = field(default_factory=dict)  # of the parts of a kind
    end: Callable[[s.End], s.End] = lambda end: end
    piece: Callable[[bytes], bytes] = lambda piece: piece
    late: Callable[[dict[str, bytes]], None] = lambda members: None
    final: Callable[[bytes], bytes] = lambda data: data

    @classmethod
    def of(cls, bundle: Bundle, keyring: Keyring) -> Draft:
        """A bundle taken apart."""
        reading = BundleReading(bundle, keyring, None)
        batches = list(s.batches(s.Pieces(reading.pieces()), reading.open_part))
        own = active(list(keyring.keys.values()), SIGNING)
        return cls(
            replace(bundle.manifest), replace(bundle.keyring_file),
            {name: bundle.container.read(name) for name in BEFORE if name != "keyring.json"},
            batches, Signer(own.key, own.id[:8]), BundleKeys.of(bundle, keyring),
            {key.id: key.key for key in keyring.keys.values()},
        )  # fmt: skip

    def write(self, path: Path) -> Path:
        """Seals and signs it."""
        m, stream = self.manifest, Stream("forge")
        *body, last = self.batches
        codes = s.Codes(self.keys.mac)
        end = self.end(s.End.parse(s.Cursor(last.parts[0][1], "the end")))
        last = replace(last, parts=[(bytes(16), end.encode())])
        plain = b"".join(self.batch(stream, b) for b in (*body, last))
        *pieces, rest = (plain[at : at + s.PIECE] for at in range(0, len(plain), s.PIECE))
        pieces.append(self.piece(rest.ljust(padded_length(len(rest)), b"\0")))
        members, names = dict(self.documents), []
        m.members = []
        for number, piece in enumerate(pieces, 1):
            names.append(record_name(number))
            sealed = stream.seal(self.keys.sealing, segment_context(m.vault, m.bundle, number), piece)
            members[names[-1]] = sealed
            m.members.append((names[-1], len(sealed), p.sha256(sealed).hex()))
        members["keyring.json"] = self.keyring_file.encode()
        m.digest = codes.digest(m.vault, m.bundle, end.encode())
        m.entries, m.live = end.entries, end.live
        self.late(members)
        members.setdefault("manifest.json", m.encode())
        order = [*BEFORE, *names, "manifest.json"]
        head = d.sums_line(m.vault, m.bundle, self.keyring_file.revision, m.epoch)
        lines = [head] + [f"{p.sha256(members[n]).hex()}  {n}" for n in order]
        sums = members.setdefault("SHA256SUMS", "".join(t + "\n" for t in lines).encode())
        signature = self.signer.sign_file(sums, head).written(d.COMMENT).encode()
        members.setdefault("SHA256SUMS.minisig", signature)
        order += ["SHA256SUMS", "SHA256SUMS.minisig"]
        path.write_bytes(self.final(archive([(n, members[n]) for n in order])))
        return path

    def batch(self, stream: Stream, b: s.Batch) -> bytes:
        parts = []
        for key, plain in b.parts:
            coding = self.codings.get(b.kind, s.AS_IT_IS)
            stored = zstandard.ZstdCompressor(level=3).compress(plain) if coding == s.ZSTD else plain
            if key != bytes(16):
                nonce = stream.draw(24)
                aad = s.part_aad(self.manifest.vault, self.manifest.bundle, b.kind, b.collection, key)
                stored = nonce + p.XAES(self.people[key]).seal(nonce, aad, stored)
            parts.append(s.encode_part(key, coding, len(plain), stored))
        return s.encode_batch(b.kind, b.collection, b.count, parts)

    def sums(self) -> None:
        """Counts and own sum of the changed entries, as an honest writer would have them."""
        codes, total, counts = s.Codes(self.keys.mac), 0, [0] * 5
        for b in self.batches:
            if b.kind in s.COUNTED:
                counts[s.COUNTED.index(b.kind)] += b.count
                total += sum(codes.own(b.kind, b.collection, *x) for x in entries(b))
        self.end = lambda end: replace(end, entries=counts, own_sum=total % 2**256)


def entries(b: s.Batch) -> list[tuple[bytes, bytes]]:
    """The entries of a batch as their own codes take them."""
    cursors = [s.Cursor(content, "a part") for _, content in b.parts]
    c, found = cursors[0], []
    for _ in range(b.count):
        start = c.at
        if b.kind == s.HISTORY:
            c.varint(), c.varint(), c.i64(), c.u8()
        head = c.data[start : c.at]
        if b.kind in (s.RECORDS, s.HISTORY):
            _, own, rest = s.parse_record(c, cursors)
            found.append((head + own, rest))
        elif b.kind == s.CHUNKS:
            found.append(((chunk := Carried.parse(c)).encode(), b""))
            c.take(chunk.stored)
        else:
            c.varint(), (c.take(36) if b.kind == s.TOMBSTONES else c.bytes32())
            found.append((c.data[start : c.at], b""))
    return found
