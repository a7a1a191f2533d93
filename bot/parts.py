"""Every part of the house, made from the settings and joined to the others. Nothing runs yet."""

from __future__ import annotations

import random
from collections.abc import Awaitable, Callable
from datetime import timedelta
from functools import partial

import aiohttp
import structlog
from aiohttp import web
from slack_bolt.async_app import AsyncApp

from bot.agents import suggesting
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
from bot.agents.prose.writing import Writer
from bot.agents.reception import RUN, Reception
from bot.agents.stopping import Stops
from bot.agents.streaming import StreamVoice
from bot.agents.voice import ThreadVoice, Voice
from bot.connecting.connections import PART, SAVED, Connections
from bot.connecting.oauth.apps import OAuthApps, parse_apps
from bot.connecting.oauth.flow import SignIns
from bot.connecting.oauth.tokens import TokenKeeper
from bot.connecting.oauth.wire import Wire
from bot.connecting.tickets import Tickets
from bot.connectors.addresses import Reach
from bot.foundation import open_store, open_vault
from bot.gate.decisions import Decisions
from bot.gate.door import Gate
from bot.gate.opening import Opener
from bot.handlers.answers import answer_handler
from bot.handlers.audit_export import EXPORT, AuditExport
from bot.handlers.connections_news import TEST, how_it_is, saved_handler
from bot.handlers.invitations import INVITATION, invitation_handler
from bot.handlers.listeners import register
from bot.handlers.overviews import OVERVIEW, seen_now
from bot.handlers.services import Services
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
    INCIDENT_WORDS,
)
from bot.incidents.port import lanes as incident_lanes
from bot.incidents.posting import Board
from bot.incidents.presses import Presses
from bot.incidents.story import Story
from bot.incidents.summary import Summaries
from bot.incidents.truth import Truth
from bot.reports.deliver import Delivery
from bot.reports.incidents import IncidentsReport
from bot.reports.narrating import Narrator
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
from bot.store.tables import Agent, Conversation, Member
from bot.web.forms import Forms
from bot.web.knowledge import KnowledgePages
from bot.web.oauth import SignInPages
from bot.web.server import Check, web_app
from bot.web.slack import SlackEndpoint
from bot.web.webhooks import WebhookEndpoint

log = structlog.get_logger(__name__)

SLACK_WAIT = timedelta(seconds=15)
"""How long a run waits when Slack cannot be reached, before it is tried again."""


class Parts:
    """The parts. `port` is set when it is known which one is listened on."""

    def __init__(self, settings: Settings, models: Models | None = None) -> None:
        """`models` are others than those of the settings."""
        if settings.slack_bot_token is None:
            raise SettingsError("SLACK_BOT_TOKEN: it is not set; see the README's six lines.")
        if settings.slack_app_token is None and settings.slack_signing_secret is None:
            raise SettingsError(
                "SLACK_APP_TOKEN: set it for Socket Mode, or SLACK_SIGNING_SECRET for HTTP."
            )
        self.settings = settings
        self.port = settings.port  # the one that is listened on, once it is
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
        self.clock = ReportClock(self.store, self.queue, self.wake)
        self.cards = CardDesk(self.store, self.gate, self.queue, self.sender)
        self.stops = Stops(self.store, self.queue)
        self.loop = self._loop()
        self.writer = Writer(self.store, self.queue, self.models.get, self.models.installed)
        incidents = IncidentsReport(self.store, self.gate, Narrator(self.writer))
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
            self.wake,
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
            self.wake,
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

    def address(self) -> str:
        """Where browsers reach us: what the operator set, else this machine alone."""
        return self.settings.public_url or f"http://{self.settings.host}:{self.port}"

    def wake(self) -> None:
        """Tells the worker of new work."""
        self.worker.wake()

    def web(self, ready: Check) -> web.Application:
        """The web application, with all that is served over HTTP."""
        over_http = self.settings.slack_app_token is None
        endpoint = SlackEndpoint(self.bolt, self.store) if over_http else None
        intake = Intake(self.store, self.queue, self.wake)
        webhooks = WebhookEndpoint(self.addresses, intake, self.store.traffic)
        forms = Forms(self.store, self.tickets, self.connections)
        sign_ins = SignInPages(
            self.store,
            self.tickets,
            self.connections,
            forms,
            self.sign_ins,
            self.apps,
        )
        return web_app(
            slack=endpoint,
            ready=ready,
            webhooks=webhooks,
            forms=forms,
            sign_ins=sign_ins,
            knowledge=KnowledgePages(
                self.store,
                self.queue,
                self.tickets,
                forms,
                self.wake,
            ),
        )

    # What needs several others.

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
                [
                    *directive_tools.TOOLS,
                    Delegation(self.store).tool(),
                    Recall(self.store).tool(),
                    suggesting.TOOL,
                ]
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
        patience = Patience(self.store, self.queue, self.cards, self.sender, self.wake)
        store, gate, client = self.store, self.gate, self.client
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
            SAVED: saved_handler(store, client),
            TEST: answer_handler(store, client, how_it_is(store, gate)),
            PART: self.connections.part,
            EXPORT: AuditExport(self.store, self.client, self.sender).send,
            OVERVIEW: answer_handler(store, client, seen_now(store, gate)),
            INCIDENT_TRUTH: self.truth.handle,
            INCIDENT_POLL: self.poller.handle,
            INCIDENT_CARD: self.story.draw,
            INCIDENT_PRESS: self.presses.handle,
            INCIDENT_WORDS: self.summaries.word,
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
        self.summaries = Summaries(self.store, board, self.queue, self.writer)
        self.story = Story(self.store, self.queue, board, duty, looking, self.summaries)
        self.presses = Presses(
            self.store,
            self.queue,
            self.gate,
            self.cards,
            self.sender,
            looking,
            self.wake,
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
                wake=self.wake,
                reception=Reception(self.store, self.queue),
                stops=self.stops,
                acquaintance=self.acquaintance,
                sender=self.sender,
                client=self.client,
                subscriptions=Subscriptions(self.store, self.queue, self.clock, self.wake),
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
