"""The documents of a bundle: keyring, manifest, sums, signers (Docs/Format.md, sections 17 and 18)."""

from __future__ import annotations

import re
from base64 import b64encode
from dataclasses import dataclass
from uuid import UUID

import primitives as p
from container import BEFORE, record_name
from encoding import Cursor, Refused, ascending, context, mismatch, not_canonical, u16, u32, u64, unknown, utf8
from jsontext import Number, parse, write
from minisign import PublicKey, Signature, base64
from values import padded_length

COUNTS = ("records", "history", "tombstones", "audit", "chunks")
SUBJECTS_LEAST = 1_024  # section 17
COMMENT = "coffer bundle"
NUMBER = re.compile(r"0|[1-9][0-9]{0,18}")


class Form:
    """Takes the members of one object in the order in which they must stand."""

    def __init__(self, value: object, what: str, names: str) -> None:
        self.what = what
        if not isinstance(value, tuple) or [name for name, _ in value] != names.split():
            raise not_canonical(f"{what} does not have the members {names} in this order")
        self.members = dict(value)

    def number(self, name: str, limit: int = 2**63) -> int:
        value = self.members[name]
        if not isinstance(value, Number) or not NUMBER.fullmatch(value.literal):
            raise not_canonical(f"{name} of {self.what} is no number of its form")
        if int(value.literal) >= limit:
            raise not_canonical(f"{name} of {self.what} is out of range")
        return int(value.literal)

    def text(self, name: str) -> str:
        if not isinstance(self.members[name], str):
            raise not_canonical(f"{name} of {self.what} is no text")
        return self.members[name]

    def uuid(self, name: str) -> bytes:
        return uuid(self.text(name), f"{name} of {self.what}")

    def hex(self, name: str) -> bytes:
        """32 bytes in hexadecimal."""
        if not re.fullmatch("[0-9a-f]{64}", self.text(name)):
            raise not_canonical(f"{name} of {self.what} is no digest")
        return bytes.fromhex(self.text(name))

    def base64(self, name: str) -> bytes:
        return base64(self.text(name), f"{name} of {self.what}")

    def list(self, name: str, names: str) -> list[Form]:
        if not isinstance(self.members[name], list):
            raise not_canonical(f"{name} of {self.what} is no array")
        return [Form(value, f"{name} of {self.what}", names) for value in self.members[name]]

    def format(self) -> None:
        if (found := self.number("format")) != 1:
            raise unknown(f"{self.what} has format {found}")


def uuid(t: str, what: str) -> bytes:
    """A UUID in lower case."""
    if not re.fullmatch("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", t):
        raise not_canonical(f"{what} is no UUID in lower case")
    return UUID(t).bytes


def document(data: bytes, what: str) -> object:
    """JSON without white space and with one line feed at its end."""
    t = utf8(data, what)
    value = parse(t.removesuffix("\n"))
    if write(value) + "\n" != t:
        raise not_canonical(f"{what} is not in its one form")
    return value


def ident(b: bytes) -> str:
    return str(UUID(bytes=b))


@dataclass
class KeyringFile:
    """keyring.json."""

    vault: bytes
    bundle: bytes
    revision: int
    slots: list[tuple[int, bytes]]
    roster: bytes
    keys: list[tuple[int, bytes]]
    subjects: bytes

    @classmethod
    def parse(cls, data: bytes) -> KeyringFile:
        what = "keyring.json"
        f = Form(document(data, what), what,
                 "format vault bundle revision slots roster keys subjects")  # fmt: skip
        f.format()
        rows = {name: [(row.number("number", 2**32), row.base64("row"))
                       for row in f.list(name, "number row")] for name in ("slots", "keys")}  # fmt: skip
        for name, found in rows.items():
            ascending([0] + [number for number, _ in found], f"{name} of {what}")
        k = cls(f.uuid("vault"), f.uuid("bundle"), f.number("revision"), rows["slots"],
                f.base64("roster"), rows["keys"], f.base64("subjects"))  # fmt: skip
        if not k.revision:
            raise not_canonical("keyring.json has revision 0")
        return k

    def encode(self) -> bytes:
        rows = [[(("number", Number(str(n))), ("row", b64encode(row).decode())) for n, row in found]
                for found in (self.slots, self.keys)]  # fmt: skip
        return (write((
            ("format", Number("1")), ("vault", ident(self.vault)), ("bundle", ident(self.bundle)),
            ("revision", Number(str(self.revision))), ("slots", rows[0]),
            ("roster", b64encode(self.roster).decode()), ("keys", rows[1]),
            ("subjects", b64encode(self.subjects).decode()))) + "\n").encode()  # fmt: skip

    def key_context(self) -> bytes:
        """Of the key that subjects.seal is under."""
        return context("coffer/v1/subjects-key", self.vault, self.bundle, u64(self.revision))

    def context(self) -> bytes:
        """Of subjects.seal."""
        return context("coffer/v1/subjects", self.vault, self.bundle, u64(self.revision))

    def open_subjects(self, root: bytes, sealed: bytes) -> list[tuple[int, bytes, bytes]]:
        """The rows of the keys of persons: number, who, seal."""
        key = p.open_seal(root, self.key_context(), self.subjects, "the key of subjects.seal")
        return parse_subjects(p.open_seal(key, self.context(), sealed, "subjects.seal"))


def encode_subjects(rows: list[tuple[int, bytes, bytes]]) -> bytes:
    out = u32(len(rows))
    out += b"".join(u32(number) + who + u16(len(row)) + row for number, who, row in rows)
    return out.ljust(max(SUBJECTS_LEAST, padded_length(len(out))), b"\0")


def parse_subjects(data: bytes) -> list[tuple[int, bytes, bytes]]:
    c = Cursor(data, "subjects.seal")
    rows = [(c.u32(), c.id(), c.bytes16()) for _ in range(c.u32())]
    ascending([0] + [number for number, *_ in rows], "subjects.seal")
    if any(data[c.at :]) or len(data) != max(SUBJECTS_LEAST, padded_length(c.at)):
        raise not_canonical("subjects.seal is not padded as the format says")
    return rows


@dataclass
class Manifest:
    """manifest.json."""

    vault: bytes
    instance: bytes
    bundle: bytes
    parent: bytes | None
    key: bytes
    epoch: int
    generation: int
    after: int
    sequence: int
    created: int
    entries: list[int]
    live: list[int]
    members: list[tuple[str, int, str]]
    digest: bytes
    audit: bytes

    @classmethod
    def parse(cls, data: bytes) -> Manifest:
        what = "manifest.json"
        f = Form(document(data, what), what, "format vault instance bundle kind parent key epoch"
                 " generation after sequence created entries live members digest audit")  # fmt: skip
        f.format()
        kind, parent = f.text("kind"), None
        if kind not in ("full", "incremental"):
            raise unknown(f"{what} is of the kind {kind}")
        if kind == "full":
            if f.members["parent"] is not None:
                raise not_canonical("a full bundle names a parent")
        else:
            parent = f.hex("parent")
        counts = [Form(f.members[name], f"{name} of {what}", " ".join(COUNTS))
                  for name in ("entries", "live")]  # fmt: skip
        entries, live = ([one.number(name) for name in COUNTS] for one in counts)
        members = [(m.text("name"), m.number("size"), m.hex("sha256").hex())
                   for m in f.list("members", "name size sha256")]  # fmt: skip
        numbers = [f.number(name) for name in ("epoch", "generation", "after", "sequence", "created")]
        m = cls(f.uuid("vault"), f.uuid("instance"), f.uuid("bundle"), parent, f.uuid("key"), *numbers,
                entries, live, members, f.hex("digest"), f.hex("audit"))  # fmt: skip
        if parent is None and m.after or m.after > m.sequence:
            raise not_canonical(f"{what} begins after a number that cannot be")
        if live[4]:
            raise unknown("the bundle counts the chunks that the vault had")
        return m

    def encode(self) -> bytes:
        number = lambda n: Number(str(n))  # noqa: E731
        entries, live = (tuple(zip(COUNTS, map(number, c))) for c in (self.entries, self.live))
        return (write((
            ("format", number(1)), ("vault", ident(self.vault)), ("instance", ident(self.instance)),
            ("bundle", ident(self.bundle)), ("kind", "incremental" if self.parent else "full"),
            ("parent", self.parent and self.parent.hex()), ("key", ident(self.key)),
            ("epoch", number(self.epoch)), ("generation", number(self.generation)),
            ("after", number(self.after)), ("sequence", number(self.sequence)),
            ("created", number(self.created)), ("entries", entries), ("live", live),
            ("members", [(("name", n), ("size", number(s)), ("sha256", d)) for n, s, d in self.members]),
            ("digest", self.digest.hex()), ("audit", self.audit.hex()))) + "\n").encode()  # fmt: skip


def sums_line(vault: bytes, bundle: bytes, revision: int, epoch: int) -> str:
    """The first line of SHA256SUMS."""
    return (f"# coffer bundle v1 vault={ident(vault)} bundle={ident(bundle)}"
            f" rev={revision} epoch={epoch}")  # fmt: skip


SUMS = re.compile("([0-9a-f]{64})  (.+)")


def parse_sums(data: bytes, vault: bytes, bundle: bytes) -> tuple[str, list[tuple[str, str]]]:
    """The first line and the (name, digest) of every member, in the order of section 16."""
    head, *lines = utf8(data, "SHA256SUMS").split("\n")
    if not head.startswith(sums_line(vault, bundle, 0, 0).removesuffix("0 epoch=0")):
        raise mismatch("SHA256SUMS names another vault or bundle")
    if not lines or lines.pop() != "" or not all(found := [SUMS.fullmatch(t) for t in lines]):
        raise not_canonical("SHA256SUMS has a line of another form")
    digests = [(m[2], m[1]) for m in found]
    records = [record_name(n) for n in range(1, len(digests) - len(BEFORE))]
    if not records or [name for name, _ in digests] != [*BEFORE, *records, "manifest.json"]:
        raise not_canonical("SHA256SUMS does not list the members in their order")
    return head, digests


def content_id(vault: bytes, bundle: bytes, digests: list[tuple[str, str]]) -> bytes:
    """The content id over (name, hexadecimal digest) of the members that it is about."""
    lines = "".join(f"{digest}  {name}\n" for name, digest in digests
                    if name.startswith(("records-", "chunks-")))  # fmt: skip
    return p.sha256(b"coffer/v1/content" + vault + bundle + lines.encode())


def signer_text(vault: bytes, new: PublicKey) -> bytes:
    """What the key before signs."""
    return f"# coffer signer v1 vault={ident(vault)}\n{new.written()}\n".encode()


def signers_head(vault: bytes) -> str:
    return f"# coffer signers v1 vault={ident(vault)}"


Link = tuple[PublicKey, Signature | None]


def parse_signers(data: bytes, vault: bytes) -> list[Link]:
    """All signing keys of a vault with the word of the one before; empty where there is one only."""
    head, *lines = utf8(data, "signers.txt").split("\n")
    if head != signers_head(vault):
        raise mismatch("signers.txt is not of this vault")
    if not lines or lines.pop() != "":
        raise not_canonical("signers.txt does not end as it must")
    keys: list[Link] = []
    for line in lines:
        words = line.split(" ")
        if len(words) != 5 or (words[0], words[2]) != ("signer", "by"):
            raise not_canonical("signers.txt has a line that is no signer")
        new, old, signature = PublicKey.parse(words[1]), PublicKey.parse(words[3]), Signature.parse(words[4])
        if keys and keys[-1][0] != old:
            raise mismatch("signers.txt has a signer by another than the one before")
        if signature.number != old.number:
            raise not_canonical("signers.txt has a signature of another key than it says")
        keys = keys or [(old, None)]
        if new in [key for key, _ in keys]:
            raise mismatch("signers.txt has a signer twice")
        keys.append((new, signature))
    return keys


def reach(signers: list[Link], trusted: PublicKey, vault: bytes) -> list[PublicKey]:
    """A key and those that it vouches for; a signature that does not fit ends it."""
    found = [trusted]
    keys = [key for key, _ in signers]
    for new, signature in signers[keys.index(trusted) + 1 :] if trusted in keys else []:
        try:
            found[-1].verify_prehashed(signature, signer_text(vault, new), "a signer")
        except Refused:
            break
        found.append(new)
    return found
