"""`/ops oauth`: the apps that signing in needs, and a one-time link to enter one."""

from __future__ import annotations

from difflib import get_close_matches

from bot.connecting.oauth.apps import Listed
from bot.connecting.tickets import Purpose
from bot.connectors.oauth import vendors
from bot.handlers.commands.command import Command, Typed
from bot.handlers.services import Services
from bot.slack.blocks import context, escape, section
from bot.slack.messages import Message


async def run(services: Services, typed: Typed) -> Message:
    word = typed.rest.lower().replace(" ", "_")
    if not word:
        return await _list(services, typed)
    if word not in vendors():
        close = get_close_matches(word, list(vendors()), n=1)
        hint = f" Did you mean `/ops oauth {close[0]}`?" if close else ""
        return Message(f"There is no service “{typed.rest}” that needs an OAuth app.{hint}")
    return await _link(services, typed, word)


async def _list(services: Services, typed: Typed) -> Message:
    listed = await services.oauth_apps.listing(typed.visitor.organisation_id)
    lines = "\n".join(_line(one) for one in listed)
    return Message(
        "OAuth apps",
        [
            section(lines),
            context(
                "Each installation registers its own app, once for each vendor. MCP servers that "
                "register apps by themselves need none. `/ops oauth <service>` gives you the steps."
            ),
        ],
    )


async def _link(services: Services, typed: Typed, service: str) -> Message:
    """The steps, and the link to where id and secret are entered: never in Slack itself."""
    oauth = vendors()[service]
    link = await services.tickets.issue(typed.visitor.member, Purpose.APP, service)
    steps = "\n".join(f"{number}. {escape(one)}" for number, one in enumerate(oauth.steps, 1))
    redirect = services.oauth_apps.redirect_uri(oauth.app)
    return Message(
        f"The OAuth app for {oauth.title}",
        [
            section(f"*The OAuth app for {escape(oauth.title)}*\n{steps}"),
            section(f"Redirect URI, exactly:\n`{escape(redirect)}`"),
            section(f"<{link}|Enter its id and secret> (10 minutes, one use, only for you)"),
        ],
    )


def _line(one: Listed) -> str:
    lamp = ":large_green_circle:" if one.ready else ":white_circle:"
    state = "app is there" if one.ready else "needs an OAuth app"
    whence = " (from the environment)" if one.ready and one.from_environment else ""
    return (
        f"{lamp} *{escape(one.oauth.title)}* · {state}{whence} · `/ops oauth {one.oauth.service}`"
    )


OAUTH = Command(
    "oauth",
    "oauth [<service>]",
    "The OAuth apps that signing in to some services needs, and how to register one.",
    run,
)
