"""Makes the chain of bundles that is kept with the project, with Coffer's own command-line tool.

python3 Vectors/reader/goldenchain.py COFFER FOLDER

The folder gets three bundles (a full one and two that continue it), the secrets that open them, the
public key, and what is to be read: the reader's listing of the vault as it was just before the last
bundle, and its records as the library exports them.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

READER = Path(__file__).resolve().parent
PASSWORD = "Zw\u00f6lf Boxk\u00e4mpfer"
PERSONAL = {"category": "contact", "source": "provided"}
PLAYERS = {
    "title": "players", "type": "object", "coffer:subject": "id", "required": ["id"],
    "properties": {
        "id": {"type": "string"},
        "full_name": {"type": "string", "coffer:personal": PERSONAL},
        "email": {"type": "string", "coffer:index": "exact", "coffer:unique": True,
                  "coffer:personal": PERSONAL},
        "letter": {"type": ["null", "string"], "coffer:personal": PERSONAL},
        "birth_year": {"type": "integer", "coffer:personal": PERSONAL},
        "timezone": {"type": "string"},
    },
}  # fmt: skip
CHARACTERS = {
    "title": "characters", "type": "object", "coffer:subject": "player", "required": ["id", "name"],
    "properties": {
        "id": {"type": "string"},
        "name": {"type": "string", "coffer:index": True},
        "player": {"type": ["null", "string"], "coffer:references": "players",
                   "coffer:on-delete": "clear"},
        "gold": {"type": "number", "coffer:plain": True},
        "secret": {"type": "string", "coffer:personal": PERSONAL},
    },
}  # fmt: skip
LONG = "The ferry leaves at dawn, and nobody who saw it come has seen it go. " * 30
BLOBS = ['{"blob":{"$bytes":"AP8QgA=="}}', '{"blob":{"$bytes":"AP8QgA=="}}']  # bytes, and an object
THINGS = [
    '{"nothing":null,"no":false,"yes":true,"empty":"","":"no name","list":[],"object":{}}',
    '{"numbers":[0,-0,1,1.0,1.50,1e2,1E400,0.1,-9223372036854775808,9223372036854775808]}',
    '{"a":-0,"b":1E400,"c":1.50,"d":-0.0,"e":9223372036854775807,"f":12345678901234567890}',
    '{"text":"A\u030angstr\u00f6m \u212b e\u0301 \U0001f600 \u2028"}',
    '{"nested":{"deep":[[[{"deeper":[1,{"deepest":null}]}]]]},"control":"\\u0001\\n\\t\\"\\\\"}',
]  # fmt: skip


class Tool:
    """The command-line tool on one vault."""

    def __init__(self, tool: str, folder: Path) -> None:
        self.tool, self.folder = tool, folder
        self.environment = os.environ | {"XDG_STATE_HOME": str(folder / "state"), "HOME": str(folder)}
        (folder / "password").write_text(PASSWORD + "\n")

    def run(self, *words: str, given: str = "") -> str:
        done = subprocess.run([self.tool, *words], input=given, text=True, capture_output=True,
                              env=self.environment, cwd=self.folder)  # fmt: skip
        if done.returncode:
            raise SystemExit(f"{' '.join(words)}: {done.stderr}")
        return done.stdout

    def make(self) -> str:
        """The vault; returns its recovery key."""
        self.run("init", "v.coffer", "--new-password-file", "password", "--kdf-memory", "65536",
                 "--kdf-passes", "3", "--sheet", "sheet")  # fmt: skip
        return re.search("coffer-recovery1[a-z0-9]+", (self.folder / "sheet").read_text()).group()

    def __call__(self, *words: str, given: str = "") -> str:
        words = (words[0], "--vault", "v.coffer", "--password-file", "password", *words[1:])
        return self.run(*words, given=given)

    def schema(self, schema: dict) -> None:
        (self.folder / "schema.json").write_text(json.dumps(schema))
        self("schema", "apply", "schema.json")

    def put(self, collection: str, *records: object) -> None:
        lines = (r if isinstance(r, str) else json.dumps(r, ensure_ascii=False) for r in records)
        self("put", collection, "--stdin", given="".join(line + "\n" for line in lines))

    def read(self, *words: str) -> str:
        reader = [sys.executable, str(READER), str(self.folder / "v.coffer")]
        secret = ["--password-file", str(self.folder / "password")]
        done = subprocess.run([*reader, *secret, *words], text=True, capture_output=True)
        if done.returncode:
            raise SystemExit(done.stderr)
        return done.stdout


def blobs(tool: Tool) -> None:
    """Bytes, which only a folder of `export --everything` has."""
    folder = tool.folder / "everything"
    first = "10000000-0000-4000-8000-00000000000"
    about = [{"id": f"{first}{n}", "created": f"2026-01-0{n + 1}T00:00:00.000Z"}
             for n in range(len(BLOBS))]  # fmt: skip
    about[0]["bytes"] = ["blob"]
    contents = {
        "schemas/blobs.schema.json": '{"title":"blobs","properties":{"blob":{}}}\n',
        "records/blobs.ndjson": "".join(line + "\n" for line in BLOBS),
        "about/blobs.ndjson": "".join(json.dumps(line) + "\n" for line in about),
    }
    files = {}
    for name, text in contents.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(data := text.encode())
        files[name.partition("/")[0].removesuffix("s")] = {
            "path": name, "bytes": len(data), "sha256": hashlib.sha256(data).hexdigest()}  # fmt: skip
    files["records"] = files.pop("record")
    listed = {"name": "blobs", "key": None, "fields": ["blob"], "records": len(BLOBS), "files": files}
    whole = {"coffer": "export", "format": 1, "collections": [listed]}
    (folder / "coffer-export.json").write_text(json.dumps(whole))
    tool("import", str(folder))


def fill(tool: Tool) -> None:
    """Before the first bundle: everything there is, with history and a deleted record."""
    tool.schema(PLAYERS)
    tool.schema(CHARACTERS)
    tool.put(
        "players",
        {"id": "anna", "full_name": "Anna A\u030aberg", "email": "anna@example.org", "letter": LONG},
        '{"id":"bj\u00f6rn","full_name":"Bj\u00f6rn","birth_year":1984,"shoe":42.50,"letter":null}',
        {"id": "chlo\u00e9", "timezone": "Europe/Paris"},
        {"id": "dora", "full_name": "Dora", "email": "dora@example.org"},
    )
    tool.put(
        "characters",
        '{"id":"odo","name":"Ser Odo","player":"anna","gold":12.0,"secret":"was the spy"}',
        '{"id":"nameless","name":"Nameless","player":null,"gold":1e400,"secret":"of nobody"}',
        {"id": "twin", "name": "Twin", "player": "dora", "mood": {"wind": [1, None]}},
        {"id": "gone", "name": "Gone", "player": "bj\u00f6rn", "gold": -7},
    )
    blobs(tool)
    tool.schema({"title": "things"})
    tool.put("things", *THINGS)
    tool("set", "players", "anna", "timezone=Europe/Stockholm")
    tool("set", "players", "anna", "full_name=Anna \u00c5berg")
    tool("set", "characters", "odo", "gold:=13")
    tool("rm", "characters", "gone", "-y")


def first_changes(tool: Tool) -> None:
    """Before the second one: changed, deleted and new records."""
    tool("set", "characters", "odo", "gold:=14", f"story={LONG}")
    tool("set", "characters", "twin", "gold:=1")
    tool("rm", "players", "dora", "-y")
    tool.put("players", {"id": "eve", "full_name": "Eve", "letter": "to be read later"})
    tool.put("things", '{"what":"new","n":[1e-7,0.30]}')


def last_changes(tool: Tool) -> None:
    """Before the third: deleted and added again, a version that expires, an extended schema."""
    tool("rm", "players", "chlo\u00e9", "-y")
    tool.put("players", {"id": "chlo\u00e9", "timezone": "Europe/Lisbon", "letter": "again"})
    tool("trash", "restore", "characters", "gone")
    tool("history", "policy", "--versions", "2", "-y")
    tool("set", "characters", "odo", "gold:=15.250")
    tool("set", "players", "anna", "birth_year:=1990")
    extended = json.loads(json.dumps(PLAYERS))
    extended["properties"]["shoe"] = {"type": "number"}
    extended["properties"]["pronouns"] = {"type": "string", "coffer:personal": PERSONAL}
    tool.schema(extended)
    tool.put("players", {"id": "finn", "full_name": "Finn", "pronouns": "they/them", "shoe": 44})


def main() -> None:
    program, target = sys.argv[1], Path(sys.argv[2])
    bundles = target / "chain"
    bundles.mkdir(parents=True)
    os.chmod(bundles, 0o755)
    with tempfile.TemporaryDirectory(prefix="coffer-chain-") as folder:
        tool = Tool(os.path.abspath(program), Path(folder))
        recovery = tool.make()
        for change in (fill, first_changes, last_changes):
            change(tool)
            listing, records = tool.read("--listing"), tool.read("--json")
            tool("backup", "create", "--to", "bundles")
        for path in sorted((Path(folder) / "bundles").iterdir()):
            (bundles / path.name).write_bytes(path.read_bytes())
        for name, text in {
            "password.txt": PASSWORD + "\n", "recovery-key.txt": recovery + "\n",
            "public-key.txt": tool("key", "public").strip() + "\n",
            "listing.ndjson": listing, "records.ndjson": records,
        }.items():  # fmt: skip
            (target / name).write_text(text)


if __name__ == "__main__":
    main()
