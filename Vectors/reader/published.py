"""Checks the constructions against vectors that others published.

The folder is that of the environment variable COFFER_VECTORS, else `../shared/vectors` beside the
project. Where there is none, this is said.
"""

from __future__ import annotations

import hashlib
import json
import os
import sys
import zlib
from pathlib import Path

import primitives as p
from encoding import Refused
from jsontext import parse


def folder() -> Path:
    beside = Path(__file__).resolve().parents[3] / "shared" / "vectors"
    return Path(os.environ.get("COFFER_VECTORS", beside))


def xaes(path: Path) -> int:
    """c2sp.org/XAES-256-GCM: two vectors and the hash over 10,000 runs."""
    data = json.loads(path.read_text())
    for v in data["vectors"]:
        aad, plain = v["aad_ascii"].encode(), v["plaintext_ascii"].encode()
        sealed = p.XAES(bytes.fromhex(v["key"])).seal(v["nonce_ascii"].encode(), aad, plain)
        assert sealed.hex() == v["ciphertext"]
    runs = 10_000
    source = hashlib.shake_128().digest(runs * (56 + 2 * 256))
    at, out = 0, hashlib.shake_128()

    def take(n: int) -> bytes:
        nonlocal at
        at += n
        return source[at - n : at]

    for _ in range(runs):
        key, nonce = take(32), take(24)
        plain = take(take(1)[0])
        out.update(p.XAES(key).seal(nonce, take(take(1)[0]), plain))
    assert out.hexdigest(32) == data["accumulated"]["iter_10000"]
    return len(data["vectors"]) + 1


def cobblestone(path: Path) -> int:
    """c2sp.org/chunked-encryption with AES-256-GCM and SHA-512, from Wycheproof."""
    tests = [t for g in json.loads(path.read_text())["testGroups"] for t in g["tests"]]
    for t in tests:
        key, context = bytes.fromhex(t["key"]), bytes.fromhex(t["ctx"])
        sealed = zlib.decompress(bytes.fromhex(t["ct"]))
        try:
            plain = p.open_seal(key, context, sealed, "a vector")
        except Refused:
            assert t["result"] == "invalid", t["tcId"]
            continue
        assert t["result"] == "valid", t["tcId"]
        assert hashlib.sha512(plain).hexdigest() == t["msgSha512"], t["tcId"]
        assert p.seal(key, context, plain, sealed[:24]) == sealed, t["tcId"]
    return len(tests)


def json_texts(path: Path) -> int:
    """JSONTestSuite: y_ is read, but for names given twice; n_ is refused, i_ is either of both."""
    count = 0
    for file in sorted(path.glob("*.json")):
        try:
            parse(file.read_bytes().decode())
            found = "y"
        except (Refused, UnicodeDecodeError):
            found = "n"
        wanted = "n" if file.name.startswith("y_object_duplicated_key") else file.name[0]
        assert wanted in (found, "i"), file.name
        count += 1
    return count


def main() -> int:
    root = folder()
    total = 0
    for check, name in ((xaes, "xaes/xaes256gcm.json"), (json_texts, "json/test_parsing"),
                        (cobblestone, "wycheproof/c2sp_chunked_encryption_aes_256_gcm_test.json")):  # fmt: skip
        if (root / name).exists():
            count = check(root / name)
            total += count
            print(f"{name}: {count}")
        else:
            print(f"{name}: not at hand, not run")
    return total


if __name__ == "__main__":
    sys.exit(0 if main() else 1)
