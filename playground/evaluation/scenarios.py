"""Scenarios from folders: an alert, what was recorded of it, and the answer that is expected.

A scenario is any folder with an `alert.json` and an `answer.yml`. Every other JSON file in it is
telemetry, called by the file's name. `base:` in `scenario.yml` names a folder beside it, which
lends what this one leaves out. Nothing here knows a scenario by its name.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

import yaml
from pydantic import BaseModel, BeforeValidator, ConfigDict, ValidationError

from bot.connectors.wording import moment

ALERT, ANSWER, ABOUT = "alert.json", "answer.yml", "scenario.yml"
_ENVELOPE = "_envelope"
_MOST_BASES = 5


class ScenarioError(Exception):
    """A scenario cannot be read; the text says which file and why."""


def _listed(value: Any) -> Any:
    """Nothing is an empty list, and one word a list of one."""
    if value is None:
        return []
    return [value] if isinstance(value, str) else value


def _text(value: Any) -> Any:
    return "" if value is None else str(value).strip()


def _loops(value: Any) -> Any:
    return value or 1


Words = Annotated[tuple[str, ...], BeforeValidator(_listed)]
Text = Annotated[str, BeforeValidator(_text)]


class AnswerKey(BaseModel):
    """What a good investigation comes to. Fields of other versions are passed over."""

    model_config = ConfigDict(extra="ignore", frozen=True, coerce_numbers_to_str=True)

    root_cause_category: Text = ""
    required_keywords: Words = ()
    forbidden_keywords: Words = ()
    forbidden_categories: Words = ()
    ruling_out_keywords: Words = ()
    required_evidence_sources: Words = ()
    required_queries: Words = ()
    optimal_trajectory: Words = ()
    max_investigation_loops: Annotated[int, BeforeValidator(_loops)] = 1
    model_response: Text = ""


@dataclass(frozen=True)
class Scenario:
    """One recorded incident. `sources` is its telemetry by name, as the files have it."""

    name: str
    folder: Path
    alert: Mapping[str, Any]
    sources: Mapping[str, Any]
    answer: AnswerKey
    failure_mode: str = ""

    @property
    def title(self) -> str:
        """The alert's title without the mark that it was made up."""
        title = re.sub(r"^\s*\[synthetic[^\]]*\]\s*", "", str(self.alert.get("title") or ""))
        return title or str(self.labels.get("alertname") or "An alert without a title")

    @property
    def labels(self) -> Mapping[str, Any]:
        return _mapping(self.alert.get("commonLabels"))

    @property
    def annotations(self) -> Mapping[str, Any]:
        return _mapping(self.alert.get("commonAnnotations"))

    @property
    def end(self) -> datetime | None:
        """The last moment on record, which an investigation takes for now."""
        return max(_moments([self.alert, *self.sources.values()]), default=None)


def find(root: Path) -> list[Path]:
    """The folders of all scenarios at or below a folder, sorted."""
    return sorted(found.parent for found in root.rglob(ANSWER) if (found.parent / ALERT).is_file()
                  or "base" in _about(found.parent))  # fmt: skip


def load(folder: Path) -> Scenario:
    """Reads one scenario.

    Raises:
        ScenarioError: naming the file that is wrong.
    """
    folder = folder.resolve()
    about = _about(folder)
    bases = list(_bases(folder))
    for base in bases:
        about = {**_about(base), **about}
    try:
        answer = AnswerKey.model_validate(_yaml(folder / ANSWER))
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        where = ".".join(str(part) for part in first["loc"])
        raise ScenarioError(f"{folder / ANSWER}: {where}: {first['msg']}.") from None
    return Scenario(
        name=f"{folder.parent.name}/{folder.name}",
        folder=folder,
        alert=_alert([folder, *bases]),
        sources=_sources(folder, bases, _listed(about.get("available_evidence"))),
        answer=answer,
        failure_mode=str(about.get("failure_mode") or ""),
    )


def _alert(folders: Sequence[Path]) -> Mapping[str, Any]:
    for folder in folders:
        if (folder / ALERT).is_file():
            return _mapping(_json(folder / ALERT))
    raise ScenarioError(f"{folders[0]} has no {ALERT}.")


def _sources(folder: Path, bases: Sequence[Path], declared: Sequence[str]) -> dict[str, Any]:
    """The folder's own telemetry, and that of its bases which it declares and does not have."""
    own = _telemetry(folder)
    for base in bases:
        lent = _telemetry(base)
        own = {**{name: lent[name] for name in lent if name in declared or not declared}, **own}
    return own


def _telemetry(folder: Path) -> dict[str, Any]:
    """The JSON files of one folder; a series of them with an envelope is one source."""
    files = {path.stem: path for path in sorted(folder.glob("*.json")) if path.name != ALERT}
    split = [name.removesuffix(_ENVELOPE) for name in files if name.endswith(_ENVELOPE)]
    found: dict[str, Any] = {}
    for name, path in files.items():
        whole = next((one for one in split if name.startswith(f"{one}_")), None)
        if whole is None:
            found[name] = _json(path)
    for whole in split:
        if whole not in found:
            found[whole] = _joined(whole, files)
    return found


def _joined(whole: str, files: Mapping[str, Path]) -> dict[str, Any]:
    parts = [one for one in files if one.startswith(f"{whole}_") and not one.endswith(_ENVELOPE)]
    envelope = _mapping(_json(files[whole + _ENVELOPE]))
    return {**envelope, "metric_data_results": [_json(files[one]) for one in parts]}


def _bases(folder: Path) -> Iterator[Path]:
    """The folders that lend, nearest first. One that is not there lends nothing."""
    seen = {folder}
    for _ in range(_MOST_BASES):
        name = str(_about(folder).get("base") or "")
        base = folder.parent / name
        if not name or Path(name).name != name or base in seen or not base.is_dir():
            return
        seen.add(base)
        yield base
        folder = base


def _about(folder: Path) -> dict[str, Any]:
    return dict(_yaml(folder / ABOUT)) if (folder / ABOUT).is_file() else {}


def _json(path: Path) -> Any:
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise ScenarioError(f"{path} cannot be read: {error}.") from None


def _yaml(path: Path) -> Mapping[str, Any]:
    try:
        return _mapping(yaml.safe_load(path.read_text(encoding="utf-8")))
    except (OSError, ValueError, yaml.YAMLError) as error:
        raise ScenarioError(f"{path} cannot be read: {error}.") from None


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _moments(value: Any) -> Iterator[datetime]:
    if isinstance(value, dict):
        for inner in value.values():
            yield from _moments(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _moments(inner)
    elif isinstance(value, str) and re.match(r"\d{4}-\d{2}-\d{2}T\d", value):
        at = moment(value)
        if at is not None:
            yield at
