"""A procedure's Redis commands with the risk that the server's own word gives them."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from cockpit.model.command_info import CommandInfo
from cockpit.model.errors import CockpitError
from cockpit.model.ports import KnowsCommands, Reader
from cockpit.model.risk import Risk
from cockpit.model.runbook import Command, Kind, Phase, Procedure, Step
from cockpit.runbook.annotations import other
from cockpit.runbook.redis_risk import command_names, judge_redis
from cockpit.runbook.risk import raised

LIMIT = 0.5
"""Seconds that the servers may take together; after that the shipped table stands."""

ReaderOf = Callable[[Command], Reader | None]
"""Gives what would read for a command, None when there is nothing."""


async def sharpened(procedure: Procedure, reader_of: ReaderOf) -> Procedure:
    """The procedure with its Redis commands judged anew; as it is when no server answers in time. Never raises.

    Args:
        procedure: as the reader understood it.
        reader_of: tells which source a command runs on.
    """
    wanted = _by_server(procedure, reader_of)
    if not wanted:
        return procedure
    try:
        async with asyncio.timeout(LIMIT):
            judged = [await _judged(server, commands) for server, commands in wanted]
    except (TimeoutError, CockpitError):
        return procedure
    better = {key: command for found in judged for key, command in found.items()}
    return (
        replace(procedure, phases=tuple(_phase(phase, better) for phase in procedure.phases)) if better else procedure
    )


def _by_server(procedure: Procedure, reader_of: ReaderOf) -> list[tuple[KnowsCommands, list[Command]]]:
    found: dict[int, tuple[KnowsCommands, list[Command]]] = {}
    for command in (item for step in procedure.steps for item in step.commands if item.kind is Kind.REDIS):
        reader: object = reader_of(command)
        if isinstance(reader, KnowsCommands):
            found.setdefault(id(reader), (reader, []))[1].append(command)
    return list(found.values())


async def _judged(server: KnowsCommands, commands: Sequence[Command]) -> dict[int, Command]:
    """The commands that come out otherwise, by the identity of what they were."""
    names = dict.fromkeys(name for command in commands for name in command_names(command.text))
    known = await server.command_info(tuple(names))
    again = ((command, _again(command, known)) for command in commands)
    return {id(command): new for command, new in again if new is not command}


def _again(command: Command, known: Mapping[str, CommandInfo]) -> Command:
    verdict = raised(judge_redis(command.text, known), other(command.annotations, "risk"))
    if verdict.risk is command.risk:
        return command
    if command.risk is not Risk.UNKNOWN and verdict.risk.rank < command.risk.rank:
        return command
    warnings = tuple(warning for warning in command.warnings if warning.rule != "unknown-risk")
    return replace(command, risk=verdict.risk, reason=verdict.reason, warnings=warnings)


def _phase(phase: Phase, better: Mapping[int, Command]) -> Phase:
    return replace(phase, steps=tuple(_step(step, better) for step in phase.steps))


def _step(step: Step, better: Mapping[int, Command]) -> Step:
    return replace(step, commands=tuple(better.get(id(command), command) for command in step.commands))
