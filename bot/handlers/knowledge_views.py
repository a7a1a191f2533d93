"""What people see of what agents know: the library, its modals, and the fields of an agent."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from bot.agents.knowledge.attachments import OFFERED, Choice
from bot.agents.knowledge.library import KINDS, Added, Shelved
from bot.agents.knowledge.reading import LARGEST
from bot.connecting.tickets import LIFETIME
from bot.handlers.locks import locked_button
from bot.slack.blocks import actions, button, context, escape, section
from bot.slack.dates import time_of_day
from bot.slack.messages import Block, Message
from bot.slack.modals import input_field, modal, multi_select, option
from bot.slack.submitted import Values, ticked
from bot.store.rights import Right
from bot.store.tables import KnowledgeItem, KnowledgeState, Member, StoredReport

ADD = "knowledge_add"
DELETE = "knowledge_delete"
FILES = "knowledge_files"
REPORTS = "knowledge_reports"
UPLOADED = "knowledge_uploaded"
CHOSEN = "knowledge_chosen"
LINK = "knowledge_link"
UPLOAD = "knowledge_upload"

SHOWN = 40
"""Files on one page of the list: a message has room for 50 blocks."""

SIGNS = {
    KnowledgeState.PENDING: ":hourglass: waits to be read",
    KnowledgeState.PROCESSING: ":hourglass_flowing_sand: is being read",
    KnowledgeState.READY: ":white_check_mark: ready",
    KnowledgeState.FAILED: ":warning: failed",
}


def library_message(
    shelf: Sequence[Shelved], member: Member, *, page: int = 1, news: str = ""
) -> Message:
    """The list of files, each with its state, who knows it, and a button."""
    blocks: list[Block] = [section(news)] if news else []
    start = (page - 1) * SHOWN
    some = shelf[start : start + SHOWN]
    if not shelf:
        blocks.append(section("The library is empty. Files in it can be given to agents."))
    blocks += [_row(one, member) for one in some]
    if len(shelf) > start + len(some):
        blocks.append(context(f"{len(shelf)} files in all: `/ops knowledge list {page + 1}`"))
    blocks.append(actions(locked_button("Add files", ADD, member, Right.EDIT_KNOWLEDGE, key="-")))
    blocks.append(context(_HINT))
    return Message("The library", blocks)


_HINT = (
    f"{KINDS} of up to {LARGEST // 1_000_000} MB. Or send me files in a direct message without "
    "words, or get a page for them: `/ops knowledge page`. Give them to an agent: "
    "`/ops knowledge agent @name`. Write what it always has before it: "
    "`/ops knowledge text @name`."
)


def _row(shelved: Shelved, member: Member) -> Block:
    item = shelved.item
    known = f"known by {escape(shelved.known_by)}" if shelved.known_by else "known by no agent"
    remark = f"\n{escape(item.reason)}" if item.reason else ""
    words = f"*{escape(item.name)}* · {_extent(item)}\n{SIGNS[KnowledgeState(item.state)]}"
    if item.state == KnowledgeState.READY:
        words += f" · {known}"
    delete = locked_button(
        "Delete",
        DELETE,
        member,
        Right.EDIT_KNOWLEDGE,
        key=item.id,
        question=losing(shelved),
    )
    return section(words + remark, accessory=delete)


def losing(shelved: Shelved) -> str:
    """What is asked before a file is deleted."""
    loses = f"{shelved.known_by} will not know it any more." if shelved.known_by else ""
    return f"{shelved.item.name} leaves the library for good. {loses or 'No agent knows it.'}"


def _extent(item: KnowledgeItem) -> str:
    pages = f", {item.pages} pages" if item.pages > 1 else ""
    return f"{_size(item.size)}{pages}"


def _size(count: int) -> str:
    return f"{count / 1_000_000:.1f} MB" if count >= 1_000_000 else f"{max(count // 1000, 1)} KB"


def added_words(added: Added) -> str:
    """What became of files that somebody gave."""
    lines = []
    if added.names:
        names = ", ".join(f"*{escape(one)}*" for one in added.names)
        lines.append(f"{names}: in the library, and being read. I tell you when that is done.")
    lines += [f":warning: {escape(one)}" for one in added.refused]
    return "\n".join(lines)


def upload_view(metadata: str) -> dict[str, Any]:
    """The modal that takes files."""
    element = {
        "type": "file_input",
        "action_id": UPLOAD,
        "filetypes": ["pdf", "txt", "md", "markdown"],
        "max_files": 10,
    }
    hint = f"PDF, TXT or Markdown, up to {LARGEST // 1_000_000} MB each."
    files = input_field(UPLOAD, "Files", element, hint=hint)
    words = (
        "Whoever may ask an agent can learn what its files say. Leave out what not everybody here "
        "should know."
    )
    return modal(
        "Add to the library",
        [section(words), files],
        callback_id=UPLOADED,
        submit="Add",
        metadata=metadata,
    )


def choice_view(choice: Choice, metadata: str) -> dict[str, Any]:
    """The modal that says what an agent knows."""
    blocks = attachment_blocks(choice)
    return modal("What it knows", blocks, callback_id=CHOSEN, submit="Save", metadata=metadata)


def attachment_blocks(choice: Choice) -> list[Block]:
    """The fields of what an agent knows, for any modal; `read_attachments` reads them."""
    name = escape(choice.agent.name)
    length = f"{len(choice.text):,} characters" if choice.text else "nothing yet"
    blocks: list[Block] = [
        section(
            f"*{name}* reads short files and reports as a whole, and searches in longer ones. Its "
            f"own text, which stands before every question ({length}), is written with "
            f"`/ops knowledge text @{choice.agent.handle}`."
        )
    ]
    files = [(one.id, one.name) for one in choice.files]
    reports = [(one.id, _dated(one)) for one in choice.reports]
    blocks += _menu(FILES, "Files", files, choice.held, "There is no file that is ready yet.")
    blocks += _menu(REPORTS, "Reports", reports, choice.held_reports, "No report is stored yet.")
    return blocks


def read_attachments(values: Values) -> tuple[list[str], list[str]]:
    """The files and reports that were chosen in `attachment_blocks`."""
    return ticked(values, FILES), ticked(values, REPORTS)


def link_message(deed: str, url: str, now: datetime) -> Message:
    """A one-time link to a page."""
    until = time_of_day(now + LIFETIME)
    return Message(
        deed,
        [
            section(f"*{escape(deed)}* on a page, which opens once and in one browser."),
            actions(button("Open the page", LINK, url=url, style="primary")),
            context(f"For you alone, until {until}. Do not pass it on."),
        ],
    )


def _menu(
    action_id: str,
    label: str,
    offered: Sequence[tuple[str, str]],
    held: Collection[str],
    none: str,
) -> list[Block]:
    if not offered:
        return [context(f"{label}: {none}")]
    some = offered[:OFFERED]
    menu = multi_select(
        action_id,
        [option(key, name) for key, name in some],
        chosen=[key for key, _ in some if key in held],
        placeholder=f"Choose {label.lower()}",
    )
    return [input_field(action_id, label, menu, optional=True)]


def _dated(report: StoredReport) -> str:
    return f"{report.title[:55]} ({report.created_at:%-d %b %Y})"
