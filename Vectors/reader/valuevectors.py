"""Vectors for values, blind indexes and derived ids (Docs/Format.md, sections 9.3, 9.4 and 10)."""

from __future__ import annotations

import struct
from collections.abc import Iterator

import values
import zstandard
from encoding import i64, u8, varint
from jsontext import parse, write
from make import Stream

Scenario = tuple[str, str, str, dict]  # name, comment, expect, the rest

GOOD = (
    ("null", "null"), ("false", "false"), ("true", "true"),
    ("integer-zero", "0"), ("integer-minus-one", "-1"), ("integer-2-53", "9007199254740993"),
    ("integer-largest", "9223372036854775807"), ("integer-smallest", "-9223372036854775808"),
    ("double-one", "1.0"), ("double-tenth", "0.1"), ("double-minus-zero", "-0.0"),
    ("double-1e20", "1e+20"), ("double-1e-05", "1e-05"), ("double-0.0001", "0.0001"),
    ("double-smallest", "5e-324"), ("double-largest", "1.7976931348623157e+308"),
    ("double-2-53", "9007199254740992.0"), ("double-above-2-53", "9.007199254740994e+15"),
    ("double-third", "0.3333333333333333"),
    ("literal-past-int64", "9223372036854775808"), ("literal-minus-zero", "-0"),
    ("literal-exponent", "1E5"), ("literal-trailing-zero", "42.50"), ("literal-1e20", "1e20"),
    ("literal-past-double", "1e400"), ("literal-many-digits", "3.14159265358979323846"),
    ("text-empty", '""'), ("text-ascii", '"Ser Odo"'), ("text-snowman", '"\u2603"'),
    ("text-nul", '"a\\u0000b"'), ("text-not-normalised", '"A\u030a"'),
    ("text-13", '"thirteen here"'), ("text-14-whole-step", '"fourteen bytes"'),
    ("text-15-next-step", '"fifteen bytes.."'),
    ("json-empty-array", "[]"), ("json-empty-object", "{}"),
    ("json-numbers", "[1,1.0,1E0,-0,-0.0,100000000000000000000]"),
    ("json-order", '{"b":1,"a":{"c":null},"":[true,false]}'),
    ("json-escapes", '["\\"\\\\/\\b\\f\\n\\r\\t\\u0001\\u001f\u007f\u2028\U0001f600"]'),
)  # fmt: skip


def value_scenarios() -> Iterator[Scenario]:
    """Area `value`."""
    for name, text in GOOD:
        yield name, f"the value {text}", "success", good(parse(text))
    yield "bytes", "bytes that are no text", "success", good(b"\0\xff\xfe")
    deep: object = []
    for _ in range(250):
        deep = [deep]
    yield "json-251-deep", "251 arrays in each other: short of compression", "success", good(deep)
    for _ in range(261):
        deep = [deep]
    yield "json-512-deep", "512 arrays in each other, the most", "success", good(deep)
    for length in (253, 254, 300, 511):
        comment = f"a text of {length} bytes: padding around and above 256"
        yield f"text-{length}", comment, "success", good("x" * length)
    noise = Stream("value noise").draw(4_000).hex()[:600]
    yield "text-noise-600", "600 hexadecimal digits: compressed", "success", good(noise)
    raw = Stream("value raw").draw(600)
    yield "bytes-600-incompressible", "compression gains nothing", "success", good(raw)
    yield "text-repeated-5000", "compressed to almost nothing", "success", good("abcde" * 1_000)
    yield from value_faults()


def good(value: object) -> dict:
    tag, content = values.body(value)
    plain = values.encode(value)
    out = {"tag": tag, "body": content.hex(), "compressed": bool(plain[0] & values.COMPRESSED)}
    if not isinstance(value, bytes):
        out["json"] = write(value)
    return out | {"plaintext": plain.hex()}


def value_faults() -> Iterator[Scenario]:
    """One fault each."""
    text, integer, double, literal, js = 6, 3, 4, 5, 8
    fine = values.frame(text, b"hello")

    def bad(name: str, comment: str, plain: bytes, expect: str = "notCanonical") -> Scenario:
        return name, comment, expect, {"plaintext": plain.hex()}

    def double_of(value: float) -> bytes:
        return values.frame(double, struct.pack(">d", value))

    def pad(raw: bytes) -> bytes:
        return raw.ljust(values.padded_length(len(raw)), b"\0")

    yield bad("fault-empty", "no bytes at all", b"")
    yield bad("fault-cut", "the body is cut short", u8(text) + u8(15) + bytes(14))
    yield bad("fault-padding-not-zero", "a padding byte is 1", fine[:-1] + b"\1")
    yield bad("fault-padding-missing", "no padding", fine[:7])
    yield bad("fault-padding-too-long", "16 zero bytes too many", fine + bytes(16))
    yield bad("fault-padding-one-too-many", "one zero byte too many", fine + b"\0")
    long = values.frame(text, b"x" * 300)
    yield bad("fault-padme-16", "above 256 padded to 16 instead of PADME", u8(text) + varint(1_100)
              + b"x" * 1_100 + bytes(-1_103 % 16))  # fmt: skip
    yield bad("fault-padme-next", "padded to the step after", long + bytes(16))
    yield bad("fault-varint-long", "length 5 written in two bytes", pad(u8(text) + b"\x85\0hello"))
    yield bad("fault-varint-endless", "a length of eleven bytes", pad(u8(text) + b"\xff" * 10 + b"\1"))
    huge = u8(text) + varint(2**30 + 1) + bytes(10)
    yield bad("fault-too-large", "a body over 1 GiB is announced", huge, "refusedLimit")
    yield bad("fault-tag", "tag 9", values.frame(9, b""))
    yield bad("fault-null-body", "null with a body", values.frame(0, b"\0"))
    yield bad("fault-true-body", "true with a body", values.frame(2, b"\1"))
    yield bad("fault-integer-four-bytes", "an integer of four bytes", values.frame(integer, bytes(4)))
    yield bad("fault-double-nan", "not a number", double_of(float("nan")))
    yield bad("fault-double-infinite", "infinity", double_of(float("inf")))
    yield bad("fault-literal-integer", "12 is an integer", values.frame(literal, b"12"))
    yield bad("fault-literal-double", "1.0 is a double", values.frame(literal, b"1.0"))
    yield bad("fault-literal-2", "01 is no JSON number", values.frame(literal, b"01"))
    yield bad("fault-literal-space", "a space before the number", values.frame(literal, b" 1e5"))
    yield bad("fault-text-utf8", "not UTF-8", values.frame(text, b"\xff"))
    yield bad("fault-text-overlong", "an overlong form", values.frame(text, b"\xc0\x80"))
    yield bad("fault-text-surrogate", "a surrogate", values.frame(text, b"\xed\xa0\x80"))
    yield bad("fault-json-space", "white space", values.frame(js, b"[1, 2]"))
    yield bad("fault-json-scalar", "JSON text of a number", values.frame(js, b"1"))
    yield bad("fault-json-escape", "a letter escaped", values.frame(js, b'["\\u0041"]'))
    yield bad("fault-json-slash", "a slash escaped", values.frame(js, b'["\\/"]'))
    yield bad("fault-json-upper", "an escape in upper case", values.frame(js, b'["\\u001F"]'))
    yield bad("fault-json-short-escape", "a line feed as u000a", values.frame(js, b'["\\u000a"]'))
    yield bad("fault-json-comma", "a comma at the end", values.frame(js, b"[1,]"))
    yield bad("fault-json-after", "bytes after the end", values.frame(js, b"[]]"))
    yield bad("fault-json-twice", "a name twice", values.frame(js, b'{"a":1,"a":1}'))
    yield bad("fault-json-513-deep", "513 arrays in each other", values.frame(js, b"[" * 513 + b"]" * 513))
    many = b"abcde" * 1_000
    packed = zstandard.ZstdCompressor(level=3).compress(many)
    one = lambda body, whole: values.frame(text, body, whole)
    yield bad("fault-zstd-length-less", "the plain length is one less", one(packed, 4_999))
    yield bad("fault-zstd-length-more", "the plain length is one more", one(packed, 5_001))
    yield bad("fault-zstd-two-frames", "two frames", one(packed + packed, 5_000))
    yield bad("fault-zstd-trailing", "a byte after the frame", one(packed + b"\0", 5_000))
    yield bad("fault-zstd-cut", "the frame is cut short", one(packed[:-1], 5_000))
    skippable = b"\x50\x2a\x4d\x18\0\0\0\0"
    yield bad("fault-zstd-skippable", "a skippable frame first", one(skippable + packed, 5_000))
    summed = zstandard.ZstdCompressor(level=3, write_checksum=True).compress(many)
    yield bad("fault-zstd-checksum", "a frame with a checksum", one(summed, 5_000))
    unsized = zstandard.ZstdCompressor(level=3, write_content_size=False).compress(many)
    yield bad("fault-zstd-no-size", "a frame that does not state its size", one(unsized, 5_000))
    short = zstandard.ZstdCompressor(level=3).compress(b"a" * 511)
    yield bad("fault-zstd-short", "511 bytes are never compressed", one(short, 511))
    raw = Stream("value raw").draw(600)
    stored = zstandard.ZstdCompressor(level=3).compress(raw)
    gained = values.frame(values.BYTES, stored, 600)
    yield bad("fault-zstd-no-gain", "compressed where that makes nothing shorter", gained)
    yield bad("fault-zstd-plain-null", "null marked as compressed", pad(b"\x80\0\0"))
    yield bad("fault-integer-nine-bytes", "an integer of nine bytes", values.frame(integer, i64(1) + b"\0"))


NUMBERS = ("0", "-0", "0.0", "1", "1.0", "1e0", "1200", "1.2e3", "0.05", "-42.50", "1e400",
           "9223372036854775808", "1e-05", "1e+20", "12.50e123456789012345678901234567890",
           "1200e-123456789012345678901234567890", "0.001e9223372036854775808",
           "1000e-9223372036854775809", "100e-2", "1e0000000000000000000000000003",
           "0e99999999999999999999", "12300e-99999999999999999999", "0.00123e-1", "10e-1")  # fmt: skip


def index_scenarios() -> Iterator[Scenario]:
    """Area `index`."""
    for n, text in enumerate(NUMBERS):
        yield f"number-{n:02d}", f"the number {text}", "success", index_of(text)
    yield "text", "a text", "success", index_of('"anna"')
    yield "text-empty", "an empty text is a value", "success", index_of('""')
    yield "text-composed", "a letter with a ring", "success", index_of('"\u00c5"')
    yield "text-decomposed", "the same in two code points: NFC", "success", index_of('"A\u030a"')
    yield "text-digits", "a text of digits is no number", "success", index_of('"1"')
    yield "true", "a boolean", "success", index_of("true")
    yield "false", "a boolean", "success", index_of("false")
    yield "null", "null has no blind index", "success", index_of("null")
    yield "array", "an array has no canonical value", "notCanonical", index_of("[1]", bad=True)


def index_of(text: str, bad: bool = False) -> dict:
    key = Stream("index key").draw(32)
    v = {"key": key.hex(), "collection": 7, "field": 3, "json": text}
    value = parse(text)
    if bad:
        return v
    column = values.index(key, 7, 3, value)
    canonical = None if value is None else values.canonical(value).hex()
    return v | {"canonical": canonical, "column": column and column.hex()}


def id_scenarios() -> Iterator[Scenario]:
    """Area `id`."""
    key = Stream("naming key").draw(32)
    for name, text in (("text", '"anna"'), ("integer", "12"), ("double", "12.0"),
                       ("decomposed", '"A\u030a"')):  # fmt: skip
        value = parse(text)
        base = {"key": key.hex(), "json": text, "canonical": values.canonical(value).hex()}
        more = {"kind": "record", "collection": 2, "id": values.record_id(key, 2, value).hex()}
        yield f"record-{name}", f"a record by its key {text}", "success", base | more
        more = {"kind": "subject", "id": values.subject_id(key, value).hex()}
        yield f"subject-{name}", f"a person by the key {text}", "success", base | more
    for ordinal in (0, 1):
        text = '{"name":"Twin","gold":1.50}'
        found = values.content_id(key, 2, text, ordinal).hex()
        v = {"key": key.hex(), "kind": "content", "collection": 2, "json": text, "ordinal": ordinal}
        comment = f"a record without a key, number {ordinal} of its kind"
        yield f"content-{ordinal}", comment, "success", v | {"id": found}
