"""Private answers to a press, through the press's own response address."""

from __future__ import annotations

from slack_bolt.async_app import AsyncRespond

from bot.slack.messages import Message


async def answer(respond: AsyncRespond, message: Message, *, instead: bool = False) -> None:
    """Answers the person alone; `instead` puts the answer in the place of what was pressed.

    It works wherever the button could be seen, also where the app itself may not post.
    """
    await respond(
        text=message.text,
        blocks=list(message.blocks) or None,
        response_type="ephemeral",
        replace_original=instead,
    )
