"""Rich text: sections, lists, quotes, preformatted, and what stands in them."""

from __future__ import annotations

from playground.workspace.blockkit.limits import ID_MAX
from playground.workspace.blockkit.schema import (
    array,
    boolean,
    choice,
    may,
    need,
    number,
    record,
    string,
    url,
    variant,
)

_STYLE = may(
    record(
        {
            name: may(boolean)
            for name in (
                "bold", "italic", "strike", "code", "underline", "highlight",
                "client_highlight", "unlink",
            )
        }
    )
)  # fmt: skip

_INLINE = {
    "text": record({"text": need(string()), "style": _STYLE}),
    "link": record(
        {"url": need(url()), "text": may(string()), "unsafe": may(boolean), "style": _STYLE}
    ),
    "emoji": record(
        {
            "name": need(string()),
            "unicode": may(string()),
            "url": may(url()),
            "skin_tone": may(number(1, 6)),
            "style": _STYLE,
        }
    ),
    "user": record({"user_id": need(string()), "style": _STYLE}),
    "channel": record({"channel_id": need(string()), "style": _STYLE}),
    "usergroup": record({"usergroup_id": need(string()), "style": _STYLE}),
    "team": record({"team_id": need(string()), "style": _STYLE}),
    "broadcast": record({"range": need(choice("here", "channel", "everyone")), "style": _STYLE}),
    "color": record({"value": need(string()), "style": _STYLE}),
    "date": record(
        {
            "timestamp": need(number()),
            "format": need(string()),
            "url": may(url()),
            "fallback": may(string()),
            "style": _STYLE,
        }
    ),
}
_WORDS = array(variant(_INLINE), least=0)
_BORDER = may(choice(0, 1))
_SECTION = record({"elements": need(_WORDS)})

_PARTS = variant(
    {
        "rich_text_section": _SECTION,
        "rich_text_list": record(
            {
                "elements": need(array(variant({"rich_text_section": _SECTION}), least=1)),
                "style": need(choice("bullet", "ordered")),
                "indent": may(number(0, 8)),
                "offset": may(number(0)),
                "border": _BORDER,
            }
        ),
        "rich_text_preformatted": record(
            {
                "elements": need(
                    array(variant({name: _INLINE[name] for name in ("text", "link")}), least=1)
                ),
                "border": _BORDER,
                "language": may(string()),
            }
        ),
        "rich_text_quote": record({"elements": need(_WORDS), "border": _BORDER}),
    }
)

RICH_TEXT = record({"elements": need(array(_PARTS, least=1)), "block_id": may(string(ID_MAX))})
RICH_TEXT_BLOCK = variant({"rich_text": RICH_TEXT})
