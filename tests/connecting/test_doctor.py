"""What `python -m bot doctor` says of the address that links to forms begin with."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.doctor import examine
from bot.settings import Settings


@pytest.mark.parametrize(
    ("address", "good", "words"),
    [
        ("", False, "QUARTERDECK_PUBLIC_URL is not set"),
        ("http://ops.example.com", False, "is not https://"),
        ("https://ops.example.com", True, "https://ops.example.com"),
    ],
)
async def test_the_public_address_is_looked_at(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, address: str, good: bool, words: str
) -> None:
    monkeypatch.setenv("QUARTERDECK_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("QUARTERDECK_PUBLIC_URL", address)
    findings = examine(Settings(_env_file=None))  # type: ignore[call-arg]
    async for finding in findings:
        if finding.what == "public address":
            break
    await findings.aclose()  # type: ignore[attr-defined]
    assert finding.good is good
    assert words in finding.words
