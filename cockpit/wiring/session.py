"""From a loaded configuration and a role to a session."""

from __future__ import annotations

import getpass
import os
import socket
from pathlib import Path

from cockpit.adapters.clock import SystemClock
from cockpit.adapters.pool import BlockingPool
from cockpit.config.load import Loaded
from cockpit.config.settings import Environment
from cockpit.config.terminal import ascii_locale
from cockpit.engine.board import Board
from cockpit.engine.chronicle import unresolved, unresolved_sentence
from cockpit.engine.conditions import parse
from cockpit.engine.incident_clock import IncidentClock, next_number
from cockpit.engine.librarian import Librarian
from cockpit.engine.library import Library
from cockpit.engine.log_buffer import LogBuffer
from cockpit.engine.mutes import mutes_in
from cockpit.engine.policy import Policy
from cockpit.engine.road import Road
from cockpit.engine.runner import Places, Runner
from cockpit.engine.session import Session
from cockpit.engine.share.camera import Spotlight
from cockpit.engine.suggest import failing_words
from cockpit.engine.watch import Watch
from cockpit.model.errors import JournalError
from cockpit.model.incident import JournalEntry, Role
from cockpit.model.masking import Masker
from cockpit.model.ports import Clock, Journal
from cockpit.model.readings import SourceId
from cockpit.wiring.checks import check_plans
from cockpit.wiring.facts import environment_facts
from cockpit.wiring.incident import add_notify, incident_plan
from cockpit.wiring.journal import journal_path
from cockpit.wiring.notes import Notes
from cockpit.wiring.parts import Parts
from cockpit.wiring.places import library_folders
from cockpit.wiring.preferences import remembered
from cockpit.wiring.share import Filmed, Shared, sharing
from cockpit.wiring.sources import add_sources

READERS = 3
"""Threads that read runbooks; one is enough while no folder hangs."""


def actor() -> str:
    """Who sits here: user@host."""
    try:
        user = getpass.getuser()
    except (KeyError, OSError):
        user = "unknown"
    return f"{user}@{socket.gethostname()}"


def open_session(loaded: Loaded, name: str | None, role: Role) -> Session:
    """Put a session together; nothing is read yet and no event loop is needed.

    Raises:
        ConfigError: when the environment does not exist or cannot be built.
    """
    name, environment = loaded.environment(name)
    facts, clock = environment_facts(name, environment), SystemClock()
    parts = Parts(role, clock)
    add_sources(parts, environment, loaded.folder)
    if role is Role.OPERATOR:
        add_notify(parts, loaded.settings, loaded.folder)
    masker, board = Masker(parts.secrets), Board()
    journal, earlier, trouble = _journal(loaded, role)
    incident = IncidentClock(clock, journal, next_number(earlier), facts.label)
    incident.hear(earlier)
    notes = Notes(journal, masker, lambda: incident.id, name)
    watch = _watch(parts, environment, board, logs := LogBuffer(), clock, notes)
    watch.restore_mutes(mutes_in(earlier, name, clock.now()))
    librarian = _librarian(library_folders(loaded, environment), board)
    who = actor() if journal is not None else ""
    places = _places(parts, loaded)
    runner = Runner(_steppable(parts), parts.readers, board, journal, clock, masker, lambda: incident.id, who, places)
    road = None
    if journal is not None:
        policy = Policy(role, facts, clock, actor())
        road = Road(policy, parts.executors, journal, clock, masker, lambda: incident.id, watch.poke)
    spotlight = Spotlight()
    shared = Shared()
    if journal is not None and not trouble:
        shared = sharing(
            loaded, Filmed(journal_path(loaded), board, incident, masker, clock, spotlight, who, facts.label)
        )
    return Session(
        environment=facts,
        role=role,
        actor=actor(),
        clock=clock,
        board=board,
        watch=watch,
        logs=logs,
        library=librarian.library,
        librarian=librarian,
        runner=runner,
        road=road,
        journal=journal,
        incident=incident,
        masker=masker,
        unresolved=(*trouble, *(masker.secrets(unresolved_sentence(entry)) for entry in unresolved(earlier))),
        open_actions=tuple(str(entry.payload.get("action")) for entry in unresolved(earlier)),
        keys=dict(loaded.settings.keys),
        theme=loaded.settings.interface.theme,
        ascii=loaded.settings.interface.ascii or ascii_locale(os.environ),
        bell=loaded.settings.interface.bell,
        preferences=remembered(loaded, role),
        inspectors=dict(parts.inspectors),
        service_inspectors=dict(parts.service_inspectors),
        terminal=parts.terminal,
        change_readers=dict(parts.change_readers),
        host=parts.host,
        job_history=parts.job_history,
        browsers=dict(parts.browsers),
        closers=tuple(parts.closers),
        plan=incident_plan(loaded.settings),
        archives=parts.archives,
        environments=tuple(loaded.settings.environments),
        spotlight=spotlight,
        leases=shared.leases,
        beside=shared.beside,
    )


def _journal(loaded: Loaded, role: Role) -> tuple[Journal | None, list[JournalEntry], tuple[str, ...]]:
    """The journal, what is in it, and what is wrong with it; an observer opens nothing for writing.

    One that cannot be opened does not keep anybody from looking: it refuses every entry, and so every change.
    """
    if role is not Role.OPERATOR:
        return None, [], ()
    from cockpit.adapters.journal_sqlite import SqliteJournal, open_readonly

    path = journal_path(loaded)
    try:
        earlier = list(open_readonly(path).entries()) if path.exists() else []
        return SqliteJournal(path, actor()), earlier, ()
    except JournalError as error:
        from cockpit.adapters.journal_closed import ClosedJournal

        return ClosedJournal(error), [], (f"nothing can be changed here: {error}",)


def _librarian(folders: list[Path], board: Board) -> Librarian:
    """What reads the runbooks once the screen is live."""
    parse("true")  # This loads the expression library, which takes a while: better here than on the event loop.
    return Librarian(Library(), folders, BlockingPool("runbooks", READERS), lambda: failing_words(board))


def _watch(parts: Parts, environment: Environment, board: Board, logs: LogBuffer, clock: Clock, notes: Notes) -> Watch:
    told = (notes.verdict_changed, notes.source_changed, notes.mute_ended)
    watch = Watch(board, logs, clock, check_plans(environment), *told)
    for make in parts.pollers:
        watch.add(make)
    return watch


def _places(parts: Parts, loaded: Loaded) -> Places | None:
    """What reads the settings that a step names; an observer has nothing that does."""
    if not parts.may_change:
        return None
    from cockpit.adapters.settings_files import SettingsFiles

    files = SettingsFiles(loaded.folder)
    parts.closers.append(files.close)
    return files.places


def _steppable(parts: Parts) -> tuple[SourceId, ...]:
    """The sources on which a step can run."""
    return tuple(source for source in parts.order if source in parts.readers or source in parts.executors)
