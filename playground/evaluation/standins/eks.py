"""A Kubernetes cluster on Amazon EKS: pods, events, deployments, nodes, logs of containers."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Annotated, Any, ClassVar

from pydantic import Field

from bot.connectors.base import Access, Area, tool
from bot.connectors.results import Row, Rows
from playground.evaluation.standins.base import (
    Contains,
    End,
    Replayed,
    Start,
    between,
    entries,
    says,
    table,
)

Namespace = Annotated[str | None, Field(description="Only in this namespace.")]
Named = Annotated[str | None, Field(description="Only those with this in their name.")]
_WELL = {"True", "true", "Ready"}
_STAMP = re.compile(r"^(\d{4}-\d{2}-\d{2}T[\d:.]+(?:Z|[+-][\d:]+))\s+(.*)$")


class ReplayedEks(Replayed):
    slug = "replayed_eks"
    title = "EKS"
    areas = (Area("cluster", "Cluster"),)
    reads: ClassVar = {
        "eks_pods": ("list_pods",),
        "eks_events": ("list_events",),
        "eks_deployments": ("list_deployments",),
        "eks_node_health": ("list_nodes",),
        "eks_pod_logs": ("read_pod_logs",),
    }

    @tool(area="cluster", access=Access.READ, method="GET", path="/api/v1/pods")
    async def list_pods(
        self,
        namespace: Namespace = None,
        name: Named = None,
        only_unready: Annotated[
            bool, Field(description="Only pods that are not ready, restarted or being deleted.")
        ] = False,
    ) -> Rows:
        """The pods with phase, readiness, restarts, state of their containers and conditions."""
        rows = [
            _pod(one)
            for one in entries(self.recorded("eks_pods"), "pods")
            if says(namespace, one.get("namespace")) and says(name, one.get("name"))
        ]
        return table([one for one in rows if not only_unready or _troubled(one)], "Pods")

    @tool(area="cluster", access=Access.READ, method="GET", path="/api/v1/events")
    async def list_events(
        self,
        namespace: Namespace = None,
        contains: Contains = None,
        start: Start = None,
        end: End = None,
    ) -> Rows:
        """The cluster's events (warnings) with reason, message, object, count and times."""
        inside = between(start, end)
        rows = [
            _event(one)
            for one in entries(self.recorded("eks_events"), "warning_events", "events")
            if says(namespace, one.get("namespace"))
            and says(contains, one.get("reason"), one.get("message"), one.get("involved_object"))
            and inside(one.get("last_time") or one.get("first_time"))
        ]
        return table(rows, "Events")

    @tool(area="cluster", access=Access.READ, method="GET", path="/apis/apps/v1/deployments")
    async def list_deployments(self, namespace: Namespace = None, name: Named = None) -> Rows:
        """The deployments with how many replicas are desired, ready, available, unavailable."""
        rows = [
            dict(one)
            for one in entries(self.recorded("eks_deployments"), "deployments")
            if says(namespace, one.get("namespace")) and says(name, one.get("name"))
        ]
        return table(rows, "Deployments")

    @tool(area="cluster", access=Access.READ, method="GET", path="/api/v1/nodes")
    async def list_nodes(
        self,
        name: Named = None,
        only_unhealthy: Annotated[
            bool, Field(description="Only nodes that are not ready or under pressure.")
        ] = False,
    ) -> Rows:
        """The nodes with readiness, pressure on memory, disk and processes, and their capacity."""
        rows = [
            dict(one)
            for one in entries(self.recorded("eks_node_health"), "nodes")
            if says(name, one.get("name")) and (not only_unhealthy or _unhealthy(one))
        ]
        return table(rows, "Nodes")

    @tool(area="cluster", access=Access.READ, method="GET", path="/api/v1/pods/{pod}/log")
    async def read_pod_logs(
        self,
        pod: Annotated[str | None, Field(description="Only of the pod with this name.")] = None,
        contains: Contains = None,
        start: Start = None,
        end: End = None,
    ) -> Rows:
        """The lines that containers wrote before they ended, with what the kernel said of them."""
        inside = between(start, end)
        lines = [
            row
            for one in _logs(self.recorded("eks_pod_logs"))
            if says(pod, one.get("pod_name"))
            for row in _lines(one)
            if says(contains, row["line"]) and inside(row["time"])
        ]
        return table(lines, "Logs of pods")


def _pod(pod: Mapping[str, Any]) -> Row:
    containers = entries(pod.get("containers") or [])
    ready = sum(bool(one.get("ready")) for one in containers)
    return {
        "name": pod.get("name"),
        "namespace": pod.get("namespace"),
        "phase": pod.get("phase"),
        "ready": f"{ready}/{len(containers)}",
        "restart_count": sum(int(one.get("restart_count") or 0) for one in containers),
        "state": "; ".join(filter(None, map(_container, containers))) or None,
        "not_true": "; ".join(_untrue(pod)) or None,
        "deletion_timestamp": pod.get("deletion_timestamp"),
        "node": pod.get("node_name"),
        "started": pod.get("start_time"),
        "image": ", ".join(str(one["image"]) for one in containers if one.get("image")) or None,
    }


def _container(container: Mapping[str, Any]) -> str:
    """A container's state, and the one before it, in words."""
    said = []
    for key in ("state", "last_state"):
        state = container.get(key)
        if not isinstance(state, dict):
            continue
        kinds = [one for one in ("waiting", "terminated", "running") if state.get(one)]
        facts = [f"{name} {value}" for name, value in state.items() if name not in kinds and value]
        said.append(f"{key.replace('_', ' ')}: {', '.join([*kinds, *facts])}")
    return f"{container.get('name')}: {'; '.join(said)}" if said else ""


def _untrue(pod: Mapping[str, Any]) -> Iterator[str]:
    for one in entries(pod.get("conditions") or []):
        if str(one.get("status")) not in _WELL:
            words = (
                f"{one.get('type')} {one.get('status')}: {one.get('reason')} {one.get('message')}"
            )
            yield words.strip()


def _troubled(row: Row) -> bool:
    ready, _, all_of = str(row["ready"]).partition("/")
    return bool(ready != all_of or row["restart_count"] or row["deletion_timestamp"])


def _event(event: Mapping[str, Any]) -> Row:
    order = "reason message involved_object type count first_time last_time namespace".split()
    rest = [name for name in event if name not in order]
    return {name: event.get(name) for name in [*order, *rest]}


def _unhealthy(node: Mapping[str, Any]) -> bool:
    pressed = any(str(value) in _WELL for name, value in node.items() if name.endswith("_pressure"))
    return pressed or str(node.get("ready")) not in _WELL


def _logs(document: Any) -> list[Mapping[str, Any]]:
    """One pod's logs, or several pods'."""
    one = isinstance(document, dict) and isinstance(document.get("logs"), str)
    return [document] if one else entries(document, "pods", "logs", "pod_logs")


def _lines(log: Mapping[str, Any]) -> Iterator[Row]:
    for line in str(log.get("logs") or log.get("message") or "").splitlines():
        found = _STAMP.match(line)
        if line.strip():
            time, words = (found[1], found[2]) if found else (log.get("timestamp"), line)
            yield {"time": time, "pod": log.get("pod_name"), "line": words}
