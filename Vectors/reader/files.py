"""The files of a vault (Docs/Format.md, section 20.4)."""

from __future__ import annotations

import hashlib
import os
import re
import unicodedata
from base64 import b64decode, b64encode
from binascii import Error as NotBase64
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

import chunks as c
from catalog import Collection
from encoding import mismatch, not_canonical, over_limit
from jsontext import Number, is_int64, write
from rules import Record
from values import nfc

COLLECTION = "coffer:files"
SEGMENT, NAME = 255, 4_096  # bytes
ENTRY = 36
HEX = re.compile("[0-9a-f]{64}")
SOURCE = {"path", "device", "inode", "changed", "modified"}


class Chunks(Protocol):
    """Any chunk by its name: those of a vault, or of a chain of bundles."""

    @property
    def chunker_key(self) -> bytes: ...

    def length(self, name: bytes) -> int: ...

    def chunk(self, name: bytes) -> bytes: ...


@dataclass
class File:
    """One file; `chunks` are names and lengths."""

    name: str
    size: int
    sha256: str
    media: str | None
    modified: int | None
    links: list[str]
    chunks: list[tuple[bytes, int]] = field(repr=False)

    @classmethod
    def of(cls, collection: Collection, record: Record) -> File:
        """A record of `coffer:files`; older versions have the same form."""
        said = {f.name: record.values.get(f.number) for f in collection.fields if f.name}
        name = said.get("name")
        check_name(name)
        what = f"file {write(name)}"
        size = number(said.get("size"), f"the size of {what}")
        if size is None or size < 0:
            raise not_canonical(f"{what} has no size")
        digest, media, listed = (said.get(n) for n in ("sha256", "media", "chunks"))
        if not isinstance(digest, str) or not HEX.fullmatch(digest):
            raise not_canonical(f"{what} has no SHA-256")
        if media is not None and not isinstance(media, str):
            raise not_canonical(f"{what} has a media type that is no text")
        links = said.get("links")
        if links is not None and not (isinstance(links, list) and all(isinstance(x, str) for x in links)):
            raise not_canonical(f"{what} has links that are no list of texts")
        check_source(said.get("source"), what)
        modified = number(said.get("modified"), f"the time of {what}")
        file = cls(name, size, digest, media, modified, links or [], chunk_list(listed, what))
        if sum(length for _, length in file.chunks) != size:
            raise mismatch(f"{what} has another size than its chunks")
        return file

    def line(self) -> str:
        """What a listing says of it."""
        size = Number(str(self.size))
        return write((("name", self.name), ("size", size), ("sha256", self.sha256), ("media", self.media)))

    def read(self, store: Chunks) -> Iterator[bytes]:
        """Chunk by chunk, each compared with its name; at the end the whole with its SHA-256."""
        whole = hashlib.sha256()
        for name, length in self.chunks:
            data = store.chunk(name)
            if len(data) != length:
                raise mismatch(f"file {write(self.name)} has a chunk of another length than it says")
            whole.update(data)
            yield data
        if whole.hexdigest() != self.sha256:
            raise mismatch(f"file {write(self.name)} has another SHA-256 than its chunks")

    def verify(self, store: Chunks) -> None:
        for name, length in self.chunks:
            if store.length(name) != length:
                raise mismatch(f"file {write(self.name)} has a chunk of another length than it says")
        for _ in self.read(store):
            pass

    def compare_cuts(self, store: Chunks) -> None:
        """Section 20.1: the file cut anew has the chunks that are listed."""
        table = c.gear(store.chunker_key)
        found = [len(chunk) for chunk in c.cut(table, self.read(store))]
        if found != [length for _, length in self.chunks]:
            raise mismatch(f"file {write(self.name)} is cut in other places")


def files_of(own: Collection, records: Iterable[Record]) -> list[File]:
    """The files among records, by name."""
    found = [File.of(own, record) for record in records if record.place.collection == own.number]
    return sorted(found, key=lambda file: file.name.encode())


def verify_files(files: list[File], store: Chunks) -> None:
    """Every chunk is there, and every file is what it says; the same bytes are read once."""
    done = set()
    for file in files:
        content = (file.sha256, *file.chunks)
        if content not in done:
            file.verify(store)
            done.add(content)


def number(value: object, what: str) -> int | None:
    """An integer, or None where there is none."""
    if value is None:
        return None
    if not isinstance(value, Number) or not is_int64(value.literal):
        raise not_canonical(f"{what} is no integer")
    return int(value.literal)


def check_name(name: object) -> None:
    """A path of the vault's own, which is safe to make a path of the disk of."""
    if not isinstance(name, str):
        raise not_canonical("a file has no name")
    what = f"the name {write(name)}"
    segments = name.split("/")
    if any(s in ("", ".", "..") for s in segments):
        raise not_canonical(f"{what} has a segment that is no name")
    if len(name.encode()) > NAME or any(len(s.encode()) > SEGMENT for s in segments):
        raise over_limit(f"{what} is too long")
    if nfc(name) != name or any(unicodedata.category(x) == "Cc" for x in name):
        raise not_canonical(f"{what} is not NFC or has a control character")


def check_source(source: object, what: str) -> None:
    """Where it came from; times and numbers as the page has them."""
    if source is None:
        return
    if not isinstance(source, tuple) or {name for name, _ in source} != SOURCE:
        raise not_canonical(f"{what} has a source with other members")
    if not all(isinstance(value, str) for _, value in source):
        raise not_canonical(f"{what} has a source with something that is no text")


def chunk_list(listed: object, what: str) -> list[tuple[bytes, int]]:
    """Names and lengths from their Base64."""
    try:
        if not isinstance(listed, str):
            raise ValueError
        data = b64decode(listed, validate=True)
    except (NotBase64, ValueError):
        raise not_canonical(f"{what} has a list of chunks that is no Base64") from None
    if b64encode(data).decode() != listed or len(data) % ENTRY:
        raise not_canonical(f"{what} has a list of chunks of another form")
    out = []
    for at in range(0, len(data), ENTRY):
        length = int.from_bytes(data[at + 32 : at + ENTRY], "big")
        if not 1 <= length <= c.LARGEST:
            raise over_limit(f"{what} has a chunk of {length} bytes")
        out.append((data[at : at + 32], length))
    return out


def extract(file: File, store: Chunks, target: Path) -> None:
    """Makes a new file beside its place and moves it there once it is whole."""
    os.makedirs(target.parent, mode=0o700, exist_ok=True)
    part = target.with_name(f".{os.getpid()}.part")
    try:
        with open(part, "xb") as out:
            for data in file.read(store):
                out.write(data)
        os.link(part, target)  # never over what is there
    finally:
        part.unlink(missing_ok=True)
