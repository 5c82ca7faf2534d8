"""The one registry of keys: footer, help, palette and the user's remapping all come from it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Scope(StrEnum):
    """Where a key is valid."""

    STEPS = "steps of the open runbook"
    RUNBOOKS = "runbooks"
    HEALTH = "health"
    ACTIVITY = "activity"
    LOCKS = "cron locks"
    SERVICES = "services"
    LOGS = "logs"
    HOST = "host"
    TIMELINE = "timeline"
    TABLE = "lists"
    PANE = "panes"
    GLOBAL = "everywhere"


@dataclass(frozen=True, slots=True)
class KeyBinding:
    """One key.

    Attributes:
        id: what the configuration calls it.
        keys: names of keys; a printable character stands for itself.
        description: what it does, for help and palette.
        scope: where it is valid.
        hint: one or two words for the footer, "" keeps it out of there.
        operator: True when an observer does not have it.
        danger: True when it leads to a change; such keys always ask first.
        palette: False for what makes no sense to choose from a list.
    """

    id: str
    keys: tuple[str, ...]
    description: str
    scope: Scope
    hint: str = ""
    operator: bool = False
    danger: bool = False
    palette: bool = True


def _move(name: str, description: str, *keys: str) -> KeyBinding:
    return KeyBinding(f"move.{name}", keys, description, Scope.TABLE, palette=False)


def _pane(number: int, name: str, title: str) -> KeyBinding:
    return KeyBinding(f"pane.{name}", (str(number),), f"go to {title}", Scope.GLOBAL)


def _operate(name: str, key: str, description: str, hint: str = "") -> KeyBinding:
    return KeyBinding(f"services.{name}", (key,), description, Scope.SERVICES, hint, operator=True, danger=True)


REGISTRY: tuple[KeyBinding, ...] = (
    KeyBinding("step.run", ("enter",), "run the step, or ask before a change; then go on", Scope.STEPS, "run"),
    KeyBinding("step.again", (".",), "run the step again", Scope.STEPS),
    KeyBinding("step.argument", ("a",), "take the argument from the pane's selected row", Scope.STEPS, "argument"),
    KeyBinding("step.why", ("w",), "say why the step has this risk", Scope.STEPS, "why"),
    KeyBinding("step.edit", ("e",), "edit the command before it runs", Scope.STEPS, operator=True),
    KeyBinding(
        "step.as_written", ("W",), "run the command as it is written, in its wrapper", Scope.STEPS, operator=True
    ),
    KeyBinding("step.undo", ("u",), "take the step back by its undo or Rollback", Scope.STEPS, operator=True),
    KeyBinding("step.skip", ("x",), "stop the step, or skip it with a reason", Scope.STEPS, "skip", operator=True),
    KeyBinding("step.take_up", ("U",), "take up the earlier run that was left", Scope.STEPS, operator=True),
    KeyBinding("step.longer", ("+",), "let a wait last a minute longer", Scope.STEPS, operator=True),
    KeyBinding("step.note", ("m",), "tick the step with a note", Scope.STEPS, operator=True),
    KeyBinding("step.command_next", ("]",), "choose the step's next command", Scope.STEPS),
    KeyBinding("step.command_previous", ("[",), "choose the step's previous command", Scope.STEPS),
    KeyBinding("step.answer", ("o",), "open the whole answer of the step", Scope.STEPS, "whole answer"),
    KeyBinding("step.values", ("i",), "set the values that the runbook asks for", Scope.STEPS, "values"),
    KeyBinding("step.source", ("v",), "view the runbook's text at the step", Scope.STEPS, "text"),
    KeyBinding("step.outline", ("O",), "outline of the whole document", Scope.STEPS, "outline"),
    KeyBinding("step.link", ("l",), "follow the step's link", Scope.STEPS),
    KeyBinding("step.return", ("B", "backspace"), "go back to where the link was", Scope.STEPS),
    KeyBinding("step.changes", ("d",), "show how the file has changed since this run began", Scope.STEPS),
    KeyBinding("step.file", ("E",), "open the file at the step in your editor", Scope.STEPS, operator=True),
    KeyBinding("step.search", ("/",), "search the runbooks", Scope.STEPS),
    KeyBinding("runbook.open", ("enter",), "open the runbook's procedure", Scope.RUNBOOKS, "open"),
    KeyBinding("runbook.search", ("/",), "search titles, symptoms, alerts, commands", Scope.RUNBOOKS, "search"),
    KeyBinding("runbook.source", ("v",), "view the runbook's text", Scope.RUNBOOKS, "text"),
    KeyBinding("runbook.outline", ("O",), "outline of the whole document", Scope.RUNBOOKS, "outline"),
    KeyBinding("runbook.file", ("E",), "open the file in your editor", Scope.RUNBOOKS, operator=True),
    KeyBinding("runbook.close", ("X",), "close the open runbook", Scope.STEPS),
    KeyBinding("health.mute", ("m",), "mute the check for a while, or no longer", Scope.HEALTH, "mute", operator=True),
    KeyBinding("activity.view", ("v",), "next view: all, running, waiting, blocking", Scope.ACTIVITY, "view"),
    KeyBinding("activity.idle", ("i",), "show or hide idle sessions", Scope.ACTIVITY),
    KeyBinding("activity.age", ("t",), "count ages from the transaction, the query or the session", Scope.ACTIVITY),
    KeyBinding("activity.blocker", ("b",), "jump to the session that blocks this one", Scope.ACTIVITY, "blocker"),
    KeyBinding("activity.blocker_back", ("B",), "jump back from the blocker", Scope.ACTIVITY),
    KeyBinding("activity.columns", ("c",), "choose the columns", Scope.ACTIVITY),
    KeyBinding("activity.statements", ("o",), "show the statements that took longest", Scope.ACTIVITY),
    KeyBinding("activity.database", ("d",), "show the next database, or all together", Scope.ACTIVITY),
    KeyBinding("activity.running", ("f1",), "show running queries", Scope.ACTIVITY),
    KeyBinding("activity.waiting", ("f2",), "show waiting backends", Scope.ACTIVITY),
    KeyBinding("activity.blocking", ("f3",), "show who blocks whom", Scope.ACTIVITY),
    KeyBinding(
        "activity.cancel",
        ("C",),
        "cancel the backend's query",
        Scope.ACTIVITY,
        "cancel",
        operator=True,
        danger=True,
    ),
    KeyBinding(
        "activity.terminate",
        ("K",),
        "end the session",
        Scope.ACTIVITY,
        "terminate",
        operator=True,
        danger=True,
    ),
    KeyBinding("locks.release", ("D",), "release the lock", Scope.LOCKS, "release", operator=True, danger=True),
    KeyBinding(
        "locks.trigger",
        ("T",),
        "run the lock's job now, its dry run first",
        Scope.LOCKS,
        "run job",
        operator=True,
        danger=True,
    ),
    KeyBinding(
        "locks.flag",
        ("J",),
        "disable the lock's job by its flag, or enable it",
        Scope.LOCKS,
        "disable",
        operator=True,
        danger=True,
    ),
    KeyBinding("locks.keys", ("o",), "browse the keys of Redis", Scope.LOCKS, "keys"),
    KeyBinding("services.log", ("l",), "follow the service's log", Scope.SERVICES, "log"),
    _operate("restart", "R", "restart the service, or all tagged ones", "restart"),
    _operate("stop", "D", "take the service down (stop), or all tagged ones", "stop"),
    KeyBinding("services.stopped", ("h",), "hide what does not run, or show it", Scope.SERVICES, "hide"),
    KeyBinding("services.groups", ("v",), "group by project, or all together", Scope.SERVICES, "group"),
    KeyBinding("services.columns", ("c",), "choose the columns", Scope.SERVICES),
    KeyBinding("services.events", ("o",), "show what happened to services lately", Scope.SERVICES, "events"),
    _operate("start", "U", "bring the service up (start), or all tagged ones"),
    _operate("pause", "P", "pause the service, or let it run on"),
    _operate("kill", "K", "kill the service, or all tagged ones"),
    _operate("scale", "C", "set how many instances a pm2 application has"),
    _operate("shell", "E", "open a shell in the container", "shell"),
    KeyBinding("logs.filter", ("F",), "filters: add, switch on and off, take away", Scope.LOGS, "filters"),
    KeyBinding("logs.error_previous", ("E",), "previous error", Scope.LOGS, "error"),
    KeyBinding("logs.error_next", ("e",), "next error", Scope.LOGS),
    KeyBinding("logs.level", ("l",), "least level shown: all, warn, error", Scope.LOGS, "level"),
    KeyBinding("logs.sources", ("s",), "choose the logs that are shown", Scope.LOGS, "logs"),
    KeyBinding("logs.stream", ("v",), "show one log, or all", Scope.LOGS),
    KeyBinding("logs.news", ("i",), "what is new in the last five minutes", Scope.LOGS, "new"),
    KeyBinding("logs.context", ("c",), "show lines around each match", Scope.LOGS),
    KeyBinding("logs.go", ("a",), "go to a time", Scope.LOGS, "time"),
    KeyBinding("logs.stamps", ("t",), "times: UTC, local, with date, age, none", Scope.LOGS),
    KeyBinding("logs.wrap", ("w",), "break long lines, or cut them", Scope.LOGS),
    KeyBinding("logs.columns", ("o",), "choose fields as columns", Scope.LOGS),
    KeyBinding("logs.tag_range", ("V",), "tag every line from the nearest tag to here", Scope.LOGS),
    KeyBinding("logs.bookmark", ("m",), "mark the line with a note in the timeline", Scope.LOGS, operator=True),
    KeyBinding("logs.next_bookmark", ("b",), "go to the next older marked line", Scope.LOGS, operator=True),
    KeyBinding("logs.save", ("x",), "save the tagged lines, or all shown, to a file", Scope.LOGS, operator=True),
    KeyBinding("host.tree", ("t",), "put children under their parents, or show a list", Scope.HOST, "tree"),
    KeyBinding("host.sockets", ("o",), "show who listens on which port", Scope.HOST, "ports"),
    KeyBinding("host.folders", ("d",), "measure the biggest folders of a file system", Scope.HOST, "folders"),
    KeyBinding("host.signal", ("K",), "send the process a signal", Scope.HOST, "signal", operator=True, danger=True),
    KeyBinding("timeline.logs", ("l",), "show the logs at this moment", Scope.TIMELINE, "logs then"),
    KeyBinding("timeline.note", ("m",), "write a note into the timeline", Scope.TIMELINE, "note", operator=True),
    KeyBinding("table.open", ("enter",), "open the row", Scope.TABLE, "open", palette=False),
    KeyBinding("table.take", ("a",), "list the runbook steps that take this row", Scope.TABLE),
    KeyBinding("table.tag", ("space",), "tag the row", Scope.TABLE, "tag"),
    KeyBinding("table.untag", ("backspace",), "clear all tags", Scope.TABLE),
    KeyBinding("table.tag_all", ("*",), "tag every row that is shown", Scope.TABLE),
    KeyBinding("table.sort", ("s",), "sort by the next column", Scope.TABLE, "sort"),
    KeyBinding("table.sort_other_way", ("S",), "sort the other way round", Scope.TABLE),
    _move("down", "one down", "j", "down"),
    _move("up", "one up", "k", "up"),
    _move("first", "to the first", "g", "home"),
    _move("last", "to the last", "G", "end"),
    _move("page_down", "half a page down", "ctrl+d", "pagedown"),
    _move("right", "show what is cut on the right", "right"),
    _move("left", "back to the left", "left"),
    _move("page_up", "half a page up", "ctrl+u", "pageup"),
    KeyBinding("find.open", ("/",), "find or filter in the pane", Scope.PANE, "find"),
    KeyBinding("find.next", ("n",), "next match", Scope.PANE, palette=False),
    KeyBinding("find.previous", ("N",), "previous match", Scope.PANE, palette=False),
    KeyBinding("pane.freeze", ("p",), "freeze the pane, or let it run", Scope.PANE, "freeze"),
    KeyBinding("pane.zoom", ("z",), "zoom the pane", Scope.PANE, "zoom"),
    KeyBinding("pane.slower", ("+",), "read the pane's source less often", Scope.PANE),
    KeyBinding("pane.faster", ("-",), "read the pane's source more often", Scope.PANE),
    KeyBinding("pane.refresh", ("r",), "read the pane's source now", Scope.PANE),
    KeyBinding("pane.copy", ("y",), "copy the row", Scope.PANE, "copy"),
    _pane(1, "health", "Health"),
    _pane(2, "activity", "Activity"),
    _pane(3, "locks", "Cron locks"),
    _pane(4, "services", "Services"),
    _pane(5, "logs", "Logs"),
    _pane(6, "host", "Host"),
    _pane(7, "timeline", "Timeline"),
    KeyBinding("changes.open", ("8",), "list recent changes: deployments, migrations, flags, images", Scope.GLOBAL),
    KeyBinding("sidebar.go", ("0",), "go to the runbooks", Scope.GLOBAL, "runbooks"),
    KeyBinding("focus.next", ("tab",), "next pane", Scope.GLOBAL, palette=False),
    KeyBinding("focus.previous", ("shift+tab",), "previous pane", Scope.GLOBAL, palette=False),
    KeyBinding("incident.declare", ("I",), "declare an incident", Scope.GLOBAL, operator=True),
    KeyBinding("replay.pause", ("f5",), "replay: stand still, or go on", Scope.GLOBAL, "pause"),
    KeyBinding("replay.step", ("f6",), "replay: go to the next entry and stand still", Scope.GLOBAL, "step"),
    KeyBinding("replay.slower", ("f7",), "replay: slower", Scope.GLOBAL, "slower"),
    KeyBinding("replay.faster", ("f8",), "replay: faster", Scope.GLOBAL, "faster"),
    KeyBinding("replay.back", ("<",), "replay: a minute back", Scope.GLOBAL, "back"),
    KeyBinding("replay.on", (">",), "replay: a minute on", Scope.GLOBAL, "on"),
    KeyBinding("palette.open", (":",), "command palette", Scope.GLOBAL, "command", palette=False),
    KeyBinding("help.open", ("?",), "keys that are valid now", Scope.GLOBAL, "help"),
    KeyBinding("go.back", ("escape",), "back", Scope.GLOBAL, palette=False),
    KeyBinding("app.quit", ("q", "ctrl+c"), "back, or quit", Scope.GLOBAL, "quit"),
)
"""Every key of the main screen; within a scope the order is the footer's."""

_WITHIN_PANES = frozenset(Scope) - {Scope.PANE, Scope.GLOBAL, Scope.STEPS, Scope.RUNBOOKS}


def meet(one: Scope, other: Scope) -> bool:
    """Whether two scopes can be valid at the same time without one meaning to hide the other."""
    if Scope.GLOBAL in (one, other) or one is other:
        return True
    return Scope.PANE in (one, other) and bool({one, other} & _WITHIN_PANES)
