"""`/ops audit`: what happened, newest first; as a file; and how long it is kept."""

from __future__ import annotations

import re
from collections.abc import Sequence

from bot.gate.audit_export import Form
from bot.gate.audit_search import NotUnderstood, Wanted, count, newest, understand
from bot.gate.retention import KEEP_ALL
from bot.handlers.audit_export import MOST, Order, put_export, zone_of
from bot.handlers.commands.command import Command, Typed, lacks
from bot.handlers.services import Services
from bot.people.refusals import note
from bot.slack.blocks import MAX_TEXT_OBJECT, clip, context, escape, section
from bot.slack.messages import Block, Message
from bot.store.rights import Right
from bot.store.tables import AuditEntry, Organisation

SHOWN = 20
LONGEST = 400
"""Characters of a sentence. Escaped, one still fits into a block."""

_TOKEN = re.compile(r"&lt;([#@][A-Z0-9]+)&gt;")
_MENTION = re.compile(r"<@\w+\|([^>]+)>")
_DAYS = re.compile(r"(\d{1,5})(?: days?)?")


async def run(services: Services, typed: Typed) -> Message:
    first, _, rest = typed.rest.partition(" ")
    words = rest.strip()
    try:
        if first.lower() == "export":
            return await _export(services, typed, words)
        if first.lower() == "keep":
            return await _keep(services, typed, words)
        return await _show(services, typed)
    except NotUnderstood as error:
        return Message(escape(str(error)))


async def _show(services: Services, typed: Typed) -> Message:
    refusal = await lacks(services, typed, Right.READ_AUDIT)
    if refusal is not None:
        return refusal
    async with services.store.reading(typed.visitor.organisation_id) as session:
        member = typed.visitor.member
        wanted = await understand(
            session, typed.rest, now=services.store.clock(), zone=zone_of(member), reader=member
        )
        entries = await newest(session, wanted, SHOWN)
        there = await count(session, wanted)
    if not entries:
        about = f" {wanted.told}" if wanted.told else ""
        return Message(escape(f"Nothing is on record{about}."))
    title = _title(len(entries), wanted)
    blocks = [section(f"*{escape(title)}*"), *_blocks(entries)]
    if there > len(entries):
        again = escape(_MENTION.sub(r"@\1", f"/ops audit export csv {typed.rest}".strip()))
        blocks.append(context(f"{there - len(entries)} more: export with `{again}`"))
    return Message(title, blocks)


def _title(shown: int, wanted: Wanted) -> str:
    last = "The last entry" if shown == 1 else f"The last {shown} entries"
    return f"{last} {wanted.told}".strip()


def _blocks(entries: Sequence[AuditEntry]) -> list[Block]:
    parts: list[str] = []
    for one in entries:
        # Channels and people that are on record by their ids are shown by their names.
        sentence = _TOKEN.sub(r"<\1>", escape(clip(one.sentence, LONGEST)))
        line = f"{one.at:%-d %b %Y} · {sentence}"
        if parts and len(parts[-1]) + len(line) < MAX_TEXT_OBJECT:
            parts[-1] += f"\n{line}"
        else:
            parts.append(line)
    return [section(part, verbatim=True) for part in parts]


async def _export(services: Services, typed: Typed, words: str) -> Message:
    refusal = await lacks(services, typed, Right.READ_AUDIT)
    if refusal is not None:
        return refusal
    first, _, rest = words.partition(" ")
    if first.lower() not in list(Form):
        return Message("Say in which form: `/ops audit export csv` or `/ops audit export jsonl`.")
    member = typed.visitor.member
    now = services.store.clock()
    async with services.store.writing(typed.visitor.organisation_id) as session:
        wanted = await understand(session, rest, now=now, zone=zone_of(member), reader=member)
        there = await count(session, wanted)
        if there > MOST:
            return Message(
                f"That would be {there} entries, and a file through Slack holds {MOST}. Narrow it, "
                "with `since 3 days` say, or run `python -m bot audit export` where Quarterdeck is."
            )
        order = Order(member.id, Form(first.lower()), rest.strip())
        await put_export(services.queue, session, typed.visitor.organisation_id, order)
    services.wake()
    return Message("The file is being written; it comes to you in a direct message in a moment.")


async def _keep(services: Services, typed: Typed, words: str) -> Message:
    refusal = await lacks(services, typed, Right.KEEP_AUDIT)
    if refusal is not None:
        return refusal
    try:
        days = _days(words.lower())
    except ValueError:
        return Message(
            "Say how long: `/ops audit keep 365 days`, `/ops audit keep everything`, or "
            "`/ops audit keep default` for this installation's default."
        )
    told = _kept(days)
    async with services.store.writing(typed.visitor.organisation_id) as session:
        organisation = await session.get_one(Organisation, typed.visitor.organisation_id)
        organisation.audit_days = days
        deed = f"set that the audit log is kept {told}"
        now = services.store.clock()
        note(session, typed.visitor.member, deed, at=now, action="retention")
    return Message(f"Saved. The audit log is kept {told}; what is older is removed once a day.")


def _days(words: str) -> int | None:
    """What the organisation's setting becomes. Raises ValueError for what is no such time."""
    if words == "default":
        return None
    if words == "everything":
        return KEEP_ALL
    days = _DAYS.fullmatch(words)
    if days is None or int(days.group(1)) == 0:
        raise ValueError(words)
    return int(days.group(1))


def _kept(days: int | None) -> str:
    if days is None:
        return "as long as the installation's default says"
    if days == KEEP_ALL:
        return "for ever"
    return "for 1 day" if days == 1 else f"for {days} days"


AUDIT = Command(
    "audit",
    "audit [agent | @person | connection] [since yesterday]",
    "What was read, asked, approved and changed. `audit export csv` sends it as a file, "
    "`audit keep 365 days` sets how long it is kept.",
    run,
)
