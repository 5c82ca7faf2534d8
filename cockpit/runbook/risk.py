"""One question for every kind of command: what may it do to the world, and why is that believed?"""

from __future__ import annotations

from cockpit.model.risk import Risk, RiskVerdict
from cockpit.model.runbook import Kind
from cockpit.runbook.http_risk import judge_http
from cockpit.runbook.http_text import read_request
from cockpit.runbook.redis_risk import judge_redis
from cockpit.runbook.shell_risk import judge_shell
from cockpit.runbook.sql_risk import judge_sql


def judge(kind: Kind, text: str) -> RiskVerdict:
    """The risk of a command by allow-list; what is not known is never a read.

    Args:
        kind: what runs it; text of the kinds http and docker may be a command line as well.
        text: the command; placeholders may still be in it.
    """
    if kind is Kind.SQL:
        return judge_sql(text)
    if kind is Kind.REDIS:
        return judge_redis(text)
    if kind is Kind.HTTP:
        verdict = judge_http(text)
        return verdict if verdict.risk is not Risk.UNKNOWN or read_request(text) is not None else judge_shell(text)
    if kind in (Kind.SHELL, Kind.DOCKER, Kind.LOGS, Kind.SETTINGS):
        return judge_shell(text)
    if kind is Kind.OPEN:
        return RiskVerdict(Risk.READ, "it opens a page")
    if kind is Kind.QUERY:
        return RiskVerdict(Risk.READ, "a query of metrics only reads")
    if kind is Kind.COPY:
        return RiskVerdict(Risk.READ, "it is only copied, the cockpit does not run it")
    return RiskVerdict(Risk.READ, "a person does it, the cockpit runs nothing")


def raised(verdict: RiskVerdict, wish: str) -> RiskVerdict:
    """The verdict raised to the risk that an author asked for; never lowered."""
    try:
        wanted = Risk(wish)
    except ValueError:
        return verdict
    return RiskVerdict(wanted, "the runbook says so") if wanted.rank > verdict.risk.rank else verdict
