"""A client of `coffer serve --stdio`; Docs/Interface.md, "Serve", has all requests.

    vault = Coffer("--vault", "game")
    vault.ask("unlock", password=getpass())
    npcs = vault.ask("list", collection="npcs", limit=20)
    vault.ask("subscribe")
    for event in vault.events(seconds=10): ...
"""
import collections, contextlib, json, os, select, subprocess, time


class CofferError(Exception):
    def __init__(self, code, message, index=None, **_):
        super().__init__(message)
        self.code, self.index = code, index


class Coffer:
    def __init__(self, *options, program="coffer", **more):
        self._child = subprocess.Popen(
            [program, "serve", "--stdio", *options],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, **more)
        self._rest, self._lines, self._events = [], collections.deque(), collections.deque()
        self._last = 0
        self.more = False  # Whether there was more than the last answer holds.

    def ask(self, name, **members):
        """The result of a request; members such as `in` are given as **{"in": "npcs"}."""
        self._last += 1
        line = json.dumps({**members, "id": self._last, "do": name}) + "\n"
        self._child.stdin.write(line.encode())
        self._child.stdin.flush()
        while "event" in (answer := self._read(None)):
            self._events.append(answer)
        if not answer["ok"]:
            raise CofferError(**answer["error"])
        self.more = answer.get("more", False)
        return answer["result"]

    @contextlib.contextmanager
    def transaction(self, **members):
        """One transaction: committed at the end of the block, rolled back on an exception."""
        self.ask("begin", **members)
        try:
            yield self
            self.ask("commit")
        except BaseException:
            with contextlib.suppress(CofferError, OSError):
                self.ask("rollback")
            raise

    def events(self, seconds=0):
        """The events that have come, and those that come within a time."""
        end = time.monotonic() + seconds
        while self._events or (event := self._read(max(0, end - time.monotonic()))):
            yield self._events.popleft() if self._events else event

    def close(self):
        """Ends the process; its exit status."""
        self._child.stdin.close()
        return self._child.wait()

    def _read(self, seconds):
        output = self._child.stdout.fileno()
        while not self._lines:
            if not select.select([output], [], [], seconds)[0]:
                return None
            if not (piece := os.read(output, 1 << 16)):
                raise CofferError("ended", f"coffer has ended ({self._child.wait()})")
            self._rest.append(piece)
            if b"\n" in piece:
                *lines, rest = b"".join(self._rest).split(b"\n")
                self._lines.extend(lines)
                self._rest = [rest]
        return json.loads(self._lines.popleft())
