"""What an answer key's names for telemetry stand for, and which calls of ours read it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from playground.evaluation.scenarios import Scenario
from playground.evaluation.standins import cloudwatch, rds
from playground.evaluation.standins.alerts import ReplayedAlerts
from playground.evaluation.standins.archive import SERVICES, ReplayedArchive, unknown
from playground.evaluation.standins.base import Replayed

READERS: Mapping[str, tuple[type[Replayed], tuple[str, ...]]] = {
    source: (service, verbs) for service in SERVICES for source, verbs in service.reads.items()
}

STAND_INS: tuple[type[Replayed], ...] = (*SERVICES, ReplayedArchive)

_ACTIONS: Mapping[str, tuple[str, ...]] = {
    "query_grafana_metrics": (cloudwatch.SOURCE,),
    "query_grafana_logs": (rds.EVENTS, rds.INSIGHTS),
    "query_grafana_alert_rules": ("alert",),
}
"""Actions of answer keys that are not called after their source. Any of the sources will do."""

_VERBS = {"list", "get", "query", "describe", "read", "search", "fetch"}


def connectors_of(scenario: Scenario) -> list[type[Replayed]]:
    """The services that an investigation of the scenario can reach: those with a record."""
    found = {READERS[name][0] for name in scenario.sources if name in READERS}
    if unknown(scenario):
        found.add(ReplayedArchive)
    return [one for one in STAND_INS if one in found or one is ReplayedAlerts]


def sources_of(action: str, scenario: Scenario) -> Sequence[str]:
    """The sources that an action or a query of an answer key means; none if it is no source."""
    if action in _ACTIONS:
        return _ACTIONS[action]
    words = set(_words(action)) - _VERBS
    names = [*READERS, *unknown(scenario)]
    return [name for name in names if words and words <= set(_words(name))][:1]


def read_by(tool_name: str, arguments: Mapping[str, object], scenario: Scenario) -> Sequence[str]:
    """The sources that a call read."""
    if tool_name == ReplayedArchive.tool_name("list_records"):
        asked = str(arguments.get("source") or "")
        return [name for name in unknown(scenario) if asked.casefold() in name.casefold()]
    return [
        source
        for source, (connector, verbs) in READERS.items()
        if tool_name in {connector.tool_name(verb) for verb in verbs}
    ]


def calls_for(source: str) -> list[tuple[str, dict[str, object]]]:
    """The calls that read a source as a whole."""
    if source not in READERS:
        return [(ReplayedArchive.tool_name("list_records"), {"source": source})]
    connector, verbs = READERS[source]
    return [(connector.tool_name(verb), {}) for verb in verbs if not needs(connector, verb)]


def needs(connector: type[Replayed], verb: str) -> bool:
    """Whether a tool cannot be called without arguments."""
    return bool(connector.tools[verb].schema.get("required"))


def _words(name: str) -> list[str]:
    return re.findall(r"[a-z0-9]+", name.lower())
