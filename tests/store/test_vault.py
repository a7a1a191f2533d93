"""Sealed secrets open only unchanged, where they belong, and with the right key."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.store.keyring import Keyring
from bot.store.vault import SealBroken, Vault, sealed_with

KEY, OTHER_KEY = bytes(32), bytes(range(32))
SECRET = {"api_token": "lumen-1", "port": 5432, "note": "größer"}
OWNER = "harbor/connection1"


@pytest.fixture
def vault() -> Vault:
    return Vault({"k1": KEY}, "k1")


def test_a_sealed_secret_opens_and_does_not_show(vault: Vault) -> None:
    sealed = vault.seal(SECRET, owner=OWNER)
    assert b"lumen" not in sealed
    assert vault.open(sealed, owner=OWNER) == SECRET


def test_the_same_secret_is_sealed_differently_each_time(vault: Vault) -> None:
    assert vault.seal(SECRET, owner=OWNER) != vault.seal(SECRET, owner=OWNER)


def test_a_changed_byte_anywhere_breaks_the_seal(vault: Vault) -> None:
    sealed = vault.seal(SECRET, owner=OWNER)
    for index in range(len(sealed)):
        changed = bytearray(sealed)
        changed[index] ^= 1
        with pytest.raises(SealBroken):
            vault.open(bytes(changed), owner=OWNER)


def test_a_cut_value_breaks_the_seal(vault: Vault) -> None:
    sealed = vault.seal(SECRET, owner=OWNER)
    for length in range(len(sealed)):
        with pytest.raises(SealBroken):
            vault.open(sealed[:length], owner=OWNER)


@pytest.mark.parametrize("owner", ["harbor/connection2", "labs/connection1", ""])
def test_a_row_that_was_moved_does_not_open(vault: Vault, owner: str) -> None:
    sealed = vault.seal(SECRET, owner=OWNER)
    with pytest.raises(SealBroken, match="reconnect the service"):
        vault.open(sealed, owner=owner)


def test_another_key_does_not_open_it_and_the_former_key_does(vault: Vault) -> None:
    sealed = vault.seal(SECRET, owner=OWNER)
    with pytest.raises(SealBroken, match="key is not the one"):
        Vault({"k1": OTHER_KEY}, "k1").open(sealed, owner=OWNER)
    with pytest.raises(SealBroken):
        Vault({"k2": KEY}, "k2").open(sealed, owner=OWNER)
    turned = Vault({"k1": KEY, "k2": OTHER_KEY}, "k2")
    assert turned.open(sealed, owner=OWNER) == SECRET
    assert turned.open(turned.seal(SECRET, owner=OWNER), owner=OWNER) == SECRET


def test_a_broken_seal_tells_neither_secret_nor_key(vault: Vault) -> None:
    with pytest.raises(SealBroken) as caught:
        vault.open(vault.seal(SECRET, owner=OWNER), owner="elsewhere")
    assert "lumen" not in str(caught.value)
    assert caught.value.__suppress_context__


def test_a_vault_without_its_current_key_is_refused() -> None:
    with pytest.raises(ValueError, match="no key with the id 'k2'"):
        Vault({"k1": KEY}, "k2")


_values = st.dictionaries(st.text(), st.text() | st.integers() | st.none())


@given(_values, st.text(alphabet=st.characters(exclude_categories=["Cs"])))
@settings(deadline=None)
def test_whatever_is_sealed_opens_to_the_same(secret: dict[str, Any], owner: str) -> None:
    vault = Vault({"k1": KEY}, "k1")
    assert vault.open(vault.seal(secret, owner=owner), owner=owner) == secret


@given(st.binary(max_size=80))
def test_rubbish_does_not_open(rubbish: bytes) -> None:
    with pytest.raises(SealBroken):
        Vault({"k1": KEY}, "k1").open(rubbish, owner=OWNER)


def test_a_key_that_another_process_made_is_read_when_it_is_met() -> None:
    ring = Keyring({"k1": KEY}, "k1")
    running = Vault(ring.keys, ring.current, lambda: Keyring({"k2": OTHER_KEY, "k1": KEY}, "k2"))
    rotated = Vault({"k2": OTHER_KEY}, "k2").seal(SECRET, owner=OWNER)
    assert sealed_with(running.seal(SECRET, owner=OWNER)) == "k1"
    assert running.open(rotated, owner=OWNER) == SECRET
    assert sealed_with(running.seal(SECRET, owner=OWNER)) == "k2"
