"""The container of a bundle: a ustar archive of one form (Docs/Format.md, section 16)."""

from __future__ import annotations

import hashlib
import os
import re
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from encoding import mismatch, not_canonical, over_limit, unknown

BLOCK = 512
PIECE = 1 << 20  # how much of a member is read at once
RECORDS_LIMIT, RECORDS = 4_198_472, 99_999
LIMITS = {
    "README.txt": 16_384, "keyring.json": 1_048_576, "subjects.seal": 67_108_864,
    "signers.txt": 65_536, "manifest.json": 16_777_216, "SHA256SUMS": 16_777_216,
    "SHA256SUMS.minisig": 1_024,
}  # fmt: skip
BEFORE = ("README.txt", "keyring.json", "subjects.seal", "signers.txt")
AFTER = ("manifest.json", "SHA256SUMS", "SHA256SUMS.minisig")
RECORD = re.compile(r"records-([0-9]{5})\.seal")


@dataclass
class Member:
    """Where the content of a member stands in the file."""

    name: str
    at: int
    size: int


def record_name(number: int) -> str:
    """The name of the member with this segment."""
    return f"records-{number:05d}.seal"


def header(name: str, size: int) -> bytes:
    """The one header block that a member of this name and size has."""
    parts = [
        name.encode().ljust(100, b"\0"), b"0000600\0", b"0000000\0", b"0000000\0",
        f"{size:011o}\0".encode(), b"00000000000\0", b" " * 8, b"0", bytes(100), b"ustar\x0000",
        bytes(64), b"0000000\0", b"0000000\0", bytes(155 + 12),
    ]  # fmt: skip
    # POSIX.1-1988: the sum of all bytes, those of the sum itself taken for spaces.
    parts[6] = f"{sum(b''.join(parts)):06o}\0 ".encode()
    return b"".join(parts)


def archive(members: list[tuple[str, bytes]]) -> bytes:
    """A whole container; for tests and vectors."""
    out = []
    for name, content in members:
        out += [header(name, len(content)), content, bytes(-len(content) % BLOCK)]
    return b"".join(out) + bytes(2 * BLOCK)


class Container:
    """An open bundle whose headers were checked, and whose contents are read when asked for."""

    def __init__(self, path: Path) -> None:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC | os.O_NONBLOCK)
        self.file = os.fdopen(descriptor, "rb")
        try:
            status = os.fstat(descriptor)
            if not stat.S_ISREG(status.st_mode):
                raise mismatch(f"{path} is no file")
            self.length = status.st_size
            self.members = {m.name: m for m in self._scan()}
        except BaseException:
            self.close()
            raise
        self.records = [m for m in self.members.values() if RECORD.fullmatch(m.name)]

    def close(self) -> None:
        self.file.close()

    def _take(self, count: int, what: str) -> bytes:
        found = self.file.read(count)
        if len(found) != count:
            raise not_canonical(f"the bundle ends within {what}")
        return found

    def _scan(self) -> Iterator[Member]:
        """All headers, in the order that section 16 gives."""
        for name in BEFORE:
            yield self._member(name)
        number = 1
        while RECORD.fullmatch(name := self._name()):
            if number > RECORDS:
                raise over_limit(f"there are more than {RECORDS} members of records")
            yield self._member(record_name(number))
            number += 1
        if number == 1:
            raise not_canonical(f"{record_name(1)} is missing")
        if name.startswith("chunks-"):
            raise unknown(f"the bundle has the member {name}")
        for name in AFTER:
            yield self._member(name)
        if self._take(2 * BLOCK, "its end") != bytes(2 * BLOCK):
            raise not_canonical("the bundle does not end in two blocks of NULs")
        if self.file.read(1):
            raise not_canonical("the bundle has bytes after its end")

    def _name(self) -> str:
        """The name in the next header, which is not taken yet."""
        at = self.file.tell()
        name = self._take(BLOCK, "a header")[:100].rstrip(b"\0").decode("latin-1")
        self.file.seek(at)
        return name

    def _member(self, name: str) -> Member:
        found = self._take(BLOCK, f"the header of {name}")
        digits = found[124:135]
        if not re.fullmatch(rb"[0-7]{11}", digits):
            raise not_canonical(f"the size of {name} is not eleven octal digits")
        size = int(digits, 8)
        if found != header(name, size):
            raise not_canonical(f"the header in the place of {name} is not its one header")
        limit = LIMITS.get(name, RECORDS_LIMIT)
        if size > limit:
            raise over_limit(f"{name} has {size} bytes, more than {limit}")
        at = self.file.tell()
        if at + size > self.length:
            raise not_canonical(f"the bundle ends within {name}")
        self.file.seek(size, os.SEEK_CUR)
        if any(self._take(-size % BLOCK, f"the padding of {name}")):
            raise not_canonical(f"{name} is not padded with NULs")
        return Member(name, at, size)

    def read(self, name: str) -> bytes:
        """The content of a member."""
        member = self.members[name]
        self.file.seek(member.at)
        return self._take(member.size, name)

    def digest(self, name: str) -> str:
        """The SHA-256 of a member in hexadecimal."""
        member, total = self.members[name], hashlib.sha256()
        self.file.seek(member.at)
        for at in range(0, member.size, PIECE):
            total.update(self._take(min(PIECE, member.size - at), name))
        return total.hexdigest()
