"""Somebody who hits keys, clicks and chooses entries without knowing what they do; seeded.

Run as a program, so that what it starts and writes can be listened to: it prints one line of JSON at the end.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import random
import subprocess
import sys
import tempfile
from collections import Counter
from pathlib import Path

import psycopg
import redis
from textual import events

import cockpit.ui.app
from cockpit.config.load import load
from cockpit.engine.session import Session
from cockpit.model.errors import CockpitError
from cockpit.model.incident import Role
from cockpit.ui.app import CockpitApp
from cockpit.ui.bindings import REGISTRY
from cockpit.ui.keyline import KeyLine, TakesKeys
from cockpit.ui.screens.confirm import ConfirmScreen
from cockpit.wiring.facts import environment_facts
from cockpit.wiring.session import open_session
from tests.support.range import get

BATCH = 20
"""Events between two looks at how far the cockpit is."""
PATIENCE = 60.0
"""Seconds that a batch may take."""
WORDS = (
    *("note [/nope] [@click=app.boom]", "incident P1 all is lost", "resolve it is well", "every 1s", "theme dark"),
    *("unlock 10m", "lock", "keys *", "grade P0 why", "todo look at it", "open Cron stuck", "theme light", "ascii"),
    *("user:* OR 1=1", "DROP TABLE users", "lock:cron:recalculate", "-1", "\u202eevil", "12h", "0", "state:zombie"),
)
KEYS = sorted({key for binding in REGISTRY for key in binding.keys} - {"q", "ctrl+c"})
PRINTABLE = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789 .,:;-_/\\[](){}<>*?!$&%#@'\"+="
NAMES = {" ": "space", ".": "full_stop", ":": "colon", "/": "slash", "?": "question_mark", "*": "asterisk", "+": "plus"}


class CaughtApp(CockpitApp):
    """A cockpit that cannot be left before the monkey is done, and to which nobody says yes.

    Attributes:
        tries: how often it was tried to leave it.
        questions: how often a confirmation was answered, each time with something else than yes.
    """

    CSS_PATH = Path(cockpit.ui.app.__file__).with_name("cockpit.tcss")
    tries = 0
    questions = 0
    done = False

    def leave(self, code: int, farewell: str = "") -> None:
        """End only when it is time; a failure to open ends it at once."""
        if self.done or farewell:
            super().leave(code, farewell)
        self.tries += 1

    def exit(self, *arguments: object, **named: object) -> None:
        """End only when it is time."""
        if self.done:
            super().exit()
        self.tries += 1


class CarefulLine(KeyLine):
    """Takes the one key out of the line that would confirm a change.

    Args:
        app: whose screen tells whether it would.
    """

    def __init__(self, app: CaughtApp) -> None:
        super().__init__()
        self._app = app

    def next(self) -> events.Key:
        """The key that was pressed first; on a confirmation `y` becomes `n`."""
        key = super().next()
        if not isinstance(self._app.screen, ConfirmScreen):
            return key
        self._app.questions += 1
        return events.Key("n", "n") if key.key == "y" else key


class Monkey:
    """Sends events to a cockpit.

    Args:
        app: the cockpit.
        chance: seeded.
    """

    def __init__(self, app: CaughtApp, chance: random.Random) -> None:
        self.app = app
        self.chance = chance
        self.sent: Counter[str] = Counter()
        self.screens: Counter[str] = Counter()

    async def play(self, number: int) -> None:
        """Send that many events; fails when the cockpit does not keep up or ends."""
        for sent in range(number):
            self.act()
            if sent % BATCH == 0:
                await self.catch_up()
        await self.catch_up()

    def act(self) -> None:
        """Send one event of some kind."""
        kind = self.chance.choices(("key", "typed", "mouse", "invoke", "spoken"), (70, 14, 8, 5, 3))[0]
        self.sent[kind] += 1
        if kind == "key":
            self.press(self.chance.choice((*KEYS, "enter", "escape", "y", "n", "down", "up", "tab")))
        elif kind == "typed":
            self.press(self.chance.choice(PRINTABLE))
        elif kind == "mouse":
            self.point()
        elif kind == "invoke":
            self.app.main.invoke(self.chance.choice(REGISTRY).id)
        else:
            self.press("escape", "escape", "1", ":")
            self.press(*self.chance.choice(WORDS), "enter")

    def press(self, *keys: str) -> None:
        """Post keys as a terminal does."""
        for key in keys:
            character = key if len(key) == 1 else {"space": " ", "enter": "\r", "tab": "\t"}.get(key)
            self.app.post_message(events.Key(NAMES.get(key, key), character))

    def point(self) -> None:
        """Click, click twice, or turn the wheel somewhere."""
        width, height = self.app.size
        x, y = self.chance.randrange(width), self.chance.randrange(height)
        turned = self.chance.choice((None, None, events.MouseScrollDown, events.MouseScrollUp))
        kinds = (turned,) if turned else (events.MouseDown, events.MouseUp) * self.chance.choice((1, 1, 2))
        for kind in kinds:
            button = 0 if turned else self.chance.choice((1, 1, 1, 2, 3))
            self.app.post_message(kind(None, x, y, 0, 0, button, False, False, False, x, y))

    async def catch_up(self) -> None:
        """Wait until all keys were acted on."""
        end = asyncio.get_running_loop().time() + PATIENCE
        while self.busy():
            assert asyncio.get_running_loop().time() < end, f"stuck on {self.app.screen!r}"
            await asyncio.sleep(0.001)
        self.screens[type(self.app.screen).__name__] += 1

    def busy(self) -> bool:
        """Whether something waits; fails when the cockpit has."""
        assert self.app._exception is None, repr(self.app._exception)
        opening = isinstance(self.app.screen, TakesKeys) and not self.app.screen.ready
        return opening or len(self.app.keys) > 0 or not self.app._message_queue.empty()

    async def go_home(self) -> None:
        """Close what is open: the cockpit is not to be ended in the middle of an opening."""
        for _ in range(BATCH):
            if self.app.screen is self.app.main:
                return
            self.press("escape")
            await self.catch_up()


async def main(config: Path, role: Role, seed: int, number: int, plant: str) -> None:
    """Open the cockpit on a configuration, let the monkey play, and say what came of it."""
    loaded = load(config)
    name, settings = loaded.environment(None)

    def build() -> Session:
        return open_session(loaded, name, role)

    app = CaughtApp(build, environment_facts(name, settings), role)
    app.keys = CarefulLine(app)
    async with app.run_test(size=(140, 45)):
        end = asyncio.get_running_loop().time() + PATIENCE
        while not app.loaded or app.main.feed is None:
            assert asyncio.get_running_loop().time() < end, f"not opened: {app.farewell} {app._exception!r}"
            await asyncio.sleep(0.02)
        monkey = Monkey(app, random.Random(seed))
        await monkey.play(number // 2)
        if plant:
            planted(json.loads(plant))
        await monkey.play(number - number // 2)
        await monkey.go_home()
        app.done = True
    told = {"sent": monkey.sent, "screens": monkey.screens, "questions": app.questions, "left": app.tries}
    sys.stdout.write(json.dumps(told) + "\n")


def planted(where: dict[str, str]) -> None:
    """One write of each kind, under the observer's own name."""
    with psycopg.connect(where["postgres"], application_name="cockpit", autocommit=True) as connection:
        connection.execute("SET default_transaction_read_only = off")
        try:
            connection.execute("UPDATE cron_runs SET status = 'done' WHERE job = 'planted'")
        except psycopg.Error:
            connection.execute("SELECT 1")
    with redis.Redis.from_url(where["redis"], client_name="cockpit") as client:
        try:
            client.delete("planted")
        except redis.exceptions.NoPermissionError:
            client.ping()
    get(f"{where['http']}/planted", "POST", {})
    subprocess.run([sys.executable, "-c", ""], check=True)
    with tempfile.NamedTemporaryFile(prefix="planted-") as file:
        file.write(b"planted")


def parsed() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser()
    parser.add_argument("config", type=Path)
    parser.add_argument("role", type=Role)
    parser.add_argument("seed", type=int)
    parser.add_argument("number", type=int)
    parser.add_argument("--plant", default="")
    return parser.parse_args()


if __name__ == "__main__":
    given = parsed()
    try:
        asyncio.run(main(given.config, given.role, given.seed, given.number, given.plant))
    except CockpitError as error:
        raise SystemExit(str(error)) from error
