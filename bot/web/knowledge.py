"""The pages of what agents know: files for the library, and the text of one agent.

Each is behind a one-time link, which ends when something was saved through it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from aiohttp import web

from bot.agents.knowledge.attachments import choice_of, most_text, write_within
from bot.agents.knowledge.library import Added, Given, add_within
from bot.agents.knowledge.reading import LARGEST, SUFFIXES
from bot.connecting.tickets import Purpose, Reason, Tickets, Unusable, csrf_of
from bot.people.refusals import Refused
from bot.scheduling.queue import JobQueue
from bot.store.database import Store
from bot.store.tables import Member, Ticket
from bot.web import pages
from bot.web.forms import PATH, Forms, cookie_of, guarded

AT_ONCE = 5
"""Files of one form."""

LARGEST_FORM = AT_ONCE * LARGEST + 1_000_000


class KnowledgePages:
    """The routes of these pages."""

    def __init__(
        self,
        store: Store,
        queue: JobQueue,
        tickets: Tickets,
        forms: Forms,
        wake: Callable[[], None],
    ) -> None:
        self._store = store
        self._queue = queue
        self._tickets = tickets
        self._forms = forms
        self._wake = wake

    def add_to(self, app: web.Application) -> None:
        app.router.add_get(f"{PATH}/knowledge", guarded(self._files))
        app.router.add_post(f"{PATH}/knowledge", guarded(self._add))
        app.router.add_get(f"{PATH}/text", guarded(self._text))
        app.router.add_post(f"{PATH}/text", guarded(self._write))

    # Files

    async def _files(self, request: web.Request) -> web.Response:
        ticket, browser = await self._admitted(request, Purpose.KNOWLEDGE)
        return _files_page(request, ticket, browser)

    async def _add(self, request: web.Request) -> web.Response:
        larger = await self._larger(request)
        try:
            ticket, browser = await self._admitted(larger, Purpose.KNOWLEDGE)
        except web.HTTPRequestEntityTooLarge:
            words = f"These are more than {AT_ONCE} files of {LARGEST // 1_000_000} MB."
            return pages.notice("That is too much at once", words, status=413)
        given = list(_given((await larger.post()).getall("files", [])))
        if not given or len(given) > AT_ONCE:
            words = f"Choose one to {AT_ONCE} files."
            return _files_page(request, ticket, browser, [words])
        added = await self._saved(ticket, given)
        if not added.names:
            return _files_page(request, ticket, browser, added.refused)
        self._wake()
        return pages.render("knowledge_added.html.j2", added=added)

    async def _saved(self, ticket: Ticket, given: Sequence[Given]) -> Added:
        """Puts files into the library; the link ends only where that worked."""
        async with self._store.writing(ticket.organisation_id) as session:
            member = await session.get_one(Member, ticket.member_id)
            added = await add_within(session, self._store, self._queue, member, given)
            if added.names:
                await self._tickets.spend(session, ticket)
        return added

    async def _larger(self, request: web.Request) -> web.Request:
        """The request with room for files, once it is clear that it comes from the right browser.

        The form's own token is in its body, and is looked at next.
        """
        organisation_id, secret = request.match_info["organisation"], request.match_info["secret"]
        ticket = await self._tickets.look(organisation_id, secret)
        browser = request.cookies.get(cookie_of(ticket.id), "")
        await self._tickets.admit(organisation_id, secret, browser)
        return request.clone(client_max_size=LARGEST_FORM)

    # Text

    async def _text(self, request: web.Request) -> web.Response:
        ticket, browser = await self._admitted(request, Purpose.TEXT)
        return await self._text_page(request, ticket, browser)

    async def _write(self, request: web.Request) -> web.Response:
        ticket, browser = await self._admitted(request, Purpose.TEXT)
        text = str((await request.post()).get("text", "")).replace("\r\n", "\n")
        try:
            async with self._store.writing(ticket.organisation_id) as session:
                member = await session.get_one(Member, ticket.member_id)
                await write_within(session, self._store, member, ticket.connection_id, text)
                await self._tickets.spend(session, ticket)
        except Refused as refused:
            return await self._text_page(request, ticket, browser, text, str(refused))
        words = "It counts from the next question on. You can close this page."
        return pages.notice("The text is saved", words)

    async def _text_page(
        self,
        request: web.Request,
        ticket: Ticket,
        browser: str,
        typed: str | None = None,
        problem: str = "",
    ) -> web.Response:
        async with self._store.reading(ticket.organisation_id) as session:
            member = await session.get_one(Member, ticket.member_id)
            choice = await choice_of(session, member, ticket.connection_id)
            most = await most_text(session, ticket.organisation_id)
        return pages.render(
            "knowledge_text.html.j2",
            status=422 if problem else 200,
            agent=choice.agent,
            text=choice.text if typed is None else typed,
            most=most,
            problem=problem,
            csrf=csrf_of(browser),
            action=request.path,
            until=ticket.expires_at,
        )

    async def _admitted(self, request: web.Request, purpose: Purpose) -> tuple[Ticket, str]:
        """The ticket and its browser. A link for something else is none for this."""
        ticket, browser = await self._forms.admitted(request)
        if ticket.purpose != purpose:
            raise Unusable(Reason.FORGED)
        return ticket, browser


def _files_page(
    request: web.Request, ticket: Ticket, browser: str, problems: Sequence[str] = ()
) -> web.Response:
    return pages.render(
        "knowledge_files.html.j2",
        status=422 if problems else 200,
        problems=problems,
        suffixes=",".join(SUFFIXES),
        largest=LARGEST // 1_000_000,
        most=AT_ONCE,
        csrf=csrf_of(browser),
        action=request.path,
        until=ticket.expires_at,
    )


def _given(fields: Sequence[Any]) -> Iterator[Given]:
    """The files of a form; a field without one is none."""
    for field in fields:
        if isinstance(field, web.FileField) and field.filename:
            content = field.file.read()
            yield Given(field.filename, len(content), content)
