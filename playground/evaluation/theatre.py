"""Plays a scenario through the whole house: an incident breaks out, and what follows from it.

Better Stack's webhook tells of the incident; the bot reads it back, posts its card to the local
workspace, and its agent looks into it as the channel's route says. The bot runs in this process
over a socket, with a data folder of its own for each scenario. Only the services are stand-ins,
and the model if one is handed in.
"""

from __future__ import annotations

import asyncio
import os
import re
import shutil
import time
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import yaml
from sqlalchemy import select

from bot.agents.closing import looking_calls
from bot.agents.messages import Model
from bot.agents.models.build import Models
from bot.agents.models.fitting import Fit
from bot.agents.offline import OfflinePlanner
from bot.app import House
from bot.foundation import open_store
from bot.provision import apply_file
from bot.settings import Settings, load_settings
from bot.store.migrate import migrate
from bot.store.people import organisations
from bot.store.tables import Connection, Conversation, Run, RunState
from bot.store.talks import steps_of
from playground.betterstack.auth import TEAM_TOKEN
from playground.betterstack.records import Incident
from playground.betterstack.server import Sandbox
from playground.bot_process import ROOT
from playground.evaluation.judge import Call, Investigation, normal
from playground.evaluation.scenarios import Scenario
from playground.evaluation.sources import connectors_of
from playground.evaluation.standins.alerts import alert_row
from playground.stage import spoken
from playground.workspace import APP_TOKEN, BOT_TOKEN, Workspace

CHANNEL = "#incidents"
PATIENCE = 30.0
"""Seconds for a scripted answer; a real model gets more."""

_BEGINNING = 40
"""Characters of an answer by which it is recognised in the thread."""

LABEL = "Production"
TEAM = "Harbor"
INCIDENT = 9001
ROUTE = "/ops incidents route everything to #incidents investigate with @debugger"

CATEGORIES = (
    "healthy (nothing is wrong now), resource_exhaustion, configuration_error, code_defect, "
    "dependency_failure, infrastructure, data_quality, unknown"
)

ENDING = (
    "When you have looked into an incident, end your answer with a line `ROOT_CAUSE: ` and one "
    f"sentence, and a line `ROOT_CAUSE_CATEGORY: ` and one of: {CATEGORIES}."
)
"""The connection's instructions: how this team wants its investigations to end."""


class OneModel(Models):
    """The models of a house, all of which are the one that was handed in."""

    def __init__(self, settings: Settings, model: Model) -> None:
        super().__init__(settings, OfflinePlanner)
        self._model = model

    def get(self, fit: Fit) -> Model:
        return self._model


class Theatre:
    """Plays scenarios one after another. `folder` holds their data and is emptied first."""

    def __init__(self, folder: Path, *, extra: Mapping[str, str], patience: float) -> None:
        """`extra` is environment for the bot: a model's name, say."""
        self._folder = folder
        self._extra = extra
        self._patience = patience

    async def prepare(self) -> None:
        """Makes the empty database that each scenario begins with."""
        shutil.rmtree(self._folder, ignore_errors=True)
        empty = self._folder / "empty"
        empty.mkdir(parents=True)
        with _surroundings({"QUARTERDECK_DATA_DIR": str(empty)}):
            store = open_store(load_settings(env_file=None))
            await migrate(store.engine)
            await store.close()

    async def play(self, scenario: Scenario, model: Model | None) -> Investigation:
        """Has the incident break out, and waits for the end of the investigation that begins."""
        async with _workspace() as workspace, _better_stack() as sandbox:
            data = self._data(scenario)
            with _surroundings(self._environment(workspace, data)):
                settings = load_settings(env_file=None)
                await apply_file(settings, _setup(scenario, data, sandbox))
                began = time.monotonic()
                given = OneModel(settings, model) if model else None
                async with House(settings, given) as house:
                    await workspace.wait_for(lambda: workspace.connections, timeout=PATIENCE)
                    state = sandbox.state  # it has no other incident
                    state.incidents = {INCIDENT: incident_of(scenario, sandbox.clock())}
                    await _tell(await _prepare(house, workspace))
                    run = await self._ended(house)
                    found = await _investigated(house, run)
                    thread = await _thread(house, run)
                seconds = time.monotonic() - began
        trouble = _trouble(run, workspace, thread)
        return Investigation(run.answer if run else "", *found, trouble, seconds)

    def _data(self, scenario: Scenario) -> Path:
        folder = self._folder / scenario.name.replace("/", "-")
        number = 1
        while folder.exists():  # two folders may have scenarios of one name
            number += 1
            folder = folder.with_name(f"{scenario.name.replace('/', '-')}-{number}")
        shutil.copytree(self._folder / "empty", folder)
        return folder

    def _environment(self, workspace: Workspace, data: Path) -> dict[str, str]:
        return {
            "SLACK_API_URL": workspace.api_url,
            "SLACK_BOT_TOKEN": BOT_TOKEN,
            "SLACK_APP_TOKEN": APP_TOKEN,
            "QUARTERDECK_DATA_DIR": str(data),
            "QUARTERDECK_PORT": "0",
            "QUARTERDECK_PUBLIC_URL": "http://127.0.0.1",
            **self._extra,
        }

    async def _ended(self, house: House) -> Run | None:
        """The run of the question when it has come to its end, or as far as it got in time."""
        run: Run | None = None
        organisation = (await organisations(house.store))[0].id
        end = time.monotonic() + self._patience
        while time.monotonic() < end:
            async with house.store.reading(organisation) as session:
                found: Run | None = await session.scalar(select(Run))
            run = found
            if run is not None and RunState(run.state).ended:
                return run
            await asyncio.sleep(0.02)
        return run


def incident_of(scenario: Scenario, now: datetime) -> Incident:
    """The alert as Better Stack would have it. `now` is for scenarios without any moment."""
    alert = {name: str(value) for name, value in alert_row(scenario).items()}
    words = ("summary", "description", "error", "suspected_symptom")
    told = [alert[name].rstrip(".") + "." for name in words if alert.get(name)]
    return Incident(
        id=INCIDENT,
        team_name=TEAM,
        name=scenario.title,
        cause=" ".join(told),
        started_at=(scenario.end or now).astimezone(UTC),
    )


async def _prepare(house: House, workspace: Workspace) -> str:
    """What a team sets up once: a route, and the address for Better Stack, which is returned."""
    organisation = (await organisations(house.store))[0].id
    async with house.store.writing(organisation) as session:
        wanted = select(Connection).where(Connection.label == LABEL)
        (await session.scalars(wanted)).one().instructions = ENDING
    await workspace.command("ana", CHANNEL, ROUTE)
    await workspace.command("ana", CHANNEL, f"/ops connections webhook {LABEL}")

    def shown() -> str:
        told = " ".join(spoken(one) for one in workspace.ephemerals("ana"))
        found = re.search(r"/hooks/[^\s`|>]+", told)
        return found[0] if found else ""

    path = await workspace.wait_for(shown, timeout=PATIENCE)
    return f"http://127.0.0.1:{house.port}{path}"


async def _tell(address: str) -> None:
    """Better Stack's webhook: only a hint, the bot reads the truth back."""
    body = {"event": "created", "data": {"id": str(INCIDENT), "type": "incident"}}
    async with httpx.AsyncClient() as client:
        (await client.post(address, json=body)).raise_for_status()


async def _thread(house: House, run: Run | None) -> str:
    if run is None:
        return ""
    async with house.store.reading(run.organisation_id) as session:
        return (await session.get_one(Conversation, run.conversation_id)).thread_ts


async def _investigated(house: House, run: Run | None) -> tuple[list[Call], int]:
    """The calls of a run, and in how many steps it made them."""
    if run is None:
        return [], 0
    async with house.store.reading(run.organisation_id) as session:
        steps = await steps_of(session, run.id)
    calls = [
        _call(call, step.returned.get(call["id"])) for step in steps for call in looking_calls(step)
    ]
    return calls, sum(bool(looking_calls(step)) for step in steps)


def _call(call: Mapping[str, Any], returned: Mapping[str, Any] | None) -> Call:
    found = returned is not None and not returned["failed"]
    data = (returned or {}).get("data") or {}
    rows = len(data["rows"]) if "rows" in data else int(bool(data))
    return Call(call["name"], call["arguments"], found, rows)


def _trouble(run: Run | None, workspace: Workspace, thread: str) -> str:
    """What kept the investigation from ending in an answer that people can read."""
    if run is None:
        return "the incident was not looked into"
    if not RunState(run.state).ended:
        return "it was not done in time"
    if run.state != RunState.DONE:
        return "the run failed"
    posts = [one for one in workspace.messages(CHANNEL, thread) if one.get("bot_id")]
    shown = normal(" ".join(map(spoken, posts)))
    begins = normal(run.answer)[:_BEGINNING]
    return "" if begins in shown else "the answer is not in the thread"


def _setup(scenario: Scenario, data: Path, sandbox: Sandbox) -> Path:
    """A setup file: one connection a service, and a debugger who may read them all."""
    services = connectors_of(scenario)
    folder = {"folder": str(scenario.folder)}
    better_stack = {
        "label": LABEL,
        "connector": "better_stack",
        "settings": {"base_url": sandbox.url},
        "credentials": {"api_token": TEAM_TOKEN},
    }
    setup = {
        "connections": [
            better_stack,
            *({"label": one.title, "connector": one.slug, "settings": folder} for one in services),
        ],
        "agents": [
            {
                "name": "Debugger",
                "type": "debugger",
                "access": {
                    label: {"*": "read"} for label in [LABEL, *(one.title for one in services)]
                },
            }
        ],
    }
    file = data / "setup.yml"
    file.write_text(yaml.safe_dump(setup))
    return file


@asynccontextmanager
async def _workspace() -> AsyncIterator[Workspace]:
    workspace = Workspace(ROOT / "manifest.yml", rate_limits=False)
    await workspace.start()
    try:
        yield workspace
    finally:
        await workspace.stop()


@asynccontextmanager
async def _better_stack() -> AsyncIterator[Sandbox]:
    sandbox = Sandbox(clock=lambda: datetime.now(UTC))
    await sandbox.start()
    try:
        yield sandbox
    finally:
        await sandbox.stop()


@contextmanager
def _surroundings(environment: Mapping[str, str]) -> Iterator[None]:
    """This process's own environment with these on top, without the settings of an operator."""
    before = dict(os.environ)
    for name in list(os.environ):
        if name.startswith(("SLACK_", "QUARTERDECK_")):
            del os.environ[name]
    os.environ.update(environment)
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)
