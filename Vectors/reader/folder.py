"""Bundles of a folder: the newest complete chain, opened and added up (Docs/Format.md, section 19.3)."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import UUID

from bundle import Bundle
from chain import BundleReading, add_up
from contents import Contents
from encoding import Refused, mismatch
from keyring import Keyring

BARE = "carries no chunks, as a safety bundle does: the bytes of its files are not in it"
SUFFIX = ".coffer-bundle"


def say(text: str) -> None:
    print(text, file=sys.stderr)


def bundles(folder: Path, warn: Callable[[str], None] = say) -> list[Bundle]:
    """All bundles of a folder, or the one that is named; those that are refused are told."""
    paths = sorted(folder.glob("*" + SUFFIX)) if folder.is_dir() else [folder]
    found = []
    for path in paths:
        try:
            found.append(Bundle(path))
        except Refused as refusal:
            if path == folder:
                raise
            warn(f"{path.name}: refused ({refusal.kind}): {refusal}")
    return found


def newest_chain(found: list[Bundle], vault: bytes | None = None) -> list[Bundle]:
    """The complete chain with the newest end, oldest first."""
    found = [b for b in found if vault in (None, b.vault)]
    if len({b.vault for b in found}) > 1:
        names = ", ".join(sorted({str(UUID(bytes=b.vault)) for b in found}))
        raise mismatch(f"there are bundles of several vaults ({names}); name one")
    by_content = {b.content_id: b for b in found}
    chains = []
    for tip in found:
        chain = [tip]
        while (parent := chain[0].manifest.parent) is not None and parent in by_content:
            if by_content[parent] in chain:
                raise mismatch("bundles name each other as parents")
            chain.insert(0, by_content[parent])
        if parent is None:
            chains.append(chain)
    if not chains:
        raise mismatch("there is no complete chain of bundles")
    return max(chains, key=lambda c: (c[-1].manifest.epoch, c[-1].manifest.generation, len(c)))


def read_chain(
    chain: list[Bundle],
    password: str | None,
    recovery: str | None,
    keyfile: bytes | None = None,
) -> Contents:
    """The keyring of the newest opens all of them, and its signature covers their content ids."""
    keyring = chain[-1].open(password, recovery, keyfile)
    readings: list[BundleReading] = []
    for bundle in chain:
        before = readings[-1] if readings else None
        if before and bundle.manifest.after != before.manifest.sequence:
            raise mismatch(f"{bundle.path.name} does not begin where its parent ends")
        reading = BundleReading(bundle, keyring, before)
        reading.read()
        readings.append(reading)
    return add_up(readings)


@contextmanager
def open_folder(
    folder: Path,
    password: str | None,
    recovery: str | None,
    keyfile: bytes | None = None,
    vault: bytes | None = None,
) -> Iterator[tuple[list[str], Contents]]:
    """The names of the chain's bundles, and what they add up to; files can be read meanwhile."""
    found = bundles(folder)
    try:
        chain = newest_chain(found, vault)
        left = [b for b in found if b.vault == chain[0].vault and b not in chain]
        for bundle in left:
            if bundle.manifest.generation > chain[-1].manifest.generation:
                say(f"{bundle.path.name}: newer, but what it continues is not here")
        contents = read_chain(chain, password, recovery, keyfile)
        if contents.without_chunks:
            say(f"{chain[-1].path.name}: {BARE}")
        yield [b.path.name for b in chain], contents
    finally:
        for bundle in found:
            bundle.close()


def read_folder(
    folder: Path,
    password: str | None,
    recovery: str | None,
    keyfile: bytes | None = None,
    vault: bytes | None = None,
) -> tuple[list[str], Contents]:
    """The same for whoever needs no bytes of files."""
    with open_folder(folder, password, recovery, keyfile, vault) as found:
        return found


def verify_deep(
    bundle: Bundle, password: str | None, recovery: str | None, keyfile: bytes | None = None
) -> tuple[BundleReading, Contents | None]:
    """Who signed, and every entry of one bundle; what a full one adds up to."""
    keyring: Keyring = bundle.open(password, recovery, keyfile)
    reading = BundleReading(bundle, keyring, None)
    reading.read()
    return reading, add_up([reading]) if bundle.manifest.parent is None else None
