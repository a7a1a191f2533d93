"""How an organisation's models are chosen, added and removed. Each change is on record."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.agents.models.catalogue import Entry
from bot.agents.models.choosing import MOST_FALLBACKS, SCOPES, Installed, Shelf, shelf_of
from bot.people.refusals import Refused, note, require
from bot.store.database import Store
from bot.store.rights import Right
from bot.store.tables import Member, ModelChoice, ModelRules, OwnModel

MOST_OWN = 20


async def choose(
    store: Store,
    installed: Installed,
    member: Member,
    wanted: Mapping[str, str],
    fallbacks: Sequence[str],
) -> list[str]:
    """Sets the models of scopes (an empty one: the default) and those behind them.

    Returns what has changed, in words. What stays as it was is not looked at: it may be a model
    that was chosen on another plan.
    """
    async with store.writing(member.organisation_id) as session:
        who = await require(session, member, Right.SET_MODELS)
        shelf = await shelf_of(session, member.organisation_id, installed)
        changed = {
            scope: model
            for scope, model in wanted.items()
            if scope in SCOPES and model != shelf.chosen.get(scope, "")
        }
        news = [await _choose(session, shelf, *one) for one in changed.items()]
        if list(fallbacks) != list(shelf.fallbacks):
            news.append(await _fall_back(session, shelf, fallbacks))
        for words in news:
            note(session, who, f"set a language model: {words}", at=store.clock(), action="models")
    return news


async def allow_web(store: Store, member: Member, *, on: bool) -> None:
    """Lets providers search the web for the models of an organisation, or not."""
    async with store.writing(member.organisation_id) as session:
        who = await require(session, member, Right.ADD_MODELS)
        (await _rules(session)).web = on
        deed = "let models search the web" if on else "stopped models from searching the web"
        note(session, who, deed, at=store.clock(), action="models")


async def add(store: Store, installed: Installed, member: Member, entry: Entry) -> None:
    """Adds a model to an organisation's list. One of the same id takes the place of ours."""
    async with store.writing(member.organisation_id) as session:
        who = await require(session, member, Right.ADD_MODELS)
        shelf = await shelf_of(session, member.organisation_id, installed)
        row = await _own(session, entry.id)
        if row is None and len(shelf.own) >= MOST_OWN:
            raise Refused(f"There are {MOST_OWN} models of your own already. Remove one first.")
        if row is None:
            row = OwnModel(model=entry.id)
            session.add(row)
        row.provider, row.title, row.tier = entry.provider, entry.title, entry.tier.value
        row.context = entry.context
        prices = entry.prices
        row.input_price = float(prices.input) if prices else None
        row.output_price = float(prices.output) if prices else None
        row.cached_price = float(prices.cached) if prices else None
        deed = f"added the model {entry.id} of {entry.provider}, {entry.tier}"
        note(session, who, deed, at=store.clock(), action="models")


async def remove(store: Store, member: Member, model: str) -> None:
    """Takes a model off an organisation's list; what used it falls back to its default."""
    async with store.writing(member.organisation_id) as session:
        who = await require(session, member, Right.ADD_MODELS)
        row = await _own(session, model)
        if row is None:
            raise Refused(f"There is no model “{model}” of your own. `/ops models` lists them.")
        await session.delete(row)
        await session.execute(delete(ModelChoice).where(ModelChoice.model == model))
        rules = await _rules(session)
        rules.fallbacks = [one for one in rules.fallbacks if one != model]
        note(session, who, f"removed the model {model}", at=store.clock(), action="models")


async def _choose(session: AsyncSession, shelf: Shelf, scope: str, model: str) -> str:
    row = await session.scalar(select(ModelChoice).where(ModelChoice.scope == scope))
    title = SCOPES[scope]
    if not model:
        if row is not None:
            await session.delete(row)
        return f"{title}: the default"
    entry = _offered(shelf, model)
    if row is None:
        session.add(ModelChoice(scope=scope, model=model))
    else:
        row.model = model
    return f"{title}: {entry.title}"


async def _fall_back(session: AsyncSession, shelf: Shelf, models: Sequence[str]) -> str:
    if len(models) > MOST_FALLBACKS:
        raise Refused(f"At most {MOST_FALLBACKS} models can stand behind the chosen one.")
    kept = set(shelf.fallbacks)
    titles = [(shelf.find(m) if m in kept else _offered(shelf, m)).title for m in models]
    (await _rules(session)).fallbacks = list(models)
    return f"When it cannot be reached: {', '.join(titles) or 'no other'}"


def _offered(shelf: Shelf, model: str) -> Entry:
    entry = next((one for one in shelf.offered if one.id == model), None)
    if entry is None:
        raise Refused(
            f"The model {shelf.find(model).title} is not offered here: it is not on the list, not "
            f"on the plan {shelf.plan.title}, or its provider's key is not set."
        )
    return entry


async def _rules(session: AsyncSession) -> ModelRules:
    row = await session.scalar(select(ModelRules))
    if row is None:
        row = ModelRules(fallbacks=[], web=False)
        session.add(row)
    return row


async def _own(session: AsyncSession, model: str) -> OwnModel | None:
    found: OwnModel | None = await session.scalar(select(OwnModel).where(OwnModel.model == model))
    return found
