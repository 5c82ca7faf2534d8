"""What `aws`, `gcloud` and `az` may do: the first verb of the operation says so, never a name after it."""

from __future__ import annotations

from collections.abc import Sequence

from cockpit.model.risk import Risk, RiskVerdict
from cockpit.runbook.words import words

_READS = words(
    "describe list get show ls head filter lookup tail wait help read view query scan presign tail-logs test"
)
_WRITES_A_FILE = words("get-object get-credentials get-export get-deployable-mod update-kubeconfig")
_HIGH = words("rm delete terminate destroy remove purge rb restore promote failover deregister revoke")
_CHANGES = words(
    """
    add apply approve attach cancel connect copy cp create deploy detach disable enable execute exec export
    failover-primary
    import init install invoke login logout modify mv patch pause publish push put reboot redeploy register reset
    resize restart resume rollback rotate run scale send set ssh start stop submit swap sync tag undelete unlock untag
    update upgrade upload
    """
)


def judge_cloud(program: str, plain: Sequence[str]) -> RiskVerdict:
    """The risk of a cloud program's operation.

    Args:
        program: aws, gcloud or az.
        plain: its words that are no options, in order.
    """
    operation = plain[1:2] if program == "aws" else plain
    shown = " ".join([program, *plain[:3]])
    for word in operation:
        if word in _WRITES_A_FILE:
            return RiskVerdict(Risk.CHANGE, f"{shown} writes a file")
        parts = word.split("-")
        if parts[0] in _READS:
            return RiskVerdict(Risk.READ, f"{shown} only reads")
        if _HIGH.intersection(parts):
            return RiskVerdict(Risk.HIGH, f"{shown} is hard to take back")
        if parts[0] in _CHANGES:
            break
    return RiskVerdict(Risk.CHANGE, f"{shown} is not among the operations that only read")
