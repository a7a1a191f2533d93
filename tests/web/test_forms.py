"""The form pages: what they show, what they refuse, and that no secret ever comes back."""

from __future__ import annotations

import logging
import re
from collections.abc import AsyncIterator

import pytest
from pydantic import SecretStr
from sqlalchemy import select

from bot.connecting.tickets import Purpose
from bot.connectors.base import Form, form_field
from bot.connectors.errors import Unavailable
from bot.store.tables import Connection, Ticket
from tests.fixtures_store import ORGANISATION, MovableClock
from tests.support.browsing import Browser, Site, site_of
from tests.support.connectors import TOKEN, Lamp, LampService
from tests.support.desk import build_desk
from tests.support.fixtures import harbor, service
from tests.support.harbor import Harbor

__all__ = ["harbor", "service"]


@pytest.fixture
async def site(harbor: Harbor) -> AsyncIterator[Site]:
    async with site_of(build_desk(harbor)) as made:
        yield made


@pytest.fixture
async def form(site: Site, harbor: Harbor) -> AsyncIterator[tuple[Browser, str]]:
    """Ana's browser with the form of a new lamp open, and the link's path."""
    path = await site.link(harbor.ana)
    async with site.browser() as ana:
        await ana.open(path)
        yield ana, path


async def saved(harbor: Harbor, label: str) -> Connection | None:
    async with harbor.store.reading(ORGANISATION) as session:
        found = await session.scalars(select(Connection).where(Connection.label == label))
        return found.one_or_none()


Opened = tuple[Browser, str]


async def test_every_page_is_guarded_by_its_headers(form: Opened) -> None:
    ana, path = form
    pages = [await ana.get(path), await ana.get(f"{path}/form"), await ana.send(path, "test")]
    pages.append(await ana.get(f"/connect/{ORGANISATION}/{'x' * 43}"))
    for page in pages:
        policy = page.headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy
        assert "frame-ancestors 'none'" in policy
        assert "unsafe" not in policy
        assert page.headers["Cache-Control"] == "no-store"
        assert page.headers["Referrer-Policy"] == "no-referrer"
        assert "style=" not in page.text
        assert "<script>" not in page.text
        assert not re.findall(r'(?:src|action|href)="(?:https?:)?//', page.text), (
            "nothing from elsewhere"
        )


async def test_the_fields_are_the_ones_that_the_connector_declares(form: Opened) -> None:
    ana, path = form
    page = await ana.get(f"{path}/form")
    assert '<input type="password" id="c:key"' in page.text
    assert "Harbor" in page.words
    assert 'value="Main"' in page.text, "a setting's default stands in its field"
    assert 'maxlength="2000"' in page.text, "instructions are for every service"


async def test_a_good_key_is_tested_and_then_saved_without_typing_it_again(
    form: Opened, harbor: Harbor
) -> None:
    ana, path = form
    tested = await ana.send(path, "test")
    assert "It works: harbor master" in tested.words
    assert await saved(harbor, "Lamp (harbor master)") is None
    done = await ana.send(path, key="")
    assert done.status == 200
    row = await saved(harbor, "Lamp (harbor master)")
    assert row is not None
    assert (row.status, row.account, row.created_by) == ("connected", "harbor master", "ana")
    assert TOKEN.encode() not in row.credentials


async def test_a_key_of_the_wrong_form_is_told_at_its_field(form: Opened) -> None:
    ana, path = form
    page = await ana.send(path, "test", key="candle-77aa55ee")
    assert page.status == 422
    assert 'aria-invalid="true"' in page.text
    assert "Key lumen-…" in page.words
    assert "candle-77aa55ee" not in page.text


async def test_a_refused_key_is_told_and_nothing_is_saved(form: Opened, harbor: Harbor) -> None:
    ana, path = form
    page = await ana.send(path, key="lumen-0000000000", label="Pier")
    assert "does not accept the key" in page.words
    assert await saved(harbor, "Pier") is None


async def test_where_the_service_is_down_it_may_be_saved_untested(
    form: Opened, harbor: Harbor, service: LampService
) -> None:
    def down() -> None:
        raise Unavailable("Lamp cannot be reached.")

    ana, path = form
    service.before = down
    page = await ana.send(path, label="Pier")
    assert "Save without a test" in page.words
    assert await saved(harbor, "Pier") is None
    await ana.send(path, "save_untested", key="", label="Pier")
    row = await saved(harbor, "Pier")
    assert row is not None
    assert row.status == "untested"


async def test_no_secret_is_in_any_answer_log_or_audit_entry(
    form: Opened, harbor: Harbor, service: LampService, caplog: pytest.LogCaptureFixture
) -> None:
    def repeats() -> None:
        raise Unavailable(f"upstream said: bad key {TOKEN}")

    ana, path = form
    caplog.set_level(logging.DEBUG)
    pages = [await ana.send(path, "test", instructions="x" * 2001)]
    service.before = repeats
    pages.append(await ana.send(path, "test"))
    service.before = lambda: None
    pages.append(await ana.send(path, "test"))
    pages.append(await ana.get(f"{path}/form"))
    pages.append(await ana.send(path))
    assert pages[-1].status == 200
    for page in pages:
        assert TOKEN not in page.text
        assert TOKEN not in str(page.headers)
    assert TOKEN not in caplog.text
    assert all(TOKEN not in str(vars(one)) for one in await harbor.record())


async def test_what_was_typed_is_kept_sealed_and_only_while_the_link_lasts(
    form: Opened, harbor: Harbor, clock: MovableClock, site: Site
) -> None:
    ana, path = form
    await ana.send(path, "test")
    async with harbor.store.reading(ORGANISATION) as session:
        ticket = (await session.scalars(select(Ticket))).one()
    assert ticket.draft
    assert TOKEN.encode() not in ticket.draft
    clock.forward(minutes=11)
    await site.desk.services.tickets.sweep(ORGANISATION)
    async with harbor.store.reading(ORGANISATION) as session:
        ticket = (await session.scalars(select(Ticket))).one()
    assert ticket.draft == b""


async def test_a_key_in_a_plain_field_does_not_come_back_either(form: Opened) -> None:
    ana, path = form
    page = await ana.send(path, "test", s__harbor="ghp_0123456789abcdefABCDEF0123456789abcd")
    assert "ghp_" not in page.text


async def test_markup_in_what_people_type_stays_text(form: Opened, harbor: Harbor) -> None:
    ana, path = form
    evil = '"><script>alert(1)</script>'
    page = await ana.send(
        path, "test", label=evil, s__harbor=evil, instructions=f"</textarea>{evil}"
    )
    assert "<script>alert" not in page.text
    done = await ana.send(path, label=evil)
    assert done.status == 200
    assert "<script>alert" not in done.text
    assert await saved(harbor, evil) is not None


async def test_two_clicks_on_save_make_one_connection(form: Opened, harbor: Harbor) -> None:
    ana, path = form
    csrf = (await ana.get(f"{path}/form")).csrf
    assert (await ana.send(path, csrf=csrf)).status == 200
    assert (await ana.send(path, csrf=csrf)).status == 410
    assert await saved(harbor, "Lamp (harbor master) 2") is None


async def test_a_label_that_is_taken_is_told_at_its_field(form: Opened, harbor: Harbor) -> None:
    ana, path = form
    page = await ana.send(path, label=harbor.connection.label.upper())
    assert page.status == 422
    assert "The label is that of another connection" in page.words


async def test_the_settings_of_a_connection_are_changed_without_its_key(
    site: Site, harbor: Harbor
) -> None:
    path = await site.link(harbor.ana, Purpose.EDIT, harbor.connection.id)
    async with site.browser() as ana:
        page = await ana.open(path)
        assert 'id="c:key"' not in page.text
        done = await ana.send(path, key="", s__harbor="North", instructions="Call it the pier.")
        assert done.status == 200
    async with harbor.store.reading(ORGANISATION) as session:
        row = await session.get_one(Connection, harbor.connection.id)
    assert row.settings == {"harbor": "North"}
    assert row.instructions == "Call it the pier."
    assert row.credentials == harbor.connection.credentials


async def test_a_new_sign_in_begins_with_what_was_no_secret(
    harbor: Harbor, service: LampService
) -> None:
    class Credentials(Form):
        key: SecretStr = form_field("Key")
        pier: str = form_field("Pier")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Lamp, "Credentials", Credentials)
        row = harbor.connection
        row.credentials = harbor.opener.seal(row, {"key": TOKEN, "pier": "North"})
        async with harbor.store.writing(ORGANISATION) as session:
            (await session.get_one(Connection, row.id)).credentials = row.credentials
        async with site_of(build_desk(harbor)) as site, site.browser() as ana:
            page = await ana.open(await site.link(harbor.ana, Purpose.RECONNECT, row.id))
    assert 'value="North"' in page.text
    assert TOKEN not in page.text
    assert '<input type="password" id="c:key" name="c:key"' in page.text
