"""Somebody signs in at a real OpenID provider, through our real pages."""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

import pytest

from bot.connecting.oauth.wire import Answer
from bot.connecting.tickets import Purpose
from bot.connectors.errors import NotSignedIn
from bot.gate.calls import Caller, CallerKind
from bot.store.tables import ConnectionStatus
from tests.connecting.oauth.stage import Browser, Stage, hidden, leads_to
from tests.fixtures_store import ORGANISATION
from tests.support.servers_of_others import consent, openid_provider

PERSON = Caller(CallerKind.PERSON, ORGANISATION, "ana", "Ana")


async def signed_in(stage: Stage, issuer: str, who: str = "ola") -> None:
    browser = stage.browser()
    query = await consent(await stage.leave(browser, "beacon", issuer=issuer), who)
    page = await browser.back("beacon", query)
    assert "connected" in page.text.lower(), page.text


async def test_a_round_trip_connects_the_service(stage: Stage, issuer: str) -> None:
    await signed_in(stage, issuer)
    [row] = await stage.saved()
    assert (row.connector, row.account, row.status) == (
        "beacon",
        "ola",
        ConnectionStatus.CONNECTED,
    )
    told = await stage.gate.read_from(PERSON, row.id, "whoami", {})
    assert "ola" in told.text


async def test_the_vendor_is_asked_with_pkce_state_and_the_exact_redirect(
    stage: Stage, issuer: str
) -> None:
    address = await stage.leave(stage.browser(), "beacon", issuer=issuer)
    asked = {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}
    assert asked["code_challenge_method"] == "S256"
    assert len(asked["code_challenge"]) == 43
    assert asked["redirect_uri"] == stage.apps.redirect_uri("beacon")
    assert asked["scope"] == "openid email"
    assert len(asked["state"]) > 40
    assert asked["state"].startswith(f"{ORGANISATION}.")
    assert "secret" not in address


async def test_no_secret_of_the_sign_in_is_on_a_page_or_on_record(
    stage: Stage, issuer: str
) -> None:
    browser = stage.browser()
    query = await consent(await stage.leave(browser, "beacon", issuer=issuer))
    page = await browser.back("beacon", query)
    [row] = await stage.saved()
    secrets = stage.secrets(row)
    for told in (page.text, *await stage.sentences()):
        for name in ("access_token", "refresh_token"):
            assert secrets[name] not in told
        assert query["code"] not in told


async def test_an_answer_is_let_in_once(stage: Stage, issuer: str) -> None:
    browser = stage.browser()
    query = await consent(await stage.leave(browser, "beacon", issuer=issuer))
    await browser.back("beacon", query)
    again = await browser.back("beacon", query)
    assert again.status_code in (403, 410)
    assert len(await stage.saved()) == 1
    assert any("had been used" in one for one in await stage.sentences())


async def test_an_answer_that_comes_too_late_is_refused(stage: Stage, issuer: str) -> None:
    browser = stage.browser()
    query = await consent(await stage.leave(browser, "beacon", issuer=issuer))
    stage.clock.forward(minutes=10)
    page = await browser.back("beacon", query)
    assert page.status_code == 403
    assert "too late" in page.text
    assert any("came too late" in one for one in await stage.sentences())
    assert await stage.saved() == []


async def test_an_answer_in_another_browser_is_refused_and_spends_nothing(
    stage: Stage, issuer: str
) -> None:
    browser = stage.browser()
    query = await consent(await stage.leave(browser, "beacon", issuer=issuer))
    page = await stage.browser().back("beacon", query)
    assert page.status_code == 403
    assert any("another browser" in one for one in await stage.sentences())
    assert await stage.saved() == []
    await browser.back("beacon", query)
    assert len(await stage.saved()) == 1


@pytest.mark.parametrize("state", ["harbor.forged", "nowhere.forged", "", "." * 500, "harbor."])
async def test_a_forged_state_is_refused(stage: Stage, issuer: str, state: str) -> None:
    browser = stage.browser()
    await stage.leave(browser, "beacon", issuer=issuer)
    page = await browser.back("beacon", {"code": "c", "state": state})
    assert page.status_code == 403
    assert await stage.saved() == []
    recorded = [one for one in await stage.sentences() if "none that was asked for" in one]
    assert bool(recorded) == state.startswith("harbor.")


async def test_a_flood_of_forged_answers_does_not_fill_the_record(
    stage: Stage, issuer: str
) -> None:
    browser = stage.browser()
    for number in range(5):
        await browser.back("beacon", {"code": "c", "state": f"{ORGANISATION}.{number}"})
    assert len([one for one in await stage.sentences() if "refused" in one]) == 1


async def test_a_forged_code_gets_no_tokens(stage: Stage, issuer: str) -> None:
    browser = stage.browser()
    query = await consent(await stage.leave(browser, "beacon", issuer=issuer))
    page = await browser.back("beacon", {**query, "code": "forged"})
    assert page.status_code == 409
    assert "gave no tokens" in page.text
    assert await stage.saved() == []


async def test_the_answer_of_another_provider_is_refused(stage: Stage, issuer: str) -> None:
    """The mix-up: a state that belongs to one server comes back with another's code."""
    browser = stage.browser()
    query = await consent(await stage.leave(browser, "beacon", issuer=issuer))
    with openid_provider() as evil:
        page = await browser.back("beacon", {**query, "iss": evil})
    assert page.status_code == 403
    assert "another server" in page.text
    assert any("another server" in one for one in await stage.sentences())
    assert stage.wire.posts == []  # the code went nowhere


async def test_an_answer_on_the_path_of_another_vendor_is_refused(
    stage: Stage, issuer: str
) -> None:
    browser = stage.browser()
    query = await consent(await stage.leave(browser, "beacon", issuer=issuer))
    page = await browser.back("gitlab", query)
    assert page.status_code == 403
    assert stage.wire.posts == []


async def test_who_says_no_is_told_so(stage: Stage, issuer: str) -> None:
    browser = stage.browser()
    address = await stage.leave(browser, "beacon", issuer=issuer)
    state = parse_qs(urlsplit(address).query)["state"][0]
    page = await browser.back("beacon", {"error": "access_denied", "state": state})
    assert "the consent was not given" in page.text
    assert await stage.saved() == []


async def test_a_consent_for_several_asks_which_one(stage: Stage, issuer: str) -> None:
    stations = {"found": [{"id": "n", "name": "North"}, {"id": "s", "name": "South"}]}
    stage.wire.answers["/stations"] = Answer(200, stations, {})
    browser = stage.browser()
    query = await consent(await stage.leave(browser, "harbors", issuer=issuer))
    page = await browser.back("beacon", query)
    assert "North" in page.text
    assert "South" in page.text
    assert await stage.saved() == []
    fields = {name: hidden(page, name) for name in ("csrf", "sign_in")}
    forged = await stage.browser().post("/oauth/choose", **fields, option="s")
    assert forged.status_code == 403
    await browser.post("/oauth/choose", **fields, option="s")
    [row] = await stage.saved()
    assert row.settings["station"] == "s"


async def test_the_only_one_is_taken(stage: Stage, issuer: str) -> None:
    stage.wire.answers["/stations"] = Answer(200, {"found": [{"id": "n", "name": "North"}]}, {})
    browser = stage.browser()
    query = await consent(await stage.leave(browser, "harbors", issuer=issuer))
    await browser.back("beacon", query)
    [row] = await stage.saved()
    assert row.settings["station"] == "n"


async def test_reconnecting_as_somebody_else_asks_first(stage: Stage, issuer: str) -> None:
    await signed_in(stage, issuer, "ola")
    [row] = await stage.saved()
    browser = stage.browser()
    link = await stage.link("beacon", Purpose.RECONNECT, row.id)
    address = leads_to(await stage.set_out(browser, link, issuer=issuer))
    page = await browser.back("beacon", await consent(address, "per"))
    assert "You signed in as per" in page.text
    assert [one.account for one in await stage.saved()] == ["ola"]
    fields = {name: hidden(page, name) for name in ("csrf", "sign_in")}
    await browser.post("/oauth/choose", **fields, option="this")
    [now] = await stage.saved()
    assert (now.id, now.account) == (row.id, "per")


async def test_without_an_app_the_page_says_what_to_do(stage: Stage, issuer: str) -> None:
    stage.apps._environment.clear()
    browser = stage.browser()
    page = await stage.set_out(browser, await stage.link("beacon"), issuer=issuer)
    assert "needs an OAuth app" in page.text


async def test_an_owner_enters_an_app_through_a_link(stage: Stage) -> None:
    from bot.connectors.oauth import vendors

    browser, link = stage.browser(), await stage.link("gitlab", Purpose.APP)
    form = await stage.open(browser, link)
    assert stage.apps.redirect_uri("gitlab") in form.text
    assert "read_api" in form.text
    fields = {"client_id": "ours", "client_secret": "glsecret-42"}
    page = await browser.post(f"{link}/app", csrf=hidden(form, "csrf"), **fields)
    assert "is saved" in page.text
    app = await stage.apps.find(ORGANISATION, vendors()["gitlab"])
    assert app is not None
    assert (app.client_id, app.client_secret) == ("ours", "glsecret-42")
    assert "glsecret" not in page.text
    assert "glsecret" not in str(await stage.sentences())
    again = await Browser(stage.base, browser.cookies).post(
        f"{link}/app", csrf=hidden(form, "csrf"), **fields
    )
    assert again.status_code == 410


async def test_removing_takes_the_sign_in_back(stage: Stage, issuer: str) -> None:
    await signed_in(stage, issuer)
    [row] = await stage.saved()
    kept = stage.secrets(row)
    assert kept["revoke_url"] == ""  # this provider has no such address
    await stage.keeper.revoke(row)
    assert stage.wire.refreshes == []


async def test_a_sign_in_that_is_refused_later_asks_for_reconnecting(
    stage: Stage, issuer: str
) -> None:
    import httpx

    await signed_in(stage, issuer)
    [row] = await stage.saved()
    httpx.post(f"{issuer}/users/ola/revoke-tokens")
    stage.clock.forward(hours=2)
    with pytest.raises(NotSignedIn):
        await stage.keeper.fresh(row)
    [now] = await stage.saved()
    assert now.status == ConnectionStatus.RECONNECT
