"""Pages of ours that people open in a browser: rendered here, with the headers that guard them."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from aiohttp import web
from jinja2 import Environment, PackageLoader, StrictUndefined

from bot.connecting.tickets import Reason, Unusable

STATIC = Path(__file__).parent / "static"
STATIC_PATH = "/static/"

HEADERS: Mapping[str, str] = {
    # Nothing from elsewhere, nothing inline, and no other site around it.
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; "
        "form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
    ),
    "X-Frame-Options": "DENY",
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",  # the address of a form holds its secret
    "X-Content-Type-Options": "nosniff",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
    "X-Robots-Tag": "noindex, nofollow",
}

WHAT_TO_DO: Mapping[Reason, tuple[int, str, str]] = {
    Reason.FORGED: (
        404,
        "There is no such link",
        "Check that it was copied whole, or ask for a new one in Slack.",
    ),
    Reason.EXPIRED: (
        410,
        "This link has expired",
        "Links are good for ten minutes. Nothing was saved; ask for a new one in Slack.",
    ),
    Reason.USED: (
        410,
        "This link was used already",
        "What was saved through it is in Slack: /ops connections. For another change, ask for a "
        "new link there.",
    ),
    Reason.OTHER_BROWSER: (
        403,
        "This link is open in another browser",
        "It stays with the browser that opened it first. Go on there, or ask for a new link in "
        "Slack. If that was not you, tell an owner: somebody else has your link.",
    ),
    Reason.CSRF: (
        403,
        "This form is out of date",
        "It was not sent from the page that we gave you. Open the link from Slack again.",
    ),
    Reason.NOT_ALLOWED: (
        403,
        "You may not change connections here any more",
        "Your role in the organisation has changed since the link was given out. Ask an owner.",
    ),
}
"""For each refusal the status, what happened and what to do."""

_environment = Environment(
    loader=PackageLoader("bot.web", "templates"),
    undefined=StrictUndefined,
    autoescape=True,
    trim_blocks=True,
    lstrip_blocks=True,
)


def render(template: str, *, status: int = 200, **values: Any) -> web.Response:
    """A page, with all headers."""
    text = _environment.get_template(template).render(static=STATIC_PATH, **values)
    return web.Response(text=text, status=status, content_type="text/html", headers=HEADERS)


def refusal(unusable: Unusable) -> web.Response:
    """The page for a link that cannot be used: why, and what to do."""
    status, title, words = WHAT_TO_DO[unusable.reason]
    return notice(title, words, status=status)


def notice(title: str, words: str, *, status: int = 200) -> web.Response:
    """A page that only says something."""
    return render("notice.html.j2", status=status, title=title, words=words)


def onward(url: str, words: str) -> web.Response:
    """A page that goes on to an address by itself, with a link for where that does not work.

    Where a redirect would not do: `form-action` forbids one to another site after a form, and a
    cookie of `SameSite=Strict` comes with no redirect from another site.
    """
    return render("onward.html.j2", url=url, words=words)


def add_static(app: web.Application) -> None:
    """The pages' style sheet and script."""
    app.router.add_static(STATIC_PATH, STATIC)
