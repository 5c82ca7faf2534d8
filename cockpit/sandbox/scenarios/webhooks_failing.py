"""The api checks the payment provider's signatures with a secret that is no longer right."""

from __future__ import annotations

from cockpit.sandbox.range import Range
from cockpit.sandbox.scenarios.base import Scenario
from cockpit.sandbox.scenarios.lines import asked, everyone_at_work, reached


class WebhooksFailing(Scenario):
    """The signing secret was rotated, at the provider and in the settings, and nobody restarted the api.

    Each process of the api keeps the secret that it read when it started, and refuses every event.
    """

    name = "webhooks-failing"
    summary = "the payment provider's events are refused, one after the other"
    description = (
        "Customers have paid and their orders do not show it. The provider reports that its deliveries fail; the"
        " signing secret was rotated today, and the settings already hold the new one."
    )
    runbook = "payment-webhooks.md"
    procedure = "payment-webhooks-failing"
    required = frozenset({"billing.degraded", "webhooks.failed"})
    allowed = required

    async def inject(self, sandbox: Range) -> None:
        """Rotate the secret under the running service; wait until an event was refused."""
        await everyone_at_work(sandbox)
        sandbox.rotate_webhook_secret()
        refused = "SELECT count(*) > 0 FROM stripe_webhook_events WHERE status = 'failed'"
        await reached(lambda: asked(sandbox, refused), "no event was refused")
