"""The only place where the parts of the house are put together."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from datetime import timedelta

import aiohttp
import structlog
from aiohttp import web
from slack_bolt.async_app import AsyncApp
from slack_sdk.errors import SlackApiError

from bot.agents.acquaintance import Acquaintance
from bot.agents.cards import EXPIRE, REMIND, CardDesk
from bot.agents.expiry import Patience
from bot.agents.loop import Loop
from bot.agents.messages import Model
from bot.agents.models.build import build_model, warm
from bot.agents.offline import OfflinePlanner
from bot.agents.permit import Permit
from bot.agents.reception import RUN, Reception
from bot.agents.streaming import StreamVoice
from bot.agents.voice import ThreadVoice, Voice
from bot.connectors.catalogue import all_connectors
from bot.foundation import only_process, open_store, open_vault, sign_in
from bot.gate.calls import Caller, CallerKind
from bot.gate.decisions import Decisions
from bot.gate.door import Gate
from bot.gate.opening import Opener
from bot.gate.policy import Approvers
from bot.gate.retention import Retention
from bot.handlers.audit_export import EXPORT, AuditExport
from bot.handlers.invitations import INVITATION, invitation_handler
from bot.handlers.listeners import register
from bot.handlers.services import Services
from bot.handlers.socket import Socket
from bot.reports.deliver import Delivery
from bot.reports.incidents import IncidentsReport
from bot.scheduling.clock import ReportClock
from bot.scheduling.queue import Claim, LostClaim, TableQueue, TryLater
from bot.scheduling.says import SAY, TELL, say_handler, tell_handler
from bot.scheduling.slots import JOB as REPORT
from bot.scheduling.subscriptions import Subscriptions
from bot.scheduling.worker import Worker
from bot.settings import Settings, SettingsError
from bot.slack.client import user_groups, web_client
from bot.slack.messages import Identity, Place
from bot.slack.render import render
from bot.slack.sender import Sender
from bot.store.crew import connections
from bot.store.once import forget_old
from bot.store.people import organisations
from bot.store.tables import Agent, Conversation, Member
from bot.web.server import web_app
from bot.web.slack import SlackEndpoint

log = structlog.get_logger(__name__)

SLACK_WAIT = timedelta(seconds=15)
"""How long a run waits when Slack cannot be reached, before it is tried again."""

CLEAN_EVERY = timedelta(hours=6)
GRACE = timedelta(seconds=8)
"""How long stopping in good order may take; everything that counts is in the database anyway."""


class House:
    """A running Quarterdeck: `async with House(settings) as house`."""

    def __init__(self, settings: Settings) -> None:
        if settings.slack_bot_token is None:
            raise SettingsError("SLACK_BOT_TOKEN: it is not set; see the README's six lines.")
        if settings.slack_app_token is None and settings.slack_signing_secret is None:
            raise SettingsError(
                "SLACK_APP_TOKEN: set it for Socket Mode, or SLACK_SIGNING_SECRET for HTTP."
            )
        self.settings = settings
        vault = open_vault(settings)
        self.store = open_store(settings, vault)
        self.client = web_client(
            settings.slack_bot_token.get_secret_value(), settings.slack_api_url
        )
        self.sender = Sender(self.client)
        self.opener = Opener(vault, self.store.clock)
        self.gate = Gate(
            self.store, self.opener, approval_wait=timedelta(minutes=settings.approval_minutes)
        )
        self.queue = TableQueue(self.store)
        self.clock = ReportClock(self.store, self.queue, lambda: self.worker.wake())
        self.approvers = Approvers(self.store, user_groups(self.client), self.gate.on_call)
        self.cards = CardDesk(self.store, self.gate, self.approvers, self.queue, self.sender)
        self.loop = self._loop()
        incidents = IncidentsReport(self.store, self.gate)
        self.delivery = Delivery(
            self.store, self.queue, {"incidents": incidents.write}, render, self.sender
        )
        self.worker = Worker(
            self.queue,
            self._handlers(),
            limit=settings.concurrent_runs,
            give_up=self._give_up,
        )
        self.bolt = self._bolt()
        self.port = settings.port
        self._stack = AsyncExitStack()
        self._tasks: list[asyncio.Task[None]] = []

    async def __aenter__(self) -> House:
        try:
            await self._start()
        except BaseException:
            await self._stack.aclose()
            raise
        return self

    async def __aexit__(self, *_: object) -> None:
        try:
            async with asyncio.timeout(GRACE.total_seconds()):
                await self._stack.aclose()
        except TimeoutError:
            log.warning("stop.forced", after=str(GRACE))

    async def serve(self, stop: asyncio.Event) -> None:
        """Works until `stop` is set. Raises what a part of the house died of."""
        stopped = asyncio.create_task(stop.wait())
        done, _ = await asyncio.wait([stopped, *self._tasks], return_when=asyncio.FIRST_COMPLETED)
        stopped.cancel()
        for task in done - {stopped}:
            task.result()

    # Starting, in this order; the stack stops it in the opposite one.

    async def _start(self) -> None:
        self._stack.push_async_callback(self.store.close)
        self._stack.push_async_callback(self.opener.close)
        if not self.settings.database_url:
            self._stack.enter_context(only_process(self.settings))
            await self.queue.recover()
        workspace = await sign_in(self.store, self.client, self.settings.default_plan)
        await self._web()
        self._stack.push_async_callback(self._cancel_tasks)
        self._tasks.append(asyncio.create_task(self.worker.run(), name="worker"))
        retention = Retention(self.store, self.settings.audit_days)
        self._tasks.append(asyncio.create_task(retention.run(), name="audit retention"))
        await self.clock.start()
        self._stack.push_async_callback(self.clock.stop)
        if self.settings.slack_app_token is not None:
            await self._socket(self.settings.slack_app_token.get_secret_value())
        self._tasks.append(asyncio.create_task(self._settle_in(), name="settle in"))
        log.info("started", workspace=workspace.name, port=self.port, model=self.model.name)

    async def _web(self) -> None:
        over_http = self.settings.slack_app_token is None
        endpoint = SlackEndpoint(self.bolt, self.store) if over_http else None
        runner = web.AppRunner(web_app(slack=endpoint, ready=self._problem), access_log=None)
        await runner.setup()
        self._stack.push_async_callback(runner.cleanup)
        site = web.TCPSite(runner, self.settings.host, self.settings.port)
        try:
            await site.start()
        except OSError as error:
            raise SettingsError(
                f"QUARTERDECK_PORT: cannot listen on {self.settings.host}:{self.settings.port} "
                f"({error.strerror}). Choose another."
            ) from None
        self.port = runner.addresses[0][1]

    async def _socket(self, app_token: str) -> None:
        socket = Socket(self.bolt, app_token, self.client)
        try:
            await socket.start()
        except SlackApiError as error:
            raise SettingsError(
                f"SLACK_APP_TOKEN: Slack does not accept it ({error.response['error']}). "
                "Make one with the scope connections:write on the app's page “Basic Information”."
            ) from None
        self._stack.push_async_callback(socket.stop)

    async def _cancel_tasks(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _settle_in(self) -> None:
        """What may wait until after the start: the model's SDK, and each connection's status."""
        await asyncio.to_thread(all_connectors)
        if self.settings.anthropic_api_key is not None:
            await warm()
        for organisation in await organisations(self.store):
            caller = Caller(CallerKind.SYSTEM, organisation.id, "start", "Quarterdeck")
            async with self.store.reading(organisation.id) as session:
                found = await connections(session)
            for connection in found:
                await self._check(caller, connection.id)
        while True:
            await self._forget_old()
            await asyncio.sleep(CLEAN_EVERY.total_seconds())

    async def _check(self, caller: Caller, connection_id: str) -> None:
        """Tests a connection; a fault of its connector's is logged and harms nobody else."""
        try:
            await self.gate.check(caller, connection_id)
        except Exception:
            log.exception("connection.check_failed", connection=connection_id)

    async def _forget_old(self) -> None:
        """Drops what only guards against repetition, once nobody can repeat it any more."""
        async with self.store.installation() as session:
            await forget_old(session, self.store.clock())
        await self.queue.forget_old()

    async def _problem(self) -> str:
        """What keeps the house from working, for the readiness check."""
        try:
            async with self.store.looking():
                pass
        except Exception as error:
            log.warning("database.unreachable", error=str(error))
            return "The database does not answer."
        return ""

    # The parts that need several others.

    def _loop(self) -> Loop:
        self._models: dict[str, Model] = {}
        self.model = self._model(self.settings.model)
        acquaintance = Acquaintance(self.store, self.client)
        self.acquaintance = acquaintance
        return Loop(
            self.store,
            self.gate,
            self.queue,
            model_for=self._model,
            voice_for=self._voice,
            cards=self.cards,
            acquaintance=acquaintance,
            permit=Permit(self.store, self.queue, default_model=self.settings.model),
            max_steps=self.settings.max_steps,
        )

    def _model(self, name: str) -> Model:
        """The model of an id; each is made once."""
        if name not in self._models:
            self._models[name] = build_model(self.settings, OfflinePlanner, model=name)
        return self._models[name]

    def _voice(self, conversation: Conversation, agent: Agent, _asker: Member) -> Voice:
        place = Place(conversation.channel_id, conversation.thread_ts)
        identity = Identity(agent.name, agent.icon)
        if conversation.direct:
            return StreamVoice(self.client, self.sender, render, place, identity)
        return ThreadVoice(self.sender, render, place, identity)

    def _handlers(self) -> dict[str, Callable[[Claim], Awaitable[None]]]:
        patience = Patience(
            self.store, self.queue, self.cards, self.sender, lambda: self.worker.wake()
        )
        return {
            RUN: self._run,
            SAY: say_handler(self.sender),
            TELL: tell_handler(self.sender),
            INVITATION: invitation_handler(self.store, self.acquaintance, self.client, self.sender),
            EXPIRE: patience.expire,
            REMIND: patience.remind,
            REPORT: self.delivery.deliver,
            EXPORT: AuditExport(self.store, self.client, self.sender).send,
        }

    async def _run(self, claim: Claim) -> None:
        """Works on a run; whatever goes wrong, its thread gets an answer or a reason."""
        try:
            await self.loop.work(claim)
        except (aiohttp.ClientError, TimeoutError) as error:
            log.warning("slack.unreachable", error=str(error))
            raise TryLater(SLACK_WAIT) from None
        except LostClaim:
            raise
        except Exception:
            log.exception("run.failed", run=claim.subject)
            await self.loop.apologise(claim)

    async def _give_up(self, claim: Claim) -> None:
        """Tells people of work over which the process died time and again."""
        givers = {RUN: self.loop.give_up, REPORT: self.delivery.give_up}
        if claim.kind in givers:
            await givers[claim.kind](claim)

    def _bolt(self) -> AsyncApp:
        secret = self.settings.slack_signing_secret
        bolt = AsyncApp(
            client=self.client,
            signing_secret=secret.get_secret_value() if secret else "",
            # Acknowledge only what is saved; what is not, Slack sends again. Handlers are short.
            process_before_response=True,
            request_verification_enabled=self.settings.slack_app_token is None,
        )
        register(
            bolt,
            Services(
                store=self.store,
                gate=self.gate,
                decisions=Decisions(self.store, self.approvers),
                queue=self.queue,
                wake=lambda: self.worker.wake(),
                reception=Reception(self.store, self.queue),
                acquaintance=self.acquaintance,
                sender=self.sender,
                client=self.client,
                subscriptions=Subscriptions(
                    self.store, self.queue, self.clock, lambda: self.worker.wake()
                ),
                default_plan=self.settings.default_plan,
            ),
        )
        return bolt
