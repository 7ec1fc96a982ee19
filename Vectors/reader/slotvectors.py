"""Vectors for slots and the roster (sections 4, 5)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import keys as k
import primitives as p
from make import NOW, Stream, make_slot, wrap_root
from sealvectors import BASE, OTHER, ROOT, ROOT_ID, VAULT, flip
from valuevectors import Scenario

PASSWORD = "Zw\u00f6lf Boxk\u00e4mpfer"


def slot_scenarios() -> Iterator[Scenario]:
    """Area `slot`."""
    slot, secret, auth = make_slot(Stream("slot password"), VAULT, ROOT_ID, ROOT, PASSWORD)
    file = Stream("slot keyfile content").draw(100)
    both, both_secret, both_auth = make_slot(
        Stream("slot keyfile"), VAULT, ROOT_ID, ROOT, PASSWORD, keyfile=file
    )
    paper, paper_secret, paper_auth = make_slot(Stream("slot paper"), VAULT, ROOT_ID, ROOT, None)
    written = p.bech32m_encode(k.RECOVERY_PREFIX, paper_secret)

    def password(s: k.Slot, raw: bytes | None = None, word: str = PASSWORD) -> dict:
        base = {"vault": VAULT.hex(), "slot": (raw or s.encode()).hex()}
        return base | {"password": word.encode().hex()}

    def keyfile(s: k.Slot, content: bytes | None = file, word: str = PASSWORD) -> dict:
        held = {} if content is None else {"keyfile": content.hex()}
        return password(s, word=word) | held

    def recovery(s: k.Slot, word: str = written) -> dict:
        return {"vault": VAULT.hex(), "slot": s.encode().hex(), "recoveryKey": word}

    def steps(s: k.Slot, its_secret: bytes, its_auth: bytes) -> dict:
        scalar, _ = s.pair(VAULT, its_secret)
        shared = p.x25519(scalar, s.ephemeral)
        out = {"secret": its_secret, "scalar": scalar, "public": s.public, "auth": its_auth,
               "shared": shared, "wrapKey": s.wrap_key(VAULT, its_auth, shared),
               "rootContext": s.root_context(VAULT), "root": ROOT}  # fmt: skip
        if s.kind == k.PASSWORD:
            out["slotKey"] = p.argon2id(PASSWORD.encode(), s.salt, s.memory, s.passes, s.lanes)
            out["secretContext"] = s.secret_context(VAULT)
        elif s.kind == k.KEYFILE:
            out["digest"] = p.sha256(file)
            out["hash"] = p.argon2id(PASSWORD.encode(), s.salt, s.memory, s.passes, s.lanes)
            out["slotKey"] = s.slot_key(VAULT, PASSWORD.encode(), file)
            out["secretContext"] = s.secret_context(VAULT)
        return {name: b.hex() for name, b in out.items()}

    ok = password(slot) | steps(slot, secret, auth)
    yield "password", "a password slot, every step", "success", ok
    ok = recovery(paper) | steps(paper, paper_secret, paper_auth)
    yield "recovery", "a recovery slot, every step", "success", ok
    upper = recovery(paper, written.upper()) | steps(paper, paper_secret, paper_auth)
    yield "recovery-upper-case", "the recovery key in capitals", "success", upper
    failed = "authenticationFailed"
    yield "fault-password", "another password", failed, password(slot, word="Zwolf Boxkampfer")
    yield "fault-vault", "another vault id", failed, password(slot) | {"vault": OTHER.hex()}
    for name in ("id", "salt", "public", "secret", "root_id", "ephemeral", "wrapped"):
        changed = replace(slot, **{name: flip(getattr(slot, name))})
        word = name.replace("_", "-")
        yield f"fault-{word}", f"one bit of {word} turned", failed, password(changed)
    yield "fault-lanes-changed", "lanes 5 for 4", failed, password(replace(slot, lanes=5))
    zero = replace(slot, ephemeral=bytes(32))
    yield "fault-shared-secret-zero", "an ephemeral of order 1", "refusedSharedSecret", password(zero)
    for name, change in {
        "memory-below": {"memory": 65_535}, "memory-above": {"memory": 4_194_305},
        "passes-below": {"passes": 2}, "passes-above": {"passes": 33},
        "lanes-below": {"lanes": 0}, "lanes-above": {"lanes": 17},
        "salt-below": {"salt": bytes(15)}, "salt-above": {"salt": bytes(33)},
    }.items():  # fmt: skip
        yield f"limit-{name}", f"{name} the limit", "refusedLimit", password(replace(slot, **change))
    raw = slot.encode()
    long = replace(slot, wrapped=bytes(1_024)).encode()
    yield "limit-size", "a slot over 1,024 bytes", "refusedLimit", password(slot, long)
    yield "fault-trailing", "a byte after the end", "notCanonical", password(slot, raw + b"\0")
    yield "fault-cut", "the last byte is missing", "notCanonical", password(slot, raw[:-1])
    yield "fault-version", "slot version 2", "unknown", password(slot, b"\2" + raw[1:])
    yield "fault-kind", "slot kind 4", "unknown", password(replace(slot, kind=4))
    ok = keyfile(both) | steps(both, both_secret, both_auth)
    yield "keyfile", "a slot with a password and a keyfile, every step", "success", ok
    yield "fault-keyfile", "another keyfile", failed, keyfile(both, flip(file))
    yield "fault-keyfile-longer", "a byte after the keyfile", failed, keyfile(both, file + b"\0")
    yield "fault-keyfile-missing", "a keyfile slot without one", failed, keyfile(both, None)
    yield "fault-keyfile-password", "another password", failed, keyfile(both, word="Zwolf Boxkampfer")
    plain = replace(both, kind=k.PASSWORD)
    yield "fault-keyfile-as-password", "a keyfile slot as kind 1", failed, keyfile(plain, None)
    claimed = replace(slot, kind=k.KEYFILE)
    yield "fault-password-as-keyfile", "a password slot as kind 3", failed, keyfile(claimed)
    bare = replace(both, secret=b"")
    yield "fault-keyfile-no-secret", "a keyfile slot without secret", "notCanonical", keyfile(bare)
    cheap = replace(both, memory=65_535)
    yield "limit-keyfile-memory", "memory of a keyfile slot below the limit", "refusedLimit", keyfile(cheap)
    no_secret = replace(slot, secret=b"")
    yield "fault-no-secret", "a password slot without secret", "notCanonical", password(no_secret)
    kdf = replace(paper, memory=65_536)
    yield "fault-recovery-kdf", "a recovery slot with memory", "notCanonical", recovery(kdf)
    salted = replace(paper, salt=bytes(16))
    yield "fault-recovery-salt", "a recovery slot with a salt", "notCanonical", recovery(salted)
    slip = written[:-1] + ("q" if written[-1] != "q" else "p")
    yield "fault-recovery-slip", "one letter of the key is another", "notCanonical", recovery(paper, slip)
    mixed = written[:-1].upper() + "q"
    yield "fault-recovery-mixed", "capitals and small letters", "notCanonical", recovery(paper, mixed)
    other = p.bech32m_encode("coffer-recover", paper_secret)
    yield "fault-recovery-prefix", "another prefix", "notCanonical", recovery(paper, other)
    short = p.bech32m_encode(k.RECOVERY_PREFIX, paper_secret[:31])
    yield "fault-recovery-short", "a key of 31 bytes", "notCanonical", recovery(paper, short)
    stranger = p.bech32m_encode(k.RECOVERY_PREFIX, BASE.draw(32))
    yield "fault-recovery-stranger", "a key of another vault", failed, recovery(paper, stranger)
    planted = replace(slot)
    wrap_root(Stream("planted"), planted, VAULT, BASE.draw(32), ROOT)
    comment = "a root wrapped to the public key without the auth key"
    yield "fault-planted-root", comment, failed, password(planted)


def roster_scenarios() -> Iterator[Scenario]:
    """Area `roster`."""
    first, _, auth = make_slot(Stream("roster 1"), VAULT, ROOT_ID, ROOT, PASSWORD)
    second, _, auth2 = make_slot(Stream("roster 2"), VAULT, ROOT_ID, ROOT, None)
    entries = [k.Entry.of(1, first, NOW, "pass\u00f6", auth), k.Entry.of(4, second, NOW, "", auth2)]
    rows = [(1, first.encode()), (4, second.encode())]

    def roster(listed: list[k.Entry], stored: list[tuple[int, bytes]], tail: bytes = b"",
               vault: bytes = VAULT) -> dict:  # fmt: skip
        plain = k.encode_roster(listed) + tail
        sealed = Stream("roster").seal(ROOT, k.roster_context(VAULT, ROOT_ID), plain)
        slots = [{"num": num, "seal": seal.hex()} for num, seal in stored]
        return {"vault": vault.hex(), "rootId": ROOT_ID.hex(), "root": ROOT.hex(),
                "slots": slots, "roster": sealed.hex(), "plain": plain.hex()}  # fmt: skip

    yield "two-slots", "a password and a recovery key", "success", roster(entries, rows)
    other = (4, replace(second, ephemeral=BASE.draw(32)).encode())
    yield "fault-row-changed", "a row was replaced", "mismatch", roster(entries, [rows[0], other])
    yield "fault-row-added", "a row more", "mismatch", roster(entries[:1], rows)
    yield "fault-row-missing", "a row less", "mismatch", roster(entries, rows[:1])
    moved = [(1, rows[0][1]), (5, rows[1][1])]
    yield "fault-row-number", "a row with another number", "mismatch", roster(entries, moved)
    for name, value in (("id", OTHER), ("kind", k.PASSWORD), ("public", bytes(32))):
        listed = [entries[0], replace(entries[1], **{name: value})]
        yield f"fault-{name}", f"another {name} is listed", "mismatch", roster(listed, rows)
    strange = replace(second, root_id=OTHER)
    listed = [entries[0], k.Entry.of(4, strange, NOW, "", auth2)]
    stored = [rows[0], (4, strange.encode())]
    yield "fault-root-id", "a slot of another root", "mismatch", roster(listed, stored)
    turned = roster(entries[::-1], rows)
    yield "fault-order", "entries do not ascend", "notCanonical", turned
    twice = roster([entries[0], entries[0]], rows)
    yield "fault-twice", "one slot is listed twice", "notCanonical", twice
    yield "fault-trailing", "a byte after the end", "notCanonical", roster(entries, rows, b"\0")
    sealed = roster(entries, rows, vault=OTHER)
    yield "fault-vault", "another vault id", "authenticationFailed", sealed
    many = [replace(entries[1], num=n) for n in range(1, 18)]
    yield "limit-slots", "17 slots", "refusedLimit", roster(many, rows)
    many = [replace(entries[0], num=n) for n in range(1, 10)]
    yield "limit-passwords", "9 passwords", "refusedLimit", roster(many, rows)
    wide = [replace(entries[0], label="x" * 20_000), entries[1]]
    yield "limit-size", "a roster over 16 KiB", "refusedLimit", roster(wide, rows)
    named = [replace(entries[0], label="\u00e9" * 128), entries[1]]
    yield "label-256", "a label of 256 bytes", "success", roster(named, rows)
    named = [replace(entries[0], label="x" * 257), entries[1]]
    yield "limit-label", "a label of 257 bytes", "refusedLimit", roster(named, rows)
    zero = roster([replace(entries[0], num=0), entries[1]], [(0, rows[0][1]), rows[1]])
    yield "fault-number-0", "a slot with number 0", "notCanonical", zero
    # Drawn aside, so that what stands above stays as it was.
    file = Stream("roster keyfile content").draw(64)
    third, _, auth3 = make_slot(
        Stream("roster 3"), VAULT, ROOT_ID, ROOT, PASSWORD, keyfile=file
    )
    with_file = [*entries, k.Entry.of(5, third, NOW, "stick", auth3)]
    yield "keyfile", "a slot with a keyfile, too", "success", roster(
        with_file, [*rows, (5, third.encode())]
    )
    posed = [*entries, replace(with_file[2], kind=k.PASSWORD)]
    yield "fault-keyfile-as-password", "a keyfile slot listed as kind 1", "mismatch", roster(
        posed, [*rows, (5, third.encode())]
    )
    crowd = [replace(with_file[0], num=n) for n in range(1, 6)]
    crowd += [replace(with_file[2], num=n) for n in range(6, 10)]
    yield "limit-hashed", "five passwords and four with keyfiles", "refusedLimit", roster(crowd, rows)
