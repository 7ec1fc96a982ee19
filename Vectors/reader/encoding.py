"""Integers, lengths and contexts of the vault format (Docs/Format.md, section 1).

Every encoding has exactly one form: the cursor refuses what a writer would not write.
"""

from __future__ import annotations


class Refused(Exception):
    """The bytes were refused; `kind` is the word that the test vectors use for it."""

    def __init__(self, kind: str, message: str) -> None:
        super().__init__(message)
        self.kind = kind


def not_canonical(message: str) -> Refused:
    """A form that the format does not have (section 1)."""
    return Refused("notCanonical", message)


def over_limit(message: str) -> Refused:
    """A size or count outside section 15."""
    return Refused("refusedLimit", message)


def unknown(message: str) -> Refused:
    """Something a later version may add (section 21)."""
    return Refused("unknown", message)


def mismatch(message: str) -> Refused:
    """Two places that must agree do not."""
    return Refused("mismatch", message)


def u8(n: int) -> bytes:
    """One unsigned byte."""
    return n.to_bytes(1, "big")


def u16(n: int) -> bytes:
    """Two bytes, unsigned, big-endian."""
    return n.to_bytes(2, "big")


def u32(n: int) -> bytes:
    """Four bytes, unsigned, big-endian."""
    return n.to_bytes(4, "big")


def u64(n: int) -> bytes:
    """Eight bytes, unsigned, big-endian."""
    return n.to_bytes(8, "big")


def i64(n: int) -> bytes:
    """Eight bytes, two's complement, big-endian."""
    return n.to_bytes(8, "big", signed=True)


def bytes16(b: bytes) -> bytes:
    """u16 length, then the bytes."""
    return u16(len(b)) + b


def bytes32(b: bytes) -> bytes:
    """u32 length, then the bytes."""
    return u32(len(b)) + b


def text(t: str) -> bytes:
    """bytes16 of the UTF-8."""
    return bytes16(t.encode())


def context(label: str, *parts: bytes) -> bytes:
    """context(L, p, q, …): the label as text, every part as bytes32."""
    return text(label) + b"".join(bytes32(p) for p in parts)


def varint(n: int) -> bytes:
    """LEB128 in shortest form (section 10)."""
    out = bytearray()
    while n > 0x7F:
        out.append(n & 0x7F | 0x80)
        n >>= 7
    out.append(n)
    return bytes(out)


class Cursor:
    """Reads one encoding from its first byte to its last."""

    def __init__(self, data: bytes, what: str) -> None:
        self.data = data
        self.at = 0
        self.what = what

    def take(self, count: int) -> bytes:
        """The next `count` bytes; refused where fewer are left."""
        if count > len(self.data) - self.at:
            raise not_canonical(f"{self.what} is cut short")
        self.at += count
        return self.data[self.at - count : self.at]

    def u8(self) -> int:
        return self.take(1)[0]

    def u16(self) -> int:
        return int.from_bytes(self.take(2), "big")

    def u32(self) -> int:
        return int.from_bytes(self.take(4), "big")

    def u64(self) -> int:
        return int.from_bytes(self.take(8), "big")

    def i64(self) -> int:
        return int.from_bytes(self.take(8), "big", signed=True)

    def id(self) -> bytes:
        return self.take(16)

    def bytes16(self) -> bytes:
        return self.take(self.u16())

    def bytes32(self) -> bytes:
        return self.take(self.u32())

    def text(self) -> str:
        """text(t); refused where it is not UTF-8."""
        return utf8(self.bytes16(), self.what)

    def varint(self) -> int:
        """LEB128, refused unless in shortest form and below 2^63."""
        value = shift = 0
        while True:
            byte = self.u8()
            value |= (byte & 0x7F) << shift
            shift += 7
            if byte < 0x80:
                break
            if shift >= 63:
                raise not_canonical(f"{self.what} holds a length that is too long")
        if byte == 0 and shift > 7:
            raise not_canonical(f"{self.what} holds a length that is not in shortest form")
        return value

    def end(self) -> None:
        """Refuses bytes after the end."""
        if self.at != len(self.data):
            raise not_canonical(f"{self.what} has bytes after its end")


def utf8(b: bytes, what: str) -> str:
    """UTF-8 as Unicode defines it, without surrogates or overlong forms."""
    try:
        return b.decode()
    except UnicodeDecodeError:
        raise not_canonical(f"{what} is not UTF-8") from None


def ascending(numbers: list, what: str) -> None:
    """Refuses numbers that do not strictly ascend."""
    if any(a >= b for a, b in zip(numbers, numbers[1:])):
        raise not_canonical(f"{what} does not ascend")
