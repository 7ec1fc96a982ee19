"""An independent reader of vaults and bundles, written from Docs/Format.md alone.

python3 Vectors/reader VAULT SECRET [--export DIR | --json | --listing] [--summary]
python3 Vectors/reader files VAULT|FOLDER|BUNDLE SECRET [--get NAME [--to FILE] | --export DIR]
        [--cuts] [--of UUID]
python3 Vectors/reader verify FOLDER|BUNDLE... [--signer KEY | SECRET]
python3 Vectors/reader read FOLDER|BUNDLE SECRET [--vault UUID] [--summary]

SECRET is --password-file FILE, with --keyfile FILE where one belongs to it, or
--recovery-key-file FILE. `--listing` and `read` print the same
lines of a vault and of the newest complete chain of its bundles. `files` lists the files that are
kept, or gives out one or all of them; `--cuts` cuts each anew and compares.

Exit codes: 0 all checks hold, 2 usage or a file that cannot be read, 3 wrong password, 6 refused.
"""

from __future__ import annotations

import argparse
import os
import sqlite3
import sys
from pathlib import Path
from uuid import UUID

from bundle import Bundle
from encoding import Refused, mismatch
from files import Chunks, File, extract
from folder import BARE, SUFFIX, open_folder, read_folder, verify_deep
from jsontext import quote
from keyring import WrongPassword
from minisign import PublicKey
from output import export, line
from reading import Reading
from values import nfc
from vault import Vault


def secrets(arguments: argparse.Namespace) -> tuple[str | None, str | None, bytes | None]:
    """Password and recovery key, one of them or neither; and the keyfile."""
    if arguments.password_file:
        keyfile = arguments.keyfile.read_bytes() if arguments.keyfile else None
        return arguments.password_file.read_text().removesuffix("\n"), None, keyfile
    if arguments.recovery_key_file:
        return None, arguments.recovery_key_file.read_text().strip(), None
    return None, None, None


def read_vault(arguments: argparse.Namespace) -> None:
    vault = Vault(arguments.vault, *secrets(arguments))
    reading = Reading(vault)
    try:
        # Section 8: what Coffer notes about itself is nobody's records; the listing has it.
        lines: dict[str, list[str]] = {c.name: [] for c in vault.collections if not c.is_own}
        for collection, record in reading.everything():
            if not collection.is_own:
                lines[collection.name].append(line(collection, record))
    finally:
        reading.close()
        vault.database.close()
    # Nothing is handed out before everything was checked.
    if arguments.export:
        export(arguments.export, lines)
    elif arguments.listing:
        print(*reading.contents.lines(), sep="\n")
    elif arguments.json:
        for name, found in lines.items():
            for text in found:
                print(f'{{"collection":{quote(name)},"record":{text}}}')
    if arguments.summary or not (arguments.export or arguments.json or arguments.listing):
        print(f"vault {UUID(bytes=vault.id)}, generation {vault.state.generation}")
        for name, count in reading.counts.items():
            print(f"{name}: {count}")


def read_files(arguments: argparse.Namespace) -> None:
    """Lists or gives out files, after the whole vault or chain was checked."""
    path = arguments.vault
    if path.is_file() or not (path / "vault.sqlite").exists() and any(path.glob("*" + SUFFIX)):
        vault = arguments.of.bytes if arguments.of else None
        with open_folder(path, *secrets(arguments), vault) as (_, contents):
            if contents.without_chunks and (arguments.get or arguments.export or arguments.cuts):
                raise mismatch(f"the bundle {BARE}")
            give_out(arguments, contents.files, contents.store)
        return
    vault = Vault(path, *secrets(arguments))
    reading = Reading(vault)
    try:
        for _ in reading.everything():
            pass
        give_out(arguments, reading.files, reading.store)
    finally:
        reading.close()
        vault.database.close()


def give_out(arguments: argparse.Namespace, files: list[File], store: Chunks) -> None:
    for file in files if arguments.cuts else ():
        file.compare_cuts(store)
    if arguments.get is not None:
        file = next((f for f in files if f.name == nfc(arguments.get)), None)
        if file is None:
            raise FileNotFoundError(f"there is no file {quote(arguments.get)}")
        if arguments.to:
            extract(file, store, arguments.to)
        else:
            for data in file.read(store):
                sys.stdout.buffer.write(data)
    elif arguments.export:
        for file in files:
            extract(file, store, arguments.export / file.name)
    else:
        for file in files:
            print(file.line())


def read_bundles(arguments: argparse.Namespace) -> None:
    vault = arguments.vault.bytes if arguments.vault else None
    names, contents = read_folder(arguments.folder, *secrets(arguments), vault)
    if arguments.summary:
        print(f"vault {UUID(bytes=contents.vault)}, generation {contents.state.generation}")
        print(f"bundles: {', '.join(names)}")
        for name in ("records", "older", "tombs", "audit", "files"):
            print(f"{name}: {len(getattr(contents, name))}")
    else:
        print(*contents.lines(), sep="\n")


def verify(arguments: argparse.Namespace) -> None:
    """Every bundle that is named; the first one that is refused ends it."""
    secret = secrets(arguments)
    key = None
    if arguments.signer:
        file = Path(arguments.signer)
        key = PublicKey.of_file(file.read_text() if file.is_file() else arguments.signer)
    paths = []
    for path in arguments.bundles:
        paths += sorted(path.glob("*" + SUFFIX)) if path.is_dir() else [path]
    if not paths:
        raise mismatch("there is no bundle")
    for path in paths:
        try:
            bundle = Bundle(path)
        except Refused as refusal:
            raise Refused(refusal.kind, f"{path.name}: {refusal}") from None
        try:
            print(f"{path.name}: {report(bundle, key, *secret)}")
        except Refused as refusal:
            raise Refused(refusal.kind, f"{path.name}: {refusal}") from None
        finally:
            bundle.close()


def report(
    bundle: Bundle,
    key: PublicKey | None,
    password: str | None,
    recovery: str | None,
    keyfile: bytes | None,
) -> str:
    """What was found of one bundle."""
    said = f"content {bundle.content_id.hex()}, "
    if key:
        return said + f"signed by {bundle.signed_by(key).written()}"
    if password is None and recovery is None:
        return said + "complete; nobody was asked who signed"
    reading, contents = verify_deep(bundle, password, recovery, keyfile)
    counts = sum(reading.end.entries)
    said += f"signed by {bundle.signer.written()}, {counts} entries opened"
    return said + (f"; {BARE}" if contents and contents.without_chunks else "")


def parsers() -> dict[str, argparse.ArgumentParser]:
    first = __doc__.partition("\n")[0]
    vault = argparse.ArgumentParser(prog="reader", description=first, epilog="See also: files, verify, read.")
    vault.add_argument("vault", type=Path)
    output = vault.add_mutually_exclusive_group()
    output.add_argument("--export", type=Path, metavar="DIR")
    output.add_argument("--json", action="store_true")
    output.add_argument("--listing", action="store_true", help="everything, as `read` prints it")
    vault.add_argument("--summary", action="store_true")
    files = argparse.ArgumentParser(prog="reader files", description="List files, or give them out.")
    files.add_argument("vault", type=Path, metavar="VAULT|FOLDER|BUNDLE")
    output = files.add_mutually_exclusive_group()
    output.add_argument("--get", metavar="NAME", help="one file, to standard output or --to")
    output.add_argument("--export", type=Path, metavar="DIR", help="all files")
    files.add_argument("--to", type=Path, metavar="FILE")
    files.add_argument("--cuts", action="store_true", help="cut every file anew and compare")
    files.add_argument("--of", type=UUID, metavar="UUID", help="whose, of bundles of several vaults")
    one = argparse.ArgumentParser(prog="reader verify", description="Verify bundles.")
    one.add_argument("bundles", type=Path, nargs="+", metavar="FOLDER|BUNDLE")
    read = argparse.ArgumentParser(prog="reader read", description="Read a chain of bundles.")
    read.add_argument("folder", type=Path, metavar="FOLDER|BUNDLE")
    read.add_argument("--vault", type=UUID, metavar="UUID", help="where there are several")
    read.add_argument("--summary", action="store_true")
    for parser, required in ((vault, True), (files, True), (one, False), (read, True)):
        secret = parser.add_mutually_exclusive_group(required=required)
        secret.add_argument("--password-file", type=Path)
        secret.add_argument("--recovery-key-file", type=Path)
        parser.add_argument("--keyfile", type=Path)
        if parser is one:
            secret.add_argument("--signer", metavar="KEY", help="a public key, or a file with it")
    return {"": vault, "files": files, "verify": one, "read": read}


COMMANDS = {"": read_vault, "files": read_files, "verify": verify, "read": read_bundles}


def main() -> int:
    words = sys.argv[1:]
    command = words.pop(0) if words and words[0] and words[0] in COMMANDS else ""
    try:
        COMMANDS[command](parsers()[command].parse_args(words))
    except WrongPassword:
        print("wrong password", file=sys.stderr)
        return 3
    except Refused as refusal:
        print(f"refused ({refusal.kind}): {refusal}", file=sys.stderr)
        return 6
    except sqlite3.Error as error:
        print(f"refused (database): {error}", file=sys.stderr)
        return 6
    except (OSError, UnicodeDecodeError) as error:
        print(f"{error}", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    os.umask(0o077)
    sys.exit(main())
