"""One-time links: who may use them, once, in one browser, and what is said to everybody else."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from bot.connecting.tickets import Purpose
from bot.people.refusals import Refused
from bot.store.tables import InstallationEvent, Member, Role, Ticket
from tests.fixtures_store import ORGANISATION, OTHER_ORGANISATION, MovableClock
from tests.support.browsing import Site
from tests.support.connectors import TOKEN
from tests.support.harbor import Harbor


async def refusals(harbor: Harbor) -> list[str]:
    return [one.sentence for one in await harbor.record() if one.outcome == "refused"]


async def test_a_preview_of_the_link_spends_and_binds_nothing(site: Site, harbor: Harbor) -> None:
    path = await site.link(harbor.ana)
    async with site.browser() as slack:
        for _ in range(3):
            shown = await slack.get(path)
            assert shown.status == 200
            assert "Set-Cookie" not in shown.headers
        assert await slack.head(path) == 200
    async with site.browser() as ana:
        assert (await ana.open(path)).status == 200
        assert (await ana.send(path)).status == 200
        assert (await ana.get(path)).status == 410


async def test_the_landing_page_says_whose_it_is_and_no_more(site: Site, harbor: Harbor) -> None:
    path = await site.link(harbor.ana)
    async with site.browser() as anybody:
        shown = await anybody.get(path)
    assert "Ana" in shown.words
    assert "Harbor" in shown.words
    assert "csrf" not in shown.text


async def test_a_used_link_is_refused_and_recorded(site: Site, harbor: Harbor) -> None:
    path = await site.link(harbor.ana)
    async with site.browser() as ana:
        await ana.open(path)
        assert (await ana.send(path, label="Pier")).status == 200
        csrf = "0" * 64
        again = await ana.post(f"{path}/form", **{"csrf": csrf, "c:key": TOKEN, "action": "save"})
        assert again.status == 410
        assert "ask for a new link" in again.words
    assert any("had been used" in one and "Ana" in one for one in await refusals(harbor))


async def test_an_expired_link_is_refused_even_with_the_form_open(
    site: Site, harbor: Harbor, clock: MovableClock
) -> None:
    path = await site.link(harbor.ana)
    async with site.browser() as ana:
        form = await ana.open(path)
        clock.forward(minutes=10)
        late = await ana.send(path, csrf=form.csrf)
        assert late.status == 410
        assert "ten minutes" in late.words
    assert any("had expired" in one for one in await refusals(harbor))


async def test_another_browser_with_the_same_link_is_refused(site: Site, harbor: Harbor) -> None:
    path = await site.link(harbor.ana)
    async with site.browser() as ana, site.browser() as eve:
        form = await ana.open(path)
        stolen = await eve.open(path)
        assert stolen.status == 403
        assert "another browser" in stolen.words
        assert (await eve.get(f"{path}/form")).status == 403
        assert (await eve.send(path, csrf=form.csrf)).status == 403
        assert (await ana.get(f"{path}/form")).status == 200, "Ana goes on"
    assert any("another browser" in one for one in await refusals(harbor))


async def test_the_form_is_not_shown_before_the_button_was_pressed(
    site: Site, harbor: Harbor
) -> None:
    path = await site.link(harbor.ana)
    async with site.browser() as ana:
        assert (await ana.get(f"{path}/form")).status == 403


async def test_a_forged_link_is_refused_and_recorded_once(site: Site, harbor: Harbor) -> None:
    async with site.browser() as eve:
        for guess in ("a" * 43, "b" * 43):
            assert (await eve.get(f"/connect/{ORGANISATION}/{guess}")).status == 404
            assert (await eve.post(f"/connect/{ORGANISATION}/{guess}/open")).status == 404
    assert [one for one in await refusals(harbor) if "none that was given out" in one] != []
    assert len(await refusals(harbor)) == 1, "a flood is one entry"


async def test_a_link_of_no_organisation_is_on_record_for_the_installation(
    site: Site, harbor: Harbor
) -> None:
    async with site.browser() as eve:
        assert (await eve.get(f"/connect/nowhere/{'a' * 43}")).status == 404
    async with harbor.store.looking() as session:
        events = (await session.scalars(select(InstallationEvent))).all()
    assert [one.kind for one in events] == ["link_refused"]


async def test_a_link_leads_nowhere_in_another_organisation(site: Site, harbor: Harbor) -> None:
    path = await site.link(harbor.ana)
    async with site.browser() as ana:
        assert (await ana.open(path.replace(ORGANISATION, OTHER_ORGANISATION))).status == 404


@pytest.mark.parametrize("csrf", ["", "0" * 64, "ü"])
async def test_a_form_of_another_page_changes_nothing(
    site: Site, harbor: Harbor, csrf: str
) -> None:
    path = await site.link(harbor.ana)
    async with site.browser() as ana:
        await ana.open(path)
        forged = await ana.post(f"{path}/form", **{"csrf": csrf, "c:key": TOKEN, "action": "save"})
        assert forged.status == 403
    async with harbor.store.reading(ORGANISATION) as session:
        ticket = (await session.scalars(select(Ticket))).one()
    assert ticket.spent_at is None
    assert any("form of another page" in one for one in await refusals(harbor))


async def test_whoever_lost_the_right_meanwhile_cannot_go_on(site: Site, harbor: Harbor) -> None:
    path = await site.link(harbor.ana)
    async with site.browser() as ana:
        form = await ana.open(path)
        async with harbor.store.writing(ORGANISATION) as session:
            (await session.get_one(Member, harbor.ana.id)).role = Role.VIEWER
        refused = await ana.send(path, csrf=form.csrf)
        assert refused.status == 403
        assert "role" in refused.words


async def test_a_viewer_gets_no_link(site: Site, harbor: Harbor) -> None:
    with pytest.raises(Refused, match="Only owners and editors"):
        await site.link(harbor.bo)


async def test_only_digests_of_links_and_cookies_are_stored(site: Site, harbor: Harbor) -> None:
    path = await site.link(harbor.ana, Purpose.ADD)
    async with site.browser() as ana:
        await ana.open(path)
        cookies = [one.value for one in ana.client.cookie_jar]
    async with harbor.store.reading(ORGANISATION) as session:
        ticket = (await session.scalars(select(Ticket))).one()
    stored = f"{ticket.digest} {ticket.browser}"
    assert path.rpartition("/")[2] not in stored
    assert all(value not in stored for value in cookies)


async def test_the_cookie_is_for_the_server_alone(site: Site, harbor: Harbor) -> None:
    path = await site.link(harbor.ana)
    async with site.browser() as ana:
        answer = await ana.client.post(f"{path}/open", allow_redirects=False)
    cookie = answer.headers["Set-Cookie"]
    for part in ("HttpOnly", "SameSite=Strict", "Secure", "Path=/"):
        assert part in cookie
