"""Records as lines of JSON, numbers exactly as stored (Docs/Format.md, sections 1 and 10)."""

from __future__ import annotations

import os
from base64 import b64encode
from pathlib import Path
from uuid import UUID

from catalog import Collection
from encoding import not_canonical
from jsontext import Number, write
from rules import Record

DAY = 86_400_000


def rfc3339(time: int) -> str:
    """A time of section 1 as RFC 3339 in UTC with milliseconds."""
    days, rest = divmod(time, DAY)
    # Civil date from a day count: eras of 400 years that begin on the first of March.
    era, day = divmod(days + 719_468, 146_097)
    of_era = (day - day // 1_460 + day // 36_524 - day // 146_096) // 365
    of_year = day - (365 * of_era + of_era // 4 - of_era // 100)
    month = (5 * of_year + 2) // 153
    date = of_year - (153 * month + 2) // 5 + 1
    month = month + 3 if month < 10 else month - 9
    year = era * 400 + of_era + (month <= 2)
    if not 0 <= year <= 9_999:
        raise not_canonical("a time is outside the years 0 to 9999")
    minutes, milliseconds = divmod(rest, 60_000)
    clock = f"{minutes // 60:02d}:{minutes % 60:02d}:{milliseconds / 1000:06.3f}"
    return f"{year:04d}-{month:02d}-{date:02d}T{clock}Z"


def line(c: Collection, record: Record) -> str:
    """A record as one line of JSON: fields by number, then what the schema does not name."""
    fields = []
    for f in c.fields:
        if f.number in record.values and f.number != c.overflow:
            fields.append((f.name, json_value(record.values[f.number])))
    fields += record.values.get(c.overflow, ())
    key = record.values.get(c.key_field)
    if isinstance(key, Number):
        key = key.literal
    elif key is not None and not isinstance(key, str):
        key = write(json_value(key))
    return write(
        (
            ("id", str(UUID(bytes=record.place.id))),
            ("key", key),
            ("version", Number(str(record.header.revision))),
            ("created", rfc3339(record.header.created)),
            ("modified", rfc3339(record.header.modified)),
            ("fields", tuple(fields)),
        )
    )


def json_value(value: object) -> object:
    """Bytes, which JSON does not have, as an object with their Base64."""
    return (("$bytes", b64encode(value).decode()),) if isinstance(value, bytes) else value


def export(folder: Path, lines: dict[str, list[str]]) -> None:
    """One NDJSON file per collection."""
    os.makedirs(folder, mode=0o700, exist_ok=True)
    for name, found in lines.items():
        if not name or "/" in name or name.startswith("."):
            raise not_canonical("a collection's name is no name for a file")
        with open(folder / f"{name}.ndjson", "w", encoding="utf-8", newline="") as file:
            file.writelines(text + "\n" for text in found)
