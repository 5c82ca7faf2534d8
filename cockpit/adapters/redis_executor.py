"""Changes to one Redis server, each sent once."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence

from cockpit.adapters.redis_keys import KeyFacts, delete_unchanged, expand, look_up
from cockpit.adapters.redis_line import RedisLine, information
from cockpit.adapters.redis_replies import answer_of
from cockpit.engine.lock_state import lock_age
from cockpit.model.actions import Permit, Prepared, Preview, PreviewFact
from cockpit.model.errors import SourceError, SourceRefused, SourceUnreachable
from cockpit.model.identities import EndpointIdentity, Identity, KeyIdentity, KeysIdentity
from cockpit.model.keys import key_shown, key_text
from cockpit.model.locks import JobPlan
from cockpit.model.operations import DeleteKeys, Operation, RedisCommand
from cockpit.model.outcomes import Outcome, OutcomeKind, TargetResult
from cockpit.model.ports import Clock
from cockpit.model.readings import SourceId
from cockpit.model.text import clean, clean_bytes
from cockpit.model.wording import count, short_duration

DELETING = frozenset({"DEL", "UNLINK"})
WHOLE_DATABASE = frozenset({"FLUSHALL", "FLUSHDB", "SWAPDB"})
_SHOWN = 200


class RedisExecutor:
    """Fulfils `Executor` for Redis.

    DEL and UNLINK become compare-and-delete: a key goes only while its value is the one that was shown.

    Args:
        line: the server.
        plans: the configured jobs, which tell how long a lock has been held.
        lock_prefix: what the locks' keys begin with, to count those that a FLUSHALL would drop.
        clock: tells the time.
    """

    def __init__(
        self,
        line: RedisLine,
        plans: Sequence[JobPlan],
        lock_prefix: str,
        clock: Clock,
        owner_alive: Callable[[str], bool | None] = lambda owner: None,
    ) -> None:
        self._line = line
        self._plans: Mapping[str, JobPlan] = {plan.lock: plan for plan in plans if plan.lock}
        self._lock_prefix = lock_prefix
        self._clock = clock
        self._owner_alive = owner_alive

    @property
    def id(self) -> SourceId:
        """The source it changes."""
        return self._line.id

    async def prepare(self, operation: Operation) -> Prepared:
        """Look at the keys: their exact values become the identity.

        Raises:
            SourceRefused: when a key is gone or no longer holds the value that was shown.
            SourceError: when the server cannot be asked.
        """
        match operation:
            case DeleteKeys(keys):
                return await self._prepare_shown(keys)
            case RedisCommand((name, *keys)) if name.upper() in DELETING:
                return await self._prepare_deletion(keys)
            case RedisCommand((name, *_)):
                return await self._prepare_command(operation, name.upper())
            case _:
                raise SourceRefused(f"{self.id} runs Redis commands only")

    async def identify(self, operation: Operation) -> Identity | None:
        """The same keys with the values that they hold now, None when all of them are gone."""
        match operation:
            case DeleteKeys(keys):
                facts = await look_up(self._line, [key.key for key in keys], exact=True)
                found = tuple(KeyIdentity(key, fact.identity) for key, fact in facts.items())
                return _identity(found) if found else None
            case RedisCommand(arguments):
                return await self._command_identity(arguments)
            case _:
                return None

    async def execute(self, permit: Permit) -> Outcome:
        """Send it once; a line that breaks after the sending leaves the outcome unknown."""
        started = time.monotonic()
        operation, seconds = permit.action.operation, permit.action.timeout
        try:
            await self._line.send("PING", seconds=seconds)
        except SourceError as error:
            return Outcome(OutcomeKind.FAILED, f"nothing was sent: {error}", duration=time.monotonic() - started)
        match operation:
            case DeleteKeys(keys):
                outcome = await self._delete(keys, seconds)
            case RedisCommand(arguments):
                outcome = await self._send(arguments, seconds)
            case _:
                outcome = Outcome(OutcomeKind.REFUSED, f"{self.id} runs Redis commands only.")
        return Outcome(outcome.kind, outcome.reason, outcome.results, outcome.answer, time.monotonic() - started)

    async def _prepare_shown(self, shown: Sequence[KeyIdentity]) -> Prepared:
        facts = await look_up(self._line, [key.key for key in shown], exact=True)
        for key in shown:
            now = facts.get(key.key)
            if now is None:
                raise SourceRefused(f"{key_shown(key.key)} is gone", "there is nothing left to delete")
            if now.identity != key.value:
                held, holds = _shown(key.value), _shown(now.identity)
                raise SourceRefused(
                    f"{key_shown(key.key)} changed hands: it held {held} and holds {holds} now",
                    "look again before you decide",
                )
        return self._deletion(facts)

    async def _prepare_deletion(self, patterns: Sequence[str]) -> Prepared:
        facts = await look_up(self._line, await expand(self._line, patterns), exact=True)
        if not facts:
            raise SourceRefused(f"nothing matches {clean(' '.join(patterns), _SHOWN)}", "there is nothing to delete")
        return self._deletion(facts)

    def _deletion(self, facts: Mapping[str, KeyFacts]) -> Prepared:
        keys = tuple(KeyIdentity(key, fact.identity) for key, fact in facts.items())
        first = next(iter(facts))
        described = self._facts(first, facts[first]) if len(facts) == 1 else ()
        targets = () if len(facts) == 1 else tuple(f"{key_shown(key)}  {fact.owner}" for key, fact in facts.items())
        preview = Preview(f"will delete {count(len(facts), 'key')}", described, targets, len(facts))
        return Prepared(
            DeleteKeys(keys), _identity(keys), preview, key_shown(first) if len(keys) == 1 else f"{len(keys)} keys"
        )

    def _facts(self, key: str, fact: KeyFacts) -> tuple[PreviewFact, ...]:
        plan = self._plans.get(key)
        ttl = "none, it never expires" if fact.ttl is None else short_duration(fact.ttl)
        age, basis = lock_age(fact.owner, fact.ttl, plan, 0.0, self._clock.now())
        facts = [
            PreviewFact("key", key_shown(key)),
            PreviewFact("owner", fact.owner),
            PreviewFact("ttl", ttl, fact.ttl, -1),
        ]
        if age is not None:
            facts.append(PreviewFact("age", f"held for {short_duration(age)} (by its {basis.value})", age))
        if plan is not None:
            facts.append(PreviewFact("job", plan.name))
            if self._owner_alive(fact.owner):
                facts.append(PreviewFact("owner lives", "its run goes on, and the next would go beside it"))
        return tuple(facts)

    async def _prepare_command(self, command: RedisCommand, name: str) -> Prepared:
        identity = await self._command_identity(command.arguments)
        text = clean(" ".join(command.arguments), _SHOWN)
        if name in WHOLE_DATABASE:
            preview, target = await self._whole_database(name), self._line.address
        elif isinstance(identity, KeyIdentity):
            facts = await look_up(self._line, [identity.key], exact=True)
            described = self._facts(identity.key, facts[identity.key]) if identity.key in facts else ()
            state = "exists" if facts else "does not exist yet"
            preview, target = Preview(f"{text}: the key {state}", described, count=1), key_shown(identity.key)
        else:
            preview, target = Preview("no preview exists for this kind"), self._line.address
        return Prepared(command, identity, preview, target)

    async def _whole_database(self, name: str) -> Preview:
        size = await self._line.send("DBSIZE")
        size = size if isinstance(size, int) else 0
        locks = await expand(self._line, [f"{self._lock_prefix}*"])
        facts = (PreviewFact("keys", f"{size:,}"), PreviewFact("locks among them", f"{len(locks):,}"))
        return Preview(f"{name} drops all {size:,} keys, {count(len(locks), 'lock')} among them", facts, count=size)

    async def _command_identity(self, arguments: Sequence[str]) -> Identity:
        """One key's value where the command names exactly one, else the server itself."""
        keys = await self._named_keys(arguments)
        if len(keys) == 1:
            facts = await look_up(self._line, keys, exact=True)
            return KeyIdentity(keys[0], facts[keys[0]].identity if keys[0] in facts else b"")
        told = await information(self._line, "server")
        return EndpointIdentity(f"{self._line.address} {told.get('run_id', '')}")

    async def _named_keys(self, arguments: Sequence[str]) -> list[str]:
        """The keys of a command, as the server itself finds them (COMMAND GETKEYS)."""
        try:
            reply = await self._line.send("COMMAND", "GETKEYS", *arguments)
        except SourceRefused:
            return []
        found = reply if isinstance(reply, list) else []
        return [key_text(key) for key in found if isinstance(key, bytes)]

    async def _delete(self, keys: Sequence[KeyIdentity], seconds: float) -> Outcome:
        results: list[TargetResult] = []
        for key in keys:
            try:
                kind, detail = await delete_unchanged(self._line, key, seconds)
            except SourceUnreachable as error:
                kind, detail = OutcomeKind.UNKNOWN, f"the answer was lost after the request had left: {error}"
            except SourceError as error:
                kind, detail = OutcomeKind.FAILED, str(error)
            results.append(TargetResult(key_shown(key.key), kind, detail))
        return _summary(results)

    async def _send(self, arguments: Sequence[str], seconds: float) -> Outcome:
        try:
            reply = await self._line.send(*arguments, seconds=seconds)
        except SourceUnreachable as error:
            return Outcome(OutcomeKind.UNKNOWN, f"the answer was lost after the request had left: {error}")
        except SourceError as error:
            return Outcome(OutcomeKind.FAILED, str(error))
        answer = answer_of(reply)
        return Outcome(OutcomeKind.SUCCEEDED, f"the server answered {answer.lines[0]}.", answer=answer)


def _identity(keys: tuple[KeyIdentity, ...]) -> Identity:
    return keys[0] if len(keys) == 1 else KeysIdentity(keys)


def _shown(value: bytes) -> str:
    return f'"{clean_bytes(value, _SHOWN)}"'


def _summary(results: Sequence[TargetResult]) -> Outcome:
    """The worst result gives the outcome its kind; all of them are kept."""
    order = (OutcomeKind.UNKNOWN, OutcomeKind.FAILED, OutcomeKind.REFUSED, OutcomeKind.SUCCEEDED)
    kind = next(kind for kind in order if any(result.kind is kind for result in results))
    done = sum(1 for result in results if result.kind is OutcomeKind.SUCCEEDED)
    if len(results) == 1:
        return Outcome(kind, f"{results[0].target}: {results[0].detail}", tuple(results))
    return Outcome(kind, f"deleted {done} of {count(len(results), 'key')}.", tuple(results))
