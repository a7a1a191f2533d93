"""The keys: written and read alike, made once, for their owner's eyes only."""

from __future__ import annotations

import base64
import stat
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.store.keyring import FIRST, KeyFile, Keyring, parse_keyring

KEY, OTHER_KEY = bytes(32), bytes(range(32))


def written(key: bytes) -> str:
    return base64.b64encode(key).decode()


@pytest.fixture
def file(tmp_path: Path) -> KeyFile:
    return KeyFile(tmp_path / "deep" / "down" / "encryption.key")


def test_a_key_alone_is_a_ring() -> None:
    assert parse_keyring(written(KEY)) == Keyring({FIRST: KEY}, FIRST)


@given(
    st.dictionaries(
        st.text("abz019_-", min_size=1, max_size=32),
        st.binary(min_size=32, max_size=32),
        min_size=1,
    ),
    st.sampled_from([",", "\n", " ", ", ", "\r\n"]),
)
def test_the_first_of_several_seals(keys: dict[str, bytes], between: str) -> None:
    text = between.join(f"{key_id}:{written(key)}" for key_id, key in keys.items())
    assert parse_keyring(text) == Keyring(keys, next(iter(keys)))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "x",
        "not base64!",
        "ключ",
        written(bytes(31)),
        f"a b:{written(KEY)}",
        f"1:{written(KEY)},{written(OTHER_KEY)}",
    ],
)
def test_a_malformed_ring_is_refused_and_not_repeated(text: str) -> None:
    with pytest.raises(ValueError) as caught:
        parse_keyring(text)
    assert written(KEY) not in str(caught.value)


def test_a_key_file_is_made_once_and_for_its_owner_only(file: KeyFile) -> None:
    ring, made = file.open()
    assert made
    assert len(ring.keys[FIRST]) == 32
    assert stat.S_IMODE(file.path.stat().st_mode) == 0o600
    assert file.open() == (ring, False)
    assert [one.name for one in file.path.parent.iterdir()] == ["encryption.key"]


def test_of_two_processes_that_start_at_once_one_makes_the_key(file: KeyFile) -> None:
    class Faster(KeyFile):
        """Another process makes the file between our look and our writing."""

        def _make(self) -> bool:
            file.open()
            return super()._make()

    ring, made = Faster(file.path).open()
    assert not made
    assert file.open() == (ring, False)


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o620])
def test_a_key_file_that_others_may_use_is_refused(file: KeyFile, mode: int) -> None:
    file.open()
    file.path.chmod(mode)
    with pytest.raises(ValueError, match=f"chmod 600 {file.path}"):
        file.open()


def test_an_empty_key_file_is_refused_and_not_replaced(file: KeyFile) -> None:
    file.path.parent.mkdir(parents=True)
    file.path.touch(0o600)
    with pytest.raises(ValueError, match="there is no key"):
        file.open()
    assert file.path.read_text() == ""


def test_a_turned_ring_seals_with_the_new_key_and_keeps_the_former(file: KeyFile) -> None:
    before, _ = file.open()
    after = file.turn()
    assert after.current == "2"
    assert after.keys["1"] == before.keys["1"] != after.keys["2"]
    assert file.open() == (after, False)
    assert stat.S_IMODE(file.path.stat().st_mode) == 0o600


def test_only_a_key_that_no_longer_seals_can_be_dropped(file: KeyFile) -> None:
    file.open()
    ring = file.turn()
    with pytest.raises(ValueError, match="the key 2 seals"):
        file.drop("2")
    with pytest.raises(ValueError, match="there is no key 3"):
        file.drop("3")
    assert file.drop("1") == Keyring({"2": ring.keys["2"]}, "2")
    assert file.turn().current == "3"
