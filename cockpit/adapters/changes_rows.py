"""Changes that a table or a Redis list or stream keeps: migrations, flags, deployments."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

from cockpit.adapters.plain_source import PlainSource
from cockpit.adapters.times import as_time
from cockpit.model.answers import Answer, Fact
from cockpit.model.changes import Change, ChangesSnapshot, newest_first
from cockpit.model.errors import SourceGarbled
from cockpit.model.health import Json
from cockpit.model.operations import RedisCommand, SqlStatement
from cockpit.model.ports import Reader
from cockpit.model.readings import SourceId
from cockpit.model.text import clean

MOST = 60
"""Changes that are kept of one source."""
_WHEN = ("at", "time", "timestamp", "ts", "date", "deployed_at", "created_at", "changed_at")
_WHAT = ("what", "message", "title", "version", "release", "ref", "sha", "text", "event")
_WHO = ("who", "by", "actor", "author", "user", "deployer")


class RowChanges(PlainSource):
    """Fulfils `Source[ChangesSnapshot]` by a SQL query: its columns are time, what, who, and whatever else is told.

    Args:
        source: its id.
        reader: of the database.
        statement: one SELECT.
        kind: what to call these changes.
        deadline: seconds for the answer.
    """

    def __init__(self, source: SourceId, reader: Reader, statement: str, kind: str, deadline: float) -> None:
        super().__init__(source)
        self._reader = reader
        self._operation = SqlStatement(statement.replace("%", "%%"))
        self._kind = kind
        self._deadline = deadline

    async def fetch(self) -> ChangesSnapshot:
        """The newest rows.

        Raises:
            SourceError: when the query cannot be answered, or its first column is no time.
        """
        answer = await self._reader.read(self._operation, self._deadline)
        rows = [n for n, row in enumerate(answer.rows) if row and row[0] is not None]
        changes = [_row(answer, number, self._kind) for number in rows]
        return ChangesSnapshot(newest_first(changes, MOST), f"{self._reader.id}")

    async def whole(self, change: Change) -> Sequence[str]:
        """Nothing but the facts, which the change has already."""
        return ()


class RedisChanges(PlainSource):
    """Fulfils `Source[ChangesSnapshot]` by a list or a stream; an entry is JSON, or `TIME text`.

    Args:
        source: its id.
        reader: of the server.
        key: the list or stream.
        kind: what to call these changes.
        deadline: seconds for each answer.
    """

    def __init__(self, source: SourceId, reader: Reader, key: str, kind: str, deadline: float) -> None:
        super().__init__(source)
        self._reader = reader
        self._key = key
        self._kind = kind
        self._deadline = deadline

    async def fetch(self) -> ChangesSnapshot:
        """The newest entries; a key that does not exist has none.

        Raises:
            SourceError: when the server cannot be asked, or the key holds something else.
        """
        held = await self._ask("TYPE", self._key)
        match held:
            case "none":
                found: list[Change | None] = []
            case "stream":
                found = [self._streamed(entry) for entry in _items(await self._last_of_stream())]
            case "list":
                ends = [*_items(await self._ask("LRANGE", self._key, "0", str(MOST - 1)))]
                ends += _items(await self._ask("LRANGE", self._key, str(-MOST), "-1"))
                found = [self._listed(entry) for entry in dict.fromkeys(map(str, ends))]
            case _:
                raise SourceGarbled(f"{self._key} holds a {held}, and changes are kept in a list or a stream")
        return ChangesSnapshot(newest_first([one for one in found if one], MOST), f"{self._reader.id} {self._key}")

    async def whole(self, change: Change) -> Sequence[str]:
        """Nothing but the facts, which the change has already."""
        return ()

    async def _last_of_stream(self) -> Json:
        return await self._ask("XREVRANGE", self._key, "+", "-", "COUNT", str(MOST))

    async def _ask(self, *words: str) -> Json:
        return (await self._reader.read(RedisCommand(words), self._deadline)).value

    def _streamed(self, entry: Json) -> Change | None:
        """An entry of a stream: its id begins with milliseconds since 1970."""
        if not isinstance(entry, list) or len(entry) != 2 or not isinstance(entry[1], list):
            return None
        number, flat = str(entry[0]), [str(part) for part in entry[1]]
        fields = dict(zip(flat[::2], flat[1::2], strict=False))
        at = _named(fields, _WHEN)[1] or number.partition("-")[0]
        return self._change(number, at, fields)

    def _listed(self, entry: str) -> Change | None:
        try:
            told = json.loads(entry)
        except ValueError:
            told = None
        if isinstance(told, dict):
            fields = {str(name): str(value) for name, value in told.items() if value is not None}
            return self._change(_digest(entry), _named(fields, _WHEN)[1], fields)
        at, _, rest = entry.partition(" ")
        return self._change(_digest(entry), at, {"what": rest})

    def _change(self, identity: str, at: str, fields: Mapping[str, str]) -> Change | None:
        moment = as_time(at)
        if moment is None:
            return None
        (what_name, what), (who_name, who) = _named(fields, _WHAT), _named(fields, _WHO)
        rest = {n: v for n, v in fields.items() if n not in (what_name, who_name, _named(fields, _WHEN)[0])}
        said = what or ", ".join(f"{name}={value}" for name, value in rest.items())
        facts = tuple((clean(n, 60), clean(v, 500)) for n, v in rest.items()) if what else ()
        return Change(identity, moment, self._kind, clean(said, 500), clean(who, 100), facts)


def _row(answer: Answer, number: int, kind: str) -> Change:
    texts = ["" if cell is None else cell for cell in answer.rows[number]]
    moment = _moment(answer, number, texts[0])
    what, who = (texts[1] if len(texts) > 1 else ""), (texts[2] if len(texts) > 2 else "")
    facts = tuple(zip(answer.columns[3:], texts[3:], strict=False))
    return Change(_digest("\x1f".join(texts)), moment, kind, what, who, facts)


def _moment(answer: Answer, number: int, text: str) -> datetime:
    """The time in the first column: as the driver read it, else from its text."""
    record: Mapping[str, Fact] = answer.records[number] if number < len(answer.records) else {}
    known = record.get(answer.columns[0])
    if isinstance(known, datetime):
        return known.astimezone(UTC) if known.tzinfo else known.replace(tzinfo=UTC)
    moment = as_time(text)
    if moment is None:
        raise SourceGarbled(f"{clean(text, 60)!r} is no time", "the first column of a query for changes is a time")
    return moment


def _named(fields: Mapping[str, str], names: Sequence[str]) -> tuple[str, str]:
    """Name and value of the first of these fields that is there."""
    return next(((name, fields[name]) for name in names if fields.get(name)), ("", ""))


def _items(value: Json) -> list[Json]:
    return value if isinstance(value, list) else []


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()[:24]
