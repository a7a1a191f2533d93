"""The only place where the parts of the house are put together."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from datetime import timedelta
from functools import partial

import aiohttp
import structlog
from aiohttp import web
from slack_bolt.async_app import AsyncApp
from slack_sdk.errors import SlackApiError

from bot.agents.acquaintance import Acquaintance
from bot.agents.cards import EXPIRE, REMIND, CardDesk
from bot.agents.delegation import Delegation
from bot.agents.directives import tools as directive_tools
from bot.agents.directives.alerting import Targets
from bot.agents.directives.finishing import Finisher
from bot.agents.expiry import Patience
from bot.agents.following import PRESS
from bot.agents.house_tools import HouseTools
from bot.agents.knowledge.library import READ_FILE
from bot.agents.knowledge.processing import Processing
from bot.agents.knowledge.recall import Recall
from bot.agents.loop import Loop
from bot.agents.models.build import Models
from bot.agents.models.fitting import Fit
from bot.agents.offline import OfflinePlanner
from bot.agents.permit import Permit
from bot.agents.reception import RUN, Reception
from bot.agents.stopping import Stops
from bot.agents.streaming import StreamVoice
from bot.agents.voice import ThreadVoice, Voice
from bot.connecting.connections import PART, SAVED, Connections
from bot.connecting.health import HealthWatch
from bot.connecting.oauth.apps import OAuthApps, parse_apps
from bot.connecting.oauth.flow import SignIns
from bot.connecting.oauth.tokens import TokenKeeper
from bot.connecting.oauth.wire import Wire
from bot.connecting.tickets import Tickets
from bot.connectors.addresses import Reach
from bot.connectors.catalogue import all_connectors
from bot.foundation import only_process, open_store, open_vault, sign_in
from bot.gate.decisions import Decisions
from bot.gate.door import Gate
from bot.gate.opening import Opener
from bot.gate.retention import Retention
from bot.handlers.answers import ANSWER, answer_handler
from bot.handlers.audit_export import EXPORT, AuditExport
from bot.handlers.connections_news import TEST, News
from bot.handlers.invitations import INVITATION, invitation_handler
from bot.handlers.listeners import register
from bot.handlers.services import Services
from bot.handlers.socket import Socket
from bot.incidents.addresses import WebhookAddresses
from bot.incidents.duty import Duty
from bot.incidents.intake import Intake
from bot.incidents.investigation import Bounds, Investigations
from bot.incidents.modals import Modals
from bot.incidents.poller import Poller
from bot.incidents.port import (
    INCIDENT_CARD,
    INCIDENT_MODAL,
    INCIDENT_POLL,
    INCIDENT_PRESS,
    INCIDENT_TRUTH,
)
from bot.incidents.port import lanes as incident_lanes
from bot.incidents.posting import Board
from bot.incidents.presses import Presses
from bot.incidents.story import Story
from bot.incidents.summary import Summaries
from bot.incidents.truth import Truth
from bot.reports.deliver import Delivery
from bot.reports.incidents import IncidentsReport
from bot.scheduling.clock import ReportClock
from bot.scheduling.queue import Claim, LostClaim, TableQueue, TryLater
from bot.scheduling.says import (
    SAY,
    TELL,
    WHISPER,
    say_handler,
    tell_handler,
    whisper_handler,
)
from bot.scheduling.slots import JOB as REPORT
from bot.scheduling.subscriptions import Subscriptions
from bot.scheduling.worker import Worker
from bot.settings import Settings, SettingsError
from bot.slack.charts.posting import ChartPoster
from bot.slack.client import channel_names, public_channels, user_groups, web_client
from bot.slack.downloads import fetch_file
from bot.slack.messages import Identity, Place
from bot.slack.render import render
from bot.slack.sender import Sender
from bot.store.once import forget_old
from bot.store.tables import Agent, Conversation, Member
from bot.web.forms import Forms
from bot.web.knowledge import KnowledgePages
from bot.web.oauth import SignInPages
from bot.web.server import web_app
from bot.web.slack import SlackEndpoint
from bot.web.webhooks import WebhookEndpoint

log = structlog.get_logger(__name__)

SLACK_WAIT = timedelta(seconds=15)
"""How long a run waits when Slack cannot be reached, before it is tried again."""

CLEAN_EVERY = timedelta(hours=6)
GRACE = timedelta(seconds=8)
"""How long stopping in good order may take; everything that counts is in the database anyway."""


class House:
    """A running Quarterdeck: `async with House(settings) as house`."""

    def __init__(self, settings: Settings, models: Models | None = None) -> None:
        """`models` are others than those of the settings."""
        if settings.slack_bot_token is None:
            raise SettingsError("SLACK_BOT_TOKEN: it is not set; see the README's six lines.")
        if settings.slack_app_token is None and settings.slack_signing_secret is None:
            raise SettingsError(
                "SLACK_APP_TOKEN: set it for Socket Mode, or SLACK_SIGNING_SECRET for HTTP."
            )
        self.settings = settings
        self.models = models or Models(settings, OfflinePlanner)
        vault = open_vault(settings)
        self.store = open_store(settings, vault)
        self.client = web_client(
            settings.slack_bot_token.get_secret_value(), settings.slack_api_url
        )
        self.sender = Sender(self.client)
        reach = Reach.of(one.strip() for one in settings.private_hosts.split(",") if one.strip())
        self.opener = Opener(vault, self.store.clock, reach)
        wire = Wire(reach)
        try:
            in_environment = parse_apps(settings.oauth_apps)
        except ValueError as error:
            raise SettingsError(f"QUARTERDECK_OAUTH_APPS: {error}.") from None
        self.apps = OAuthApps(self.store, vault, self.address, in_environment)
        self.tokens = TokenKeeper(self.store, vault, self.apps, wire)
        self.sign_ins = SignIns(self.store, vault, self.apps, wire)
        self.gate = Gate(
            self.store,
            self.opener,
            approval_wait=timedelta(minutes=settings.approval_minutes),
            groups=user_groups(self.client),
            freshen=self.tokens.fresh,
            renew=self.tokens.renewed,
        )
        self.addresses = WebhookAddresses(self.store, settings.public_url)
        self.queue = TableQueue(self.store)
        self.clock = ReportClock(self.store, self.queue, lambda: self.worker.wake())
        self.cards = CardDesk(self.store, self.gate, self.queue, self.sender)
        self.stops = Stops(self.store, self.queue)
        self.loop = self._loop()
        incidents = IncidentsReport(self.store, self.gate)
        self.delivery = Delivery(
            self.store, self.queue, {"incidents": incidents.write}, render, self.sender
        )
        self.truth = Truth(
            self.store,
            self.queue,
            self.gate,
            window=timedelta(minutes=settings.incident_window_minutes),
        )
        self.poller = Poller(
            self.store,
            self.queue,
            self.gate,
            lambda: self.worker.wake(),
            interval=timedelta(seconds=settings.incident_poll_seconds),
            chance=random.random,
        )
        self.tickets = Tickets(self.store, vault, self.address)
        self.connections = Connections(
            self.store,
            self.opener,
            self.gate,
            self.tickets,
            self.queue,
            lambda: self.worker.wake(),
            self.tokens.revoke,
        )
        self.processing = Processing(self.store, self.queue, partial(fetch_file, self.client))
        self._incidents()
        handlers = self._handlers()
        self.worker = Worker(
            self.queue,
            handlers,
            limit=settings.concurrent_runs,
            give_up=self._give_up,
            lanes=incident_lanes(list(handlers)),
        )
        self.bolt = self._bolt()
        self.port = settings.port
        self._stack = AsyncExitStack()
        self._tasks: list[asyncio.Task[None]] = []

    def address(self) -> str:
        """Where browsers reach us: what the operator set, else this machine alone."""
        return self.settings.public_url or f"http://{self.settings.host}:{self.port}"

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
        self._tasks.append(asyncio.create_task(self.poller.run(), name="incident poller"))
        await self.clock.start()
        self._stack.push_async_callback(self.clock.stop)
        if self.settings.slack_app_token is not None:
            await self._socket(self.settings.slack_app_token.get_secret_value())
        self._tasks.append(asyncio.create_task(self._settle_in(), name="settle in"))
        self._tasks.append(asyncio.create_task(self._watch(), name="health watch"))
        log.info("started", workspace=workspace.name, port=self.port, model=self.model.name)

    async def _web(self) -> None:
        over_http = self.settings.slack_app_token is None
        endpoint = SlackEndpoint(self.bolt, self.store) if over_http else None
        webhooks = WebhookEndpoint(
            self.addresses,
            Intake(self.store, self.queue, lambda: self.worker.wake()),
        )
        forms = Forms(self.store, self.tickets, self.connections)
        sign_ins = SignInPages(
            self.store, self.tickets, self.connections, forms, self.sign_ins, self.apps
        )
        app = web_app(
            slack=endpoint,
            ready=self._problem,
            webhooks=webhooks,
            forms=forms,
            sign_ins=sign_ins,
            knowledge=KnowledgePages(
                self.store, self.queue, self.tickets, forms, lambda: self.worker.wake()
            ),
        )
        runner = web.AppRunner(app, access_log=None)
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
        socket = Socket(self.bolt, app_token, self.client, self.store.traffic)
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
        """What may wait until after the start: the model's SDK, and cleaning up."""
        await self.models.warm()
        while True:
            await self._forget_old()
            await asyncio.sleep(CLEAN_EVERY.total_seconds())

    async def _watch(self) -> None:
        """Keeps each connection's status true, from the start on."""
        await asyncio.to_thread(all_connectors)
        watch = HealthWatch(
            self.store,
            self.gate,
            self.tickets,
            self.queue,
            lambda: self.worker.wake(),
            chance=random.random,
        )
        await watch.run()

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
        self.model = self.models.get(Fit(self.settings.model))
        acquaintance = Acquaintance(self.store, self.client)
        self.acquaintance = acquaintance
        return Loop(
            self.store,
            self.gate,
            self.queue,
            model_for=self.models.get,
            voice_for=self._voice,
            cards=self.cards,
            acquaintance=acquaintance,
            permit=Permit(self.store, self.queue, installed=self.models.installed),
            max_steps=self.settings.max_steps,
            stops=self.stops,
            house=HouseTools(
                [*directive_tools.TOOLS, Delegation(self.store).tool(), Recall(self.store).tool()]
            ),
            finish=Finisher(
                self.store,
                self.queue,
                Targets(self.store, self.gate, acquaintance.account_of_email),
                ChartPoster(self.client, self.sender),
                channel_names(self.client),
                public_channels(self.client),
            ).finish,
        )

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
        news = News(self.store, self.gate, self.client)
        return {
            RUN: self._run,
            SAY: say_handler(self.sender),
            TELL: tell_handler(self.sender),
            WHISPER: whisper_handler(self.sender),
            INVITATION: invitation_handler(self.store, self.acquaintance, self.client, self.sender),
            PRESS: self.cards.follow,
            EXPIRE: patience.expire,
            REMIND: patience.remind,
            REPORT: self.delivery.deliver,
            READ_FILE: self.processing.handle,
            SAVED: news.saved,
            TEST: news.test,
            PART: self.connections.part,
            EXPORT: AuditExport(self.store, self.client, self.sender).send,
            ANSWER: answer_handler(self.store, self.gate),
            INCIDENT_TRUTH: self.truth.handle,
            INCIDENT_POLL: self.poller.handle,
            INCIDENT_CARD: self.story.draw,
            INCIDENT_PRESS: self.presses.handle,
            INCIDENT_MODAL: Modals(self.store, self.gate, self.client).handle,
        }

    def _incidents(self) -> None:
        """The face of incidents: cards with their stories, presses, investigations, summaries."""
        board = Board(self.store, self.sender, self.client)
        bounds = Bounds(
            self.settings.investigation_steps,
            self.settings.investigation_dollars,
            self.settings.investigations_an_hour,
        )
        looking = Investigations(self.store, self.queue, bounds)
        duty = Duty(self.store, self.gate, self.acquaintance.account_of_email)
        summaries = Summaries(self.store, board)
        self.story = Story(self.store, self.queue, board, duty, looking, summaries)
        self.presses = Presses(
            self.store,
            self.queue,
            self.gate,
            self.cards,
            self.sender,
            looking,
            lambda: self.worker.wake(),
        )
        self.cards.on_settled(self.presses.settled)

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
        givers = {
            RUN: self.loop.give_up,
            REPORT: self.delivery.give_up,
            READ_FILE: self.processing.give_up,
            INCIDENT_CARD: self.story.give_up,
            INCIDENT_PRESS: self.presses.give_up,
        }
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
                decisions=Decisions(self.store, self.gate.approvers),
                queue=self.queue,
                wake=lambda: self.worker.wake(),
                reception=Reception(self.store, self.queue),
                stops=self.stops,
                acquaintance=self.acquaintance,
                sender=self.sender,
                client=self.client,
                subscriptions=Subscriptions(
                    self.store, self.queue, self.clock, lambda: self.worker.wake()
                ),
                default_plan=self.settings.default_plan,
                tickets=self.tickets,
                connections=self.connections,
                oauth_apps=self.apps,
                models=self.models.installed,
                addresses=self.addresses,
                public_url=self.settings.public_url,
            ),
        )
        return bolt
