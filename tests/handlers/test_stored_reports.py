"""`/ops reports`: who may read which of the answers that were kept."""

from __future__ import annotations

import pytest

from bot.store.tables import Conversation, StoredReport
from tests.fixtures_store import ORGANISATION
from tests.support.desk import Desk
from tests.support.harbor import CHANNEL

LAMP = {"name": "mast", "link": "https://lamp.example/1"}


@pytest.fixture
async def kept(desk: Desk) -> Desk:
    """Ana had one report made in a channel, and one in her direct messages."""
    for run_id, thread, private in (("run1", "1.0", False), ("run2", "2.0", True)):
        await desk.harbor.ask(run_id, thread=thread)
        async with desk.harbor.store.writing(ORGANISATION) as session:
            talk = await session.get_one(Conversation, f"talk{thread}")
            talk.direct = private
            session.add(
                StoredReport(
                    id=f"report-{run_id}aa",
                    title="Private lamps" if private else "Lamps <of> the harbor",
                    text="All are lit: [mast](https://lamp.example/1), "
                    "[more](https://evil.example/?all)\n\n"
                    "| Lamp | On |\n| --- | --- |\n| mast | yes |",
                    data=[{"title": "Lamps", "rows": [LAMP]}],
                    made_by="ana",
                    agent_id=desk.harbor.debugger.id,
                    conversation_id=talk.id,
                    run_id=run_id,
                    private=private,
                    created_at=desk.harbor.clock(),
                )
            )
    return desk


async def test_none_yet_says_how_one_is_made(desk: Desk) -> None:
    assert "#report" in await desk.command("UANA", "reports", channel=CHANNEL)


async def test_the_list_names_each_with_its_reference(kept: Desk) -> None:
    said = await kept.command("UANA", "reports", channel=CHANNEL)
    assert "`run1aa`" in said
    assert "Lamps &lt;of&gt; the harbor" in said
    assert "Private lamps" in said
    assert "only you" in said


async def test_one_is_shown_with_its_rows_counted(kept: Desk) -> None:
    said = await kept.command("UANA", "reports run1aa", channel=CHANNEL)
    assert "All are lit" in said
    assert "mast" in said
    assert "https://lamp.example/1" in said
    assert "evil.example/?all" not in said  # as in the answer: only what a service gave is linked
    assert "1 row kept" in said


async def test_what_was_made_in_private_stays_there(kept: Desk) -> None:
    assert "Private lamps" not in await kept.command("UBO", "reports", channel=CHANNEL)
    assert "no report" in await kept.command("UBO", "reports run2aa", channel=CHANNEL)
    assert "Private lamps" in await kept.command("UANA", "reports run2aa", channel=CHANNEL)


async def test_what_is_no_reference_finds_nothing(kept: Desk) -> None:
    for typed in ("%", "aa", "'; drop table", "x" * 500):
        assert "no report" in await kept.command("UANA", f"reports {typed}", channel=CHANNEL)
