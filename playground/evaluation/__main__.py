"""`make eval`: replays recorded incidents and scores what the debugger makes of them."""

from __future__ import annotations

import argparse
import asyncio
import json
import logging
import os
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from dotenv import dotenv_values

from bot.agents.messages import Model
from bot.agents.models.build import Models
from bot.agents.offline import OfflinePlanner
from bot.logs import set_up_logs
from bot.settings import SettingsError, load_settings
from playground.bot_process import ROOT
from playground.evaluation import actor
from playground.evaluation.actor import Actor
from playground.evaluation.installing import stand_ins
from playground.evaluation.judge import Score, judge
from playground.evaluation.scenarios import Scenario, ScenarioError, find, load
from playground.evaluation.table import as_json, legend, printed
from playground.evaluation.theatre import PATIENCE, Theatre

COMMITTED = Path(__file__).with_name("scenarios")
SHARED = ROOT.parent / "shared" / "scenarios"
"""Beside the checkout, where a team may keep scenarios that are not in it."""

FOLDER = ROOT / "var" / "evaluation"
OFFLINE = OfflinePlanner.name
REAL_PATIENCE = 900.0


async def evaluate(
    scenarios: Sequence[Scenario], model: str, folder: Path, extra: Mapping[str, str] | None = None
) -> list[Score]:
    """Plays every scenario with one model, in order. `extra` is environment for the bot."""
    acted = model in (actor.NAME, OFFLINE)
    chosen = {} if acted else {"QUARTERDECK_MODEL": model}
    theatre = Theatre(
        folder,
        extra={**(extra or {}), **chosen},
        patience=PATIENCE if acted else REAL_PATIENCE,
    )
    with stand_ins():
        await theatre.prepare()
        return [
            judge(scenario, await theatre.play(scenario, _given(model, scenario)))
            for scenario in scenarios
        ]


def _given(model: str, scenario: Scenario) -> Model | None:
    """The model that plays, or none where the bot's own settings say which."""
    if model == actor.NAME:
        return Actor(scenario)
    return OfflinePlanner() if model == OFFLINE else None


def models(wanted: str) -> list[str]:
    """The models to evaluate: the one that was asked for, or the script and the bot's own.

    Raises:
        SettingsError: a language model was asked for that has no key.
    """
    if wanted in (actor.NAME, OFFLINE):
        return [wanted]
    settings = load_settings()
    own = Models(settings, OfflinePlanner).named(wanted).name
    if wanted and own == OFFLINE:
        raise SettingsError(
            f"{wanted} cannot be asked: its provider's key, such as ANTHROPIC_API_KEY, is not set. "
            "Set it, or leave MODEL out for the script and the offline planner."
        )
    return [wanted] if wanted else [actor.NAME, settings.model if own != OFFLINE else OFFLINE]


def read(folder: Path) -> list[Scenario]:
    """Every scenario below a folder.

    Raises:
        ScenarioError: there is none, or one cannot be read.
    """
    found = find(folder)
    if not found:
        raise ScenarioError(f"{folder} has no scenarios (folders with alert.json and answer.yml).")
    return [load(one) for one in found]


def keys_of_env_file() -> dict[str, str]:
    """What `.env` sets beside the bot's and Slack's own settings: keys of providers."""
    named = dotenv_values(ROOT / ".env")
    ours = ("SLACK_", "QUARTERDECK_")
    return {name: value for name, value in named.items() if value and not name.startswith(ours)}


def main(arguments: Sequence[str] | None = None) -> int:
    options = _options(arguments)
    folder = options.scenarios.expanduser().resolve()
    os.chdir(ROOT)
    set_up_logs("error", "console", [])
    # The bot is stopped as soon as its answer is there, often amid its own housekeeping.
    logging.getLogger("sqlalchemy.pool").setLevel(logging.CRITICAL)
    try:
        scenarios = read(folder)
        chosen = models(options.model)
    except (ScenarioError, SettingsError) as error:
        print(error, file=sys.stderr)
        return 2
    results = {
        model: asyncio.run(evaluate(scenarios, model, FOLDER, keys_of_env_file()))
        for model in chosen
    }
    if options.json:
        print(json.dumps([as_json(found, model) for model, found in results.items()], indent=2))
    else:
        tables = [printed(found, model) for model, found in results.items()]
        print("\n\n".join([f"Scenarios: {folder}", *tables, legend()]))
    troubled = [score for found in results.values() for score in found if score.trouble]
    return 1 if troubled else 0


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m playground.evaluation", description=__doc__)
    parser.add_argument(
        "--scenarios",
        type=Path,
        default=SHARED if SHARED.is_dir() else COMMITTED,
        help="a folder with scenarios in it, at any depth",
    )
    parser.add_argument(
        "--model",
        default="",
        help="scripted, offline, or the name of a language model whose provider's key is set; "
        "left out, the script and then what the bot itself would use",
    )
    parser.add_argument("--json", action="store_true", help="print JSON instead of tables")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main())
