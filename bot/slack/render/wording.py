"""Cleans the characters of an answer before anything is built of them."""

from __future__ import annotations

import re

INVISIBLE = "\u200b"
"""A space without width. Between two characters, Slack no longer reads them as one mark."""

_CONTROLS = (*range(0x09), *range(0x0B, 0x20), *range(0x7F, 0xA0))
_DIRECTIONS = (*range(0x202A, 0x202F), *range(0x2066, 0x206A))
_UNWANTED = dict.fromkeys((*_CONTROLS, *_DIRECTIONS))
_MENTION = re.compile(r"<(?=[@!#])|@(?=(?:here|channel|everyone)\b)", re.IGNORECASE)
_BREAK = re.compile(r"<br\s*/?>", re.IGNORECASE)
_SHORTCODE = re.compile(r"(?<![\w:]):([a-z0-9_+-]+):(?![\w:])")

# Slack draws such names in mrkdwn, but leaves them as they are in rich text.
_EMOJI = {
    "+1": "👍", "-1": "👎", "alarm_clock": "⏰", "arrow_down": "⬇️", "arrow_right": "➡️",
    "arrow_up": "⬆️", "ballot_box_with_check": "☑️", "bar_chart": "📊", "bell": "🔔",
    "boom": "💥", "bug": "🐛", "bulb": "💡", "calendar": "📆", "chart_with_downwards_trend": "📉",
    "chart_with_upwards_trend": "📈", "clock1": "🕐", "construction": "🚧", "eyes": "👀",
    "exclamation": "❗", "fire": "🔥", "gear": "⚙️", "hammer_and_wrench": "🛠️",
    "heavy_check_mark": "✔️", "hourglass": "⌛", "hourglass_flowing_sand": "⏳",
    "information_source": "ℹ️", "key": "🔑", "large_green_circle": "🟢",
    "large_orange_circle": "🟠", "large_yellow_circle": "🟡", "link": "🔗", "lock": "🔒",
    "mag": "🔍", "memo": "📝", "money_with_wings": "💸", "no_entry": "⛔",
    "octagonal_sign": "🛑", "package": "📦", "point_right": "👉", "pray": "🙏",
    "pushpin": "📌", "question": "❓", "red_circle": "🔴", "rocket": "🚀",
    "rotating_light": "🚨", "shield": "🛡️", "siren": "🚨", "skull": "💀", "sparkles": "✨",
    "star": "⭐", "stopwatch": "⏱️", "tada": "🎉", "thumbsdown": "👎", "thumbsup": "👍",
    "traffic_light": "🚥", "warning": "⚠️", "white_check_mark": "✅", "wrench": "🔧", "x": "❌",
    "zap": "⚡",
}  # fmt: skip


def clean(text: str) -> str:
    """Without control characters and without those that reverse the direction of writing."""
    return text.translate(_UNWANTED)


def spoken(text: str) -> str:
    """Prose as people shall see it: no mention can be made of it, names of emoji are emoji."""
    text = _BREAK.sub("\n", text)
    text = _SHORTCODE.sub(lambda found: _EMOJI.get(found[1], found[0]), text)
    return _MENTION.sub(lambda found: found[0] + INVISIBLE, text)
