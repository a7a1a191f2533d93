"""Asks Slack who a person is, and keeps an organisation's members as Slack knows them."""

from __future__ import annotations

from datetime import timedelta

import aiohttp
import structlog
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.people.accounts import Account, read_account
from bot.people.admission import assess, refresh
from bot.store.database import Store
from bot.store.people import ensure_member
from bot.store.racing import again_if_raced
from bot.store.tables import Member

log = structlog.get_logger(__name__)

FRESH = timedelta(hours=24)


class Acquaintance:
    """Knows people."""

    def __init__(self, store: Store, client: AsyncWebClient) -> None:
        self._store = store
        self._client = client

    async def member(self, organisation_id: str, team_id: str, user_id: str) -> Member:
        """A person's row in an organisation, read from Slack where it is new or a day old.

        `outsider` then says whether they are served.
        """
        now = self._store.clock()

        async def known() -> Member:
            async with self._store.writing(organisation_id) as session:
                member = await ensure_member(session, user_id, now=now)
                await assess(session, organisation_id, member)
            return member

        member = await again_if_raced(known)
        if member.refreshed_at is not None and now - member.refreshed_at < FRESH:
            return member
        account = await self.account(team_id, user_id)
        if account is None:
            return member
        async with self._store.writing(organisation_id) as session:
            member = await ensure_member(session, user_id, now=now)
            await refresh(session, organisation_id, member, account, now=now)
        return member

    async def account(self, team_id: str, user_id: str) -> Account | None:
        """What Slack says of an account now; None where it does not answer or know it."""
        try:
            answer = await self._client.users_info(user=user_id)
        except (SlackApiError, aiohttp.ClientError, TimeoutError) as error:
            log.warning("slack.users_info_failed", user=user_id, error=str(error))
            return None
        return read_account(answer["user"], team_id)

    async def account_of_email(self, team_id: str, email: str) -> Account | None:
        """The account with an email address, or None."""
        try:
            answer = await self._client.users_lookupByEmail(email=email)
        except (SlackApiError, aiohttp.ClientError, TimeoutError) as error:
            log.info("slack.no_such_address", error=str(error))
            return None
        return read_account(answer["user"], team_id)
