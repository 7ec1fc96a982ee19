"""An independent reader of vaults, written from Docs/Format.md alone.

python3 Vectors/reader VAULT --password-file FILE [--export DIR | --json | --summary]
python3 Vectors/reader VAULT --recovery-key-file FILE [--export DIR | --json | --summary]

Exit codes: 0 all checks hold, 2 usage or a file that cannot be read, 3 wrong password, 6 refused.
"""

from __future__ import annotations

import argparse
import os
import sqlite3
import sys
from pathlib import Path
from uuid import UUID

from encoding import Refused
from jsontext import quote
from output import export, line
from reading import Reading
from vault import Vault, WrongPassword


def run(arguments: argparse.Namespace) -> None:
    password = recovery = None
    if arguments.password_file:
        password = arguments.password_file.read_text().removesuffix("\n")
    else:
        recovery = arguments.recovery_key_file.read_text().strip()
    vault = Vault(arguments.vault, password, recovery)
    try:
        reading = Reading(vault)
        lines: dict[str, list[str]] = {c.name: [] for c in vault.collections}
        for collection, record in reading.everything():
            lines[collection.name].append(line(collection, record))
    finally:
        vault.database.close()
    # Nothing is handed out before everything was checked.
    if arguments.export:
        export(arguments.export, lines)
    elif arguments.json:
        for name, found in lines.items():
            for text in found:
                print(f'{{"collection":{quote(name)},"record":{text}}}')
    if arguments.summary or not (arguments.export or arguments.json):
        print(f"vault {UUID(bytes=vault.id)}, generation {vault.state.generation}")
        for name, count in reading.counts.items():
            print(f"{name}: {count}")


def main() -> int:
    parser = argparse.ArgumentParser(prog="reader", description=__doc__.partition("\n")[0])
    parser.add_argument("vault", type=Path)
    secret = parser.add_mutually_exclusive_group(required=True)
    secret.add_argument("--password-file", type=Path)
    secret.add_argument("--recovery-key-file", type=Path)
    output = parser.add_mutually_exclusive_group()
    output.add_argument("--export", type=Path, metavar="DIR")
    output.add_argument("--json", action="store_true")
    parser.add_argument("--summary", action="store_true")
    try:
        run(parser.parse_args())
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
