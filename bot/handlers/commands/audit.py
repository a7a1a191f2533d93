"""`/ops audit`: what happened, newest first."""

from __future__ import annotations

from bot.gate.audit import latest
from bot.handlers.commands.command import Command, Typed, needs_owner
from bot.handlers.services import Services
from bot.slack.blocks import clip, escape, section
from bot.slack.messages import Message

SHOWN = 20


async def run(services: Services, typed: Typed) -> Message:
    refusal = needs_owner(typed, "read the audit log")
    if refusal is not None:
        return refusal
    async with services.store.reading(typed.visitor.organisation_id) as session:
        entries = await latest(session, SHOWN)
    if not entries:
        return Message("Nothing is on record yet.")
    lines = [f"{entry.at:%d %b} · {escape(clip(entry.sentence, 130))}" for entry in entries]
    return Message(f"The last {len(entries)} entries", [section("\n".join(lines))])


AUDIT = Command("audit", "audit", "What was read, asked, approved and changed.", run)
