"""A session that watches others: it has no source, no reader, no executor and no journal of its own."""

from __future__ import annotations

import os

from cockpit.adapters.recording import Recorded
from cockpit.config.settings import Settings
from cockpit.config.terminal import ascii_locale
from cockpit.engine.board import Board
from cockpit.engine.incident_clock import IncidentClock
from cockpit.engine.library import Library
from cockpit.engine.log_buffer import LogBuffer
from cockpit.engine.runner import Runner
from cockpit.engine.session import Session
from cockpit.engine.share.follower import Follower
from cockpit.engine.share.replay import Replay
from cockpit.engine.watch import Watch
from cockpit.model.incident import EnvironmentFacts, Role
from cockpit.model.masking import Masker
from cockpit.model.ports import Clock
from cockpit.wiring.incident import incident_plan


def onlooker(
    settings: Settings,
    environment: EnvironmentFacts,
    following: Follower | Replay[Recorded],
    *,
    board: Board,
    logs: LogBuffer,
    incident: IncidentClock,
    clock: Clock,
    masker: Masker,
    bell: bool,
) -> Session:
    """The session in whose panes stands what is followed.

    Args:
        settings: how the screen looks and which keys it has.
        environment: where it happens.
        following: brings the readings and the entries.
        board: where the readings go.
        logs: where the log lines go.
        incident: hears the entries.
        clock: the time on the screen.
        masker: hides secrets.
        bell: whether the terminal's bell rings.
    """
    interface = settings.interface
    return Session(
        environment=environment,
        role=Role.OBSERVER,
        actor="",
        clock=clock,
        board=board,
        watch=Watch(board, logs, clock, ()),
        logs=logs,
        library=Library(),
        runner=Runner((), {}, board, None, clock, masker, lambda: incident.id),
        road=None,
        journal=None,
        incident=incident,
        masker=masker,
        keys=dict(settings.keys),
        theme=interface.theme,
        ascii=interface.ascii or ascii_locale(os.environ),
        bell=bell,
        plan=incident_plan(settings),
        following=following,
        beside=(following,),
    )
