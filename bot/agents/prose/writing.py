"""Has a language model put facts into words, within bounds of money, time and length.

The model is chosen as for an agent's run, is tried again and stood in for as there, and what it
costs counts to the same budget. It gets no tools, and the facts as data. Whatever keeps it from
writing, there is only no prose then: what it would have stood in says the same in figures.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass

import structlog

from bot.agents.marking import delimited
from bot.agents.messages import Asked, Model, ModelFailed, Replied, Request
from bot.agents.models.choosing import Installed, Shelf, shelf_of
from bot.agents.models.fitting import Fit
from bot.agents.models.telling import byline_of
from bot.agents.offline import OfflinePlanner
from bot.agents.permit import warn_of_budget
from bot.agents.prompts import writing
from bot.agents.spending import out_of_budget, price_of
from bot.scheduling.queue import JobQueue
from bot.store.database import Store
from bot.store.tables import Prose, ProseKind

log = structlog.get_logger(__name__)

MOST_SECONDS = 60.0
"""For all tries together, those of the models that stand in included."""

MOST_TOKENS = 4_000
"""Of a response; a model that thinks first takes most of them for that."""


@dataclass(frozen=True)
class Piece:
    """Something to be written: what for, from which facts, and which model is to write it.

    `subject` and `version` tell pieces of one kind apart.
    """

    organisation_id: str
    kind: ProseKind
    subject: str
    facts: str
    choose: Callable[[Shelf], Fit]
    version: str = ""
    timezone: str = "UTC"


class Writer:
    """Writes pieces."""

    def __init__(
        self,
        store: Store,
        queue: JobQueue,
        model_for: Callable[[Fit], Model],
        installed: Installed,
        *,
        seconds: float = MOST_SECONDS,
    ) -> None:
        self._store = store
        self._queue = queue
        self._model_for = model_for
        self._installed = installed
        self._seconds = seconds

    @property
    def able(self) -> bool:
        """Whether the installation has a language model at all."""
        return bool(self._installed.providers)

    async def write(self, piece: Piece) -> Prose | None:
        """The words of a model, unchecked, and kept with their cost; None where there are none."""
        if not self.able:
            return None
        async with self._store.reading(piece.organisation_id) as session:
            now = self._store.clock()
            if await out_of_budget(session, piece.organisation_id, now):
                return None
            shelf = await shelf_of(session, piece.organisation_id, self._installed)
        fit = piece.choose(shelf)
        replied = await self._asked(piece, self._model_for(fit))
        if replied is None or replied.model == OfflinePlanner.name:
            return None
        return await self._kept(piece, fit, replied)

    async def _asked(self, piece: Piece, model: Model) -> Replied | None:
        if model.name == OfflinePlanner.name:
            return None
        request = Request(
            instructions=writing(piece.kind),
            turns=[Asked(delimited("facts", piece.facts))],
            tools=(),
            now=self._store.clock(),
            timezone=piece.timezone,
            max_tokens=MOST_TOKENS,
        )
        try:
            async with asyncio.timeout(self._seconds):
                return await model.respond(request, _unseen)
        except (ModelFailed, TimeoutError) as error:
            log.warning("prose.none", kind=piece.kind, model=model.name, why=str(error) or "slow")
        except Exception:  # a bug here must not cost anybody the report
            log.exception("prose.failed", kind=piece.kind, model=model.name)
        return None

    async def _kept(self, piece: Piece, fit: Fit, replied: Replied) -> Prose:
        row = Prose(
            kind=piece.kind,
            subject=piece.subject,
            version=piece.version,
            text=replied.text,
            byline=byline_of(replied.model, fit),
            model=replied.model,
            input_tokens=replied.usage.input,
            output_tokens=replied.usage.output,
            cached_tokens=replied.usage.cached,
            cost=price_of(replied.model, replied.usage, fit.line),
            created_at=self._store.clock(),
        )
        async with self._store.writing(piece.organisation_id) as session:
            session.add(row)
            now = row.created_at
            await warn_of_budget(self._queue, session, piece.organisation_id, now)
        return row


async def _unseen(_text: str) -> None:
    """Nobody watches it grow: it is checked first."""
