"""What people are told beneath an answer: which model it was, and what it read on the web."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from bot.agents.models.fitting import Fit
from bot.connectors.base import READ_WEB_PAGE
from bot.store.tables import Step


def footer_of(model: str, fit: Fit) -> str:
    """The model that answered, and where it is not the one that was set, why."""
    return " ".join(filter(None, [model or "no model", _why(model, fit)]))


def byline_of(model: str, fit: Fit) -> str:
    """The same with the model's title, for words that it wrote into something of ours."""
    title = next((one.title for one in fit.line if one.id == model), model)
    return " ".join(filter(None, [title, _why(model, fit)]))


def _why(model: str, fit: Fit) -> str:
    stood_in = any(one.id == model for one in fit.then)
    wanted = fit.line[0].title
    return f"instead of {wanted}, which could not be reached" if stood_in else fit.why


def sources_below(steps: Sequence[Step]) -> str:
    """A paragraph with the pages of the web that were read: by a provider's own search, or because
    a connection names them; empty without any."""
    pages = {
        one["url"]: one["title"] or one["url"]
        for step in steps
        for one in (*step.replied.get("sources", ()), *_read_by_us(step))
    }
    if not pages:
        return ""
    links = [f"[{_label(title)}]({url})" for url, title in pages.items() if _plain(url)]
    return f"\n\nFrom the web: {', '.join(links)}" if links else ""


def _read_by_us(step: Step) -> Iterator[dict[str, str]]:
    """Without the titles, which whoever wrote the page chose."""
    for call in step.replied.get("calls", ()):
        returned = step.returned.get(call["id"])
        if call["name"].endswith(f"_{READ_WEB_PAGE}") and returned and not returned["failed"]:
            yield {"url": returned["data"]["data"]["page"], "title": ""}


def _label(title: str) -> str:
    return " ".join(title.translate({ord("["): "(", ord("]"): ")"}).split())[:80]


def _plain(url: str) -> bool:
    """Whether an address can stand in a link without ending it."""
    return not any(mark in url for mark in " ()<>|\n")
