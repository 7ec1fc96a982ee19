"""Plaintexts of fields, canonical values and names (Docs/Format.md, sections 9.3, 9.4 and 10)."""

from __future__ import annotations

import math
import struct
import unicodedata
from typing import Callable

import zstandard

from encoding import Cursor, context, i64, not_canonical, over_limit, u8, u16, u32, u64, unknown, utf8, varint
from jsontext import (
    NUMBER,
    Number,
    canonical_number,
    is_double,
    is_int64,
    parse_canonical,
    shortest,
    write,
)
from primitives import hmac

NULL, FALSE, TRUE, INTEGER, DOUBLE, LITERAL, TEXT, BYTES, JSON = range(9)
COMPRESSED = 0x80
COMPRESS_FROM = 512  # section 10
FIELD_LIMIT = 1 << 30  # section 15


def body(value: object) -> tuple[int, bytes]:
    """Tag and body of a value."""
    match value:
        case None:
            return NULL, b""
        case False:
            return FALSE, b""
        case True:
            return TRUE, b""
        case Number() if is_int64(value.literal):
            return INTEGER, i64(int(value.literal))
        case Number() if is_double(value.literal):
            return DOUBLE, struct.pack(">d", float(value.literal))
        case Number():
            return LITERAL, value.literal.encode()
        case str():
            return TEXT, value.encode()
        case bytes():
            return BYTES, value
    return JSON, write(value).encode()


def padded_length(length: int) -> int:
    """The length after padding: steps of 16 up to 256, PADMÉ's above."""
    if length <= 256:
        return -(-length // 16) * 16
    e = length.bit_length() - 1
    step = 1 << e - e.bit_length()
    return -(-length // step) * step


def frame(tag: int, content: bytes, plain: int | None = None) -> bytes:
    """tag ‖ length ‖ [plain length] ‖ body, padded; a plain length marks a zstd body."""
    mark, more = (0, b"") if plain is None else (COMPRESSED, varint(plain))
    out = u8(tag | mark) + varint(len(content)) + more + content
    return out.ljust(padded_length(len(out)), b"\0")


def encode(value: object, compress: Callable[[bytes], bytes] | None = None) -> bytes:
    """The plaintext of a field."""
    tag, content = body(value)
    plain = frame(tag, content)
    if len(content) < COMPRESS_FROM:
        return plain
    smaller = (compress or zstandard.ZstdCompressor(level=3).compress)(content)
    packed = frame(tag, smaller, len(content))
    return packed if len(packed) < len(plain) else plain


def decode(plain: bytes) -> object:
    """The value of a field's plaintext; any other form than the writer's is refused."""
    cursor = Cursor(plain, "a field")
    mark = cursor.u8()
    length = cursor.varint()
    whole = cursor.varint() if mark & COMPRESSED else length
    if max(length, whole) > FIELD_LIMIT:
        raise over_limit(f"a field of {max(length, whole)} bytes is over the limit of {FIELD_LIMIT}")
    content = cursor.take(length)
    if any(plain[cursor.at :]) or len(plain) != padded_length(cursor.at):
        raise not_canonical("a field is not padded as the format says")
    tag = mark & ~COMPRESSED
    if mark & COMPRESSED:
        content = decompress(content, whole)
        if len(plain) >= len(frame(tag, content)):
            raise not_canonical("a field is compressed where that gains nothing")
    value = unpack(tag, content)
    if body(value) != (tag, content):
        raise not_canonical("a field's value has another form")
    return value


def decompress(content: bytes, whole: int) -> bytes:
    """The body of a field: short ones are never compressed."""
    if whole < COMPRESS_FROM:
        raise not_canonical("a field is compressed though it is short")
    return one_frame(content, whole)


def one_frame(content: bytes, whole: int) -> bytes:
    """One zstd frame of exactly `whole` bytes, and no memory beyond them."""
    reader = zstandard.ZstdDecompressor().decompressobj()
    if content[:4] != b"\x28\xb5\x2f\xfd":
        raise not_canonical("compressed bytes are not a zstd frame")
    # RFC 8878, section 3.1.1.1.1: bit 2 of the descriptor is the checksum, 0 and 1 a dictionary.
    if len(content) < 6 or content[4] & 0b1111:
        raise not_canonical("a zstd frame has a checksum, a dictionary or a reserved bit")
    try:
        stated = zstandard.frame_content_size(content)
        if stated != whole:
            raise not_canonical("a zstd frame states another length than what is around it")
        out = zstandard.ZstdDecompressor().stream_reader(content).read(whole + 1)
        if len(out) != whole:
            raise not_canonical("a zstd frame holds another length than it states")
        reader.decompress(content)
    except zstandard.ZstdError:
        raise not_canonical("a zstd frame is damaged") from None
    if not reader.eof or reader.unused_data:
        raise not_canonical("compressed bytes are not exactly one zstd frame")
    return out


def unpack(tag: int, content: bytes) -> object:
    """A value of its tag and body."""
    if tag in (NULL, FALSE, TRUE):
        return (None, False, True)[tag]
    if tag in (INTEGER, DOUBLE) and len(content) != 8:
        raise not_canonical("a number does not have eight bytes")
    if tag == INTEGER:
        return Number(str(int.from_bytes(content, "big", signed=True)))
    if tag == DOUBLE:
        value = struct.unpack(">d", content)[0]
        if not math.isfinite(value):
            raise not_canonical("a number is not finite")
        return Number(shortest(value))
    if tag == LITERAL:
        literal = utf8(content, "a number")
        if not NUMBER.fullmatch(literal):
            raise not_canonical("a number is not a JSON literal")
        return Number(literal)
    if tag == TEXT:
        return utf8(content, "a text")
    if tag == BYTES:
        return content
    if tag == JSON:
        value = parse_canonical(utf8(content, "a JSON text"))
        if not isinstance(value, (list, tuple)):
            raise not_canonical("a JSON text is neither array nor object")
        return value
    raise not_canonical(f"a field has the unknown tag {tag}")


def canonical(value: object) -> bytes:
    """The canonical value of section 9.4."""
    match value:
        case bool():
            return b"\x03" + u8(value)
        case str():
            return b"\x01" + nfc(value).encode()
        case Number():
            return b"\x02" + canonical_number(value.literal).encode()
        case bytes():
            return b"\x04" + value
    raise not_canonical("this kind of value cannot be indexed or be a key")


MARKS_15 = {0x10EFD, 0x10EFE, 0x10EFF, 0x11F41, 0x11F42, 0x1E08F, 0x1E4EC, 0x1E4ED, 0x1E4EE, 0x1E4EF}


def nfc(value: str) -> str:
    """NFC of Unicode 15: the marks that came with it are unordered in an older Python."""
    if unicodedata.unidata_version < "15" and any(ord(c) in MARKS_15 for c in value):
        raise unknown(f"NFC of Unicode 15 by a Python that has {unicodedata.unidata_version}")
    return unicodedata.normalize("NFC", value)


def index(key: bytes, collection: int, field: int, value: object) -> bytes | None:
    """The blind index of section 9.3; None where there is no value."""
    if value is None:
        return None
    message = b"coffer/v1/index" + u32(collection) + u16(field) + canonical(value)
    return hmac(key, message)[:16]


def record_id(naming: bytes, collection: int, value: object) -> bytes:
    """The id of a record with its own key."""
    return version8(hmac(naming, context("coffer/v1/record", u32(collection), canonical(value))))


def content_id(naming: bytes, collection: int, json: str, ordinal: int) -> bytes:
    """The id of a record that was imported without a key."""
    parts = u32(collection), json.encode(), u64(ordinal)
    return version8(hmac(naming, context("coffer/v1/content", *parts)))


def subject_id(naming: bytes, value: object) -> bytes:
    """The id of a person by the person's key (section 6); no UUID."""
    return hmac(naming, context("coffer/v1/subject", canonical(value)))[:16]


def version8(digest: bytes) -> bytes:
    """The first 16 bytes with version 8 and the variant of RFC 9562."""
    out = bytearray(digest[:16])
    out[6] = out[6] & 0x0F | 0x80
    out[8] = out[8] & 0x3F | 0x80
    return bytes(out)
