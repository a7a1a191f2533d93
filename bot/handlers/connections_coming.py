"""Services whose sign-in is declared while their tools are still to come: what they need now."""

from __future__ import annotations

from bot.connecting.oauth.apps import Listed
from bot.connectors.catalogue import all_kinds
from bot.handlers.services import Services
from bot.slack.blocks import escape, section
from bot.slack.messages import Block
from bot.slack.modals import modal, option

MARK = "oauth:"
"""Stands before a service's name in the picker, where there is no connector to open."""


async def coming(services: Services, organisation_id: str) -> list[Listed]:
    """The declared services that no connector has yet, with whether their app is there."""
    kinds = all_kinds()
    have = {kind.oauth.service for kind in kinds.values() if kind.oauth} | set(kinds)
    listed = await services.oauth_apps.listing(organisation_id)
    return [one for one in listed if one.oauth.service not in have]


def entry(one: Listed) -> Block:
    """Its line in the picker."""
    needs = "its tools come later" if one.ready else "needs an OAuth app"
    return option(f"{MARK}{one.oauth.service}", f"{one.oauth.title} ({needs})")


def blocks(one: Listed) -> list[Block]:
    """What somebody is told who chose it."""
    oauth = one.oauth
    later = section(f"*{escape(oauth.title)}*\nIts sign-in is ready, and its tools come later.")
    if one.ready:
        return [later]
    steps = "\n".join(f"{number}. {escape(step)}" for number, step in enumerate(oauth.steps, 1))
    return [
        section(
            f"*{escape(oauth.title)} needs an OAuth app*\nThe app is your own, registered once by "
            f"an owner; its tools come later.\n{steps}"
        ),
        section(f"Redirect URI, exactly:\n`{escape(one.redirect_uri)}`"),
        section(f"`/ops oauth {oauth.service}` gives an owner the link to enter id and secret."),
    ]


def view(one: Listed) -> Block:
    return modal("Connect a service", blocks(one), close="Done")
