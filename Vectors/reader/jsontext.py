"""JSON text in its one form (Docs/Format.md, section 10), with numbers kept as they were written.

Values are None, bool, Number, str, bytes, list (an array) and tuple (an object: its members as
pairs, in their order).
"""

from __future__ import annotations

import json
import math
import re
import sys
from dataclasses import dataclass

from encoding import not_canonical

DEPTH = 512  # section 10; Python needs three frames a level at most
sys.setrecursionlimit(max(sys.getrecursionlimit(), 8 * DEPTH))
sys.set_int_max_str_digits(0)  # an exponent may have any number of digits
NUMBER = re.compile(r"-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?")
INTEGER = re.compile(r"0|-?[1-9][0-9]*")
ESCAPES = {'"': '\\"', "\\": "\\\\", "\b": "\\b", "\f": "\\f", "\n": "\\n", "\r": "\\r", "\t": "\\t"}
UNESCAPES = {v[1]: k for k, v in ESCAPES.items()} | {"/": "/"}
PLAIN = re.compile(r'[^"\\\x00-\x1f]*')
SPACE = re.compile(r"[ \t\n\r]*")


@dataclass(frozen=True)
class Number:
    """A number by its literal."""

    literal: str


def is_int64(literal: str) -> bool:
    """Whether an i64 writes this literal again."""
    return bool(INTEGER.fullmatch(literal)) and len(literal) < 21 and -(2**63) <= int(literal) < 2**63


def is_double(literal: str) -> bool:
    """Whether a finite double writes this literal again."""
    value = float(literal) if len(literal) < 32 else math.inf
    return math.isfinite(value) and shortest(value) == literal


def shortest(value: float) -> str:
    """The shortest digits that read back as the same double, in the one form of section 10."""
    sign = "-" if math.copysign(1, value) < 0 else ""
    mantissa, _, tail = f"{abs(value)!r}".partition("e")
    whole, _, part = mantissa.partition(".")
    part = "" if part == "0" else part
    digits = (whole + part).lstrip("0")
    point = len(whole) + int(tail or 0) - (len(whole + part) - len(digits))
    digits = digits.rstrip("0")
    if not digits:
        return sign + "0.0"
    if abs(value) > 2**53 or point < -3:
        power = point - 1
        rest = "." + digits[1:] if len(digits) > 1 else ""
        return f"{sign}{digits[0]}{rest}e{'-' if power < 0 else '+'}{abs(power):02d}"
    if point <= 0:
        return f"{sign}0.{'0' * -point}{digits}"
    if point >= len(digits):
        return f"{sign}{digits}{'0' * (point - len(digits))}.0"
    return f"{sign}{digits[:point]}.{digits[point:]}"


def canonical_number(literal: str) -> str:
    """The number of a literal as `digits e power` (section 9.4)."""
    sign = "-" if literal.startswith("-") else ""
    mantissa, _, tail = literal.lstrip("-").lower().partition("e")
    whole, _, part = mantissa.partition(".")
    digits = (whole + part).lstrip("0")
    stripped = digits.rstrip("0")
    if not stripped:
        return "0"
    power = int(tail or 0) - len(part) + len(digits) - len(stripped)
    return f"{sign}{stripped}e{power}"


def write(value: object) -> str:
    """JSON text of a value; bytes, which JSON does not have, are refused."""
    match value:
        case None:
            return "null"
        case True:
            return "true"
        case False:
            return "false"
        case Number():
            return value.literal
        case str():
            return quote(value)
        case list():
            return "[" + ",".join(map(write, value)) + "]"
        case tuple():
            return "{" + ",".join(f"{quote(k)}:{write(v)}" for k, v in value) + "}"
    raise TypeError(type(value).__name__)


def quote(t: str) -> str:
    """A string with the escapes of section 10."""
    out = [ESCAPES.get(c) or (f"\\u{ord(c):04x}" if c < " " else c) for c in t]
    return '"' + "".join(out) + '"'


def parse_canonical(t: str) -> object:
    """A value from JSON text in its one form; any other form is refused."""
    value = parse(t)
    if write(value) != t:
        raise not_canonical("a JSON text is not in its one form")
    return value


def parse(t: str) -> object:
    """A value from any JSON text."""
    value, at = _value(t, SPACE.match(t).end(), 0)
    if at != len(t):
        raise not_canonical("a JSON text has characters after its end")
    return value


def _value(t: str, at: int, depth: int) -> tuple[object, int]:
    first = t[at : at + 1]
    if depth >= DEPTH and first in ("{", "["):
        raise not_canonical("a JSON text is nested too deep")
    if first == "{":
        value, at = _object(t, at + 1, depth)
    elif first == "[":
        value, at = _array(t, at + 1, depth)
    elif first == '"':
        value, at = _string(t, at + 1)
    elif number := NUMBER.match(t, at):
        value, at = Number(number.group()), number.end()
    else:
        for word, value in (("null", None), ("true", True), ("false", False)):
            if t.startswith(word, at):
                at += len(word)
                break
        else:
            raise not_canonical("a JSON text does not parse")
    return value, SPACE.match(t, at).end()


def _array(t: str, at: int, depth: int) -> tuple[list, int]:
    out: list = []
    at = SPACE.match(t, at).end()
    while t[at : at + 1] != "]":
        if out:
            at = _expect(t, at, ",")
        value, at = _value(t, at, depth + 1)
        out.append(value)
    return out, at + 1


def _object(t: str, at: int, depth: int) -> tuple[tuple, int]:
    out: list = []
    names: set[str] = set()
    at = SPACE.match(t, at).end()
    while t[at : at + 1] != "}":
        if out:
            at = _expect(t, at, ",")
        name, at = _string(t, _expect(t, at, '"', skip=False))
        value, at = _value(t, _expect(t, SPACE.match(t, at).end(), ":"), depth + 1)
        if name in names:
            raise not_canonical("an object has a name twice")
        names.add(name)
        out.append((name, value))
    return tuple(out), at + 1


def _expect(t: str, at: int, c: str, skip: bool = True) -> int:
    if t[at : at + 1] != c:
        raise not_canonical("a JSON text does not parse")
    return SPACE.match(t, at + 1).end() if skip else at + 1


def _string(t: str, at: int) -> tuple[str, int]:
    start = at
    while True:
        at = PLAIN.match(t, at).end()
        c = t[at : at + 1]
        if c == '"':
            break
        if c != "\\":
            raise not_canonical("a JSON string does not parse")
        if t[at + 1 : at + 2] not in UNESCAPES and t[at + 1 : at + 2] != "u":
            raise not_canonical("a JSON string has an unknown escape")
        at += 2
    if "\\" not in t[start:at]:
        return t[start:at], at + 1
    try:
        out = json.loads(t[start - 1 : at + 1])
        out.encode()
    except (ValueError, UnicodeEncodeError):
        raise not_canonical("a JSON string has an escape that means nothing") from None
    return out, at + 1
