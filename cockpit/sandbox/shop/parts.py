"""What a request handler of the api works with."""

from __future__ import annotations

from dataclasses import dataclass

from aiohttp import web

from cockpit.sandbox.shop.health import Prober
from cockpit.sandbox.shop.kv import Kv
from cockpit.sandbox.shop.metrics import Metrics
from cockpit.sandbox.shop.pool import Pool
from cockpit.sandbox.shop.service import Service


@dataclass(frozen=True, slots=True)
class Parts:
    """The lines of one api process to the rest of the world, and the secret that it read when it started."""

    service: Service
    pool: Pool
    kv: Kv
    prober: Prober
    metrics: Metrics
    webhook_secret: str


PARTS = web.AppKey("parts", Parts)
