"""`make walk`: what can become of a request, played by people against the real bot.

The local workspace and the sandbox of Better Stack run in this process, the bot in another; there
is no browser. Each step says what was done and what was seen, and ends the walk when that is not
what it has to be.
"""

from __future__ import annotations

import argparse
import asyncio
import re
import shutil
import sys
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import httpx

from playground.betterstack.auth import TEAM_TOKEN
from playground.betterstack.faults import Fault, Kind
from playground.betterstack.seed_names import CHECKOUT_5XX
from playground.bot_process import ROOT, BotFailed
from playground.stage import Stage, spoken, staged, texts
from playground.workspace.interactions import PersonError

FOLDER = ROOT / "var" / "walk"
QUESTION = "@debugger acknowledge the checkout incident"
INCIDENT = f"/api/v3/incidents/{CHECKOUT_5XX}"
ACKNOWLEDGE = f"{INCIDENT}/acknowledge"

SHORT_WAIT = {"QUARTERDECK_APPROVAL_MINUTES": "0.05"}
"""Three seconds: long enough to draw the card, short enough to wait for its end."""

Json = Mapping[str, Any]
Tell = Callable[[str], None]


class WalkFailed(Exception):
    """A step did not show what it must. The text says what."""


class Walk:
    """One step's people, and what they see. `tell` takes the lines that are printed."""

    def __init__(self, stage: Stage, tell: Tell) -> None:
        self.stage = stage
        self.tell = tell

    async def ask(self, user: str) -> tuple[str, Json]:
        """Puts the question; returns its thread and the card that answers it."""
        thread = self.stage.say(user, QUESTION)
        self.tell(f"{self._name(user)} asks in #incidents: “{QUESTION}”")
        card = await self.stage.card(thread)
        self.tell(f"the card says: “{self._line(card, 'wants to acknowledge')}”")
        await self.stage.expect("waits for a decision on the card below", thread=thread)
        self.sent()
        return thread, card

    async def press(self, user: str, card: Json, button: str) -> None:
        self.tell(f"{self._name(user)} presses {button.capitalize()}")
        await self.stage.press(user, card, button)

    async def card_says(self, card: Json, *words: str) -> None:
        """Waits for a card to say all of these in one line, and not to offer buttons any more."""

        def found() -> str:
            return self._line(self._now(card), *words)

        line = await self._wait(found, f"the card says {_all_of(words)}", lambda: self._now(card))
        self.must(not _has_buttons(self._now(card)), "the closed card has no buttons")
        self.tell(f"the card says: “{line}”")

    async def agent_says(self, thread: str, *words: str) -> None:
        answer = await self.stage.answer(thread)
        line = self._line({"text": answer["text"]}, *words)
        self.must(
            line, f"the agent says {_all_of(words)}; it says: “{self._plain(answer['text'])}”"
        )
        self.tell(f"the agent says: “{line}”")

    async def is_told(self, user: str, *words: str) -> None:
        """Waits for a line that a person alone sees."""

        def found() -> str:
            seen = (self._line(one, *words) for one in self.stage.workspace.ephemerals(user))
            return next(filter(None, seen), "")

        line = await self._wait(found, f"{self._name(user)} is told {_all_of(words)}")
        self.tell(f"{self._name(user)} alone is told: “{line}”")

    def sent(self, *paths: str, by_others: int = 0) -> None:
        """Holds the sandbox's journal against the writes that must have reached it, in order."""
        writes = self.stage.sandbox.journal.writes()[by_others:]
        shown = [f"{one.method} {one.path}" for one in writes]
        self.must(
            shown == [f"POST {path}" for path in paths],
            f"the sandbox got {list(paths) or 'no write'}; it got {shown or 'no write'}",
        )
        if shown:
            number = "1 write" if len(shown) == 1 else f"{len(shown)} writes"
            answers = [f"{one.status}" if one.status else "broken off" for one in writes]
            told = [f"{one} ({answer})" for one, answer in zip(shown, answers, strict=True)]
            self.tell(f"the sandbox got {number}: {', '.join(told)}")
        else:
            self.tell("the sandbox got no write from the bot")

    def incident_is(self, status: str) -> None:
        """Looks at the incident as the sandbox has it."""
        now = self.stage.sandbox.state.incidents[CHECKOUT_5XX].status
        self.must(now == status, f"the incident is {status}; it is {now}")
        self.tell(f"the sandbox shows the incident as {now.lower()}")

    def must(self, seen: object, what: str) -> None:
        if not seen:
            raise WalkFailed(f"what must be is not so: {what}")

    def _now(self, card: Json) -> Json:
        return self.stage.workspace.message("#incidents", str(card["ts"]))

    async def _wait(
        self, found: Callable[[], str], what: str, last: Callable[[], Json] = dict
    ) -> str:
        try:
            return str(await self.stage.until(found))
        except TimeoutError:
            shown = f" It shows: “{self._plain(spoken(last()))}”" if last() else ""
            raise WalkFailed(f"it did not happen in time that {what}.{shown}") from None

    def _line(self, message: Json, *words: str) -> str:
        """The line of a message with all of these words, as a person reads it, or nothing."""
        lines = [self._plain(one) for piece in texts(message) for one in piece.splitlines()]
        return next((one for one in reversed(lines) if all(word in one for word in words)), "")

    def _plain(self, text: str) -> str:
        text = re.sub(r"<@(\w+)>", lambda found: f"@{self._name(found[1])}", text)
        text = re.sub(r"<[^<>|]+\|([^<>]*)>", r"\1", text)
        return re.sub(r":[a-z_]+:|[*`]", "", text).strip()

    def _name(self, user: str) -> str:
        return self.stage.workspace.person(user).real_name.split()[0]


async def approve(walk: Walk) -> None:
    thread, card = await walk.ask("ana")
    await walk.press("bo", card, "approve")
    await walk.card_says(card, "Done.", "Approved by @Bo")
    await walk.agent_says(thread, "acknowledged incident")
    walk.sent(ACKNOWLEDGE)
    walk.incident_is("Acknowledged")


async def deny(walk: Walk) -> None:
    thread, card = await walk.ask("ana")
    walk.tell("Bo presses Deny and writes in the modal: “I am on it”")
    await walk.stage.deny("bo", card, reason="I am on it")
    await walk.card_says(card, "Denied by @Bo", "I am on it", "Nothing was sent")
    await walk.agent_says(thread, "Denied by a person", "I am on it")
    walk.sent()
    walk.incident_is("Started")


async def expire(walk: Walk) -> None:
    walk.tell("the operator restarts the bot with QUARTERDECK_APPROVAL_MINUTES=0.05, three seconds")
    await walk.stage.restart(SHORT_WAIT)
    try:
        thread, card = await walk.ask("ana")
        walk.tell("nobody decides")
        await walk.card_says(card, "Expired.", "nothing was sent")
        await walk.agent_says(thread, "Nobody decided in time")
        walk.sent()
    finally:
        await walk.stage.restart()


async def not_allowed(walk: Walk) -> None:
    _, card = await walk.ask("ana")
    await walk.press("chidi", card, "approve")
    await walk.is_told("chidi", "You may not decide on this.", "@Ana", "@Bo", "can.")
    walk.sent()
    now = walk.stage.workspace.message("#incidents", str(card["ts"]))
    walk.must(_has_buttons(now), "the card still waits for those who may decide")
    walk.tell("the card still waits for Ana or Bo")


async def already_resolved(walk: Walk) -> None:
    thread, card = await walk.ask("ana")
    walk.tell("Chidi resolves the incident in Better Stack itself, without the bot")
    await _by_hand(walk.stage, "resolve", resolved_by="chidi@harbor.example")
    await walk.press("bo", card, "approve")
    await walk.card_says(card, "Not done.", "Nothing was sent.", "Already resolved")
    await walk.agent_says(thread, "Already resolved")
    walk.sent(by_others=1)


async def withdraw(walk: Walk) -> None:
    thread, card = await walk.ask("chidi")
    await walk.press("chidi", card, "withdraw")
    await walk.card_says(card, "Withdrawn by @Chidi", "Nothing was sent")
    await walk.agent_says(thread, "Withdrawn by the one who asked")
    walk.sent()


async def killed(walk: Walk) -> None:
    thread, card = await walk.ask("ana")
    walk.tell("the bot is killed (SIGKILL) and started again")
    await walk.stage.die_and_return()
    await walk.press("bo", card, "approve")
    await walk.card_says(card, "Done.", "Approved by @Bo")
    await walk.agent_says(thread, "acknowledged incident")
    walk.sent(ACKNOWLEDGE)


async def answer_lost(walk: Walk) -> None:
    thread, card = await walk.ask("ana")
    walk.tell("Better Stack will do it, but break the connection before it answers")
    walk.stage.sandbox.faults.add(Fault(kind=Kind.CLOSED, path=ACKNOWLEDGE, after=True))
    await walk.press("bo", card, "approve")
    await walk.card_says(card, "Done.", "The answer was lost", "shows that it is done")
    await walk.agent_says(thread, "acknowledged incident")
    walk.sent(ACKNOWLEDGE)
    walk.incident_is("Acknowledged")


async def failed_before(walk: Walk) -> None:
    thread, card = await walk.ask("ana")
    walk.tell("Better Stack will answer with 500 and do nothing")
    walk.stage.sandbox.faults.add(Fault(kind=Kind.ERROR, path=ACKNOWLEDGE))
    await walk.press("bo", card, "approve")
    await walk.card_says(card, "Not done.", "the service shows no change")
    await walk.agent_says(thread, "It was not done")
    walk.sent(ACKNOWLEDGE)
    walk.incident_is("Started")


async def two_clicks(walk: Walk) -> None:
    thread, card = await walk.ask("ana")
    walk.tell("Ana and Bo press Approve in the same moment")
    stage = walk.stage
    await asyncio.gather(stage.press("ana", card, "approve"), stage.press("bo", card, "approve"))
    await walk.card_says(card, "Done.", "Approved by")
    closed = spoken(stage.workspace.message("#incidents", str(card["ts"])))
    ana = stage.workspace.person("ana").id
    first, second = ("ana", "bo") if f"Approved by <@{ana}>" in closed else ("bo", "ana")
    await walk.is_told(second, f"@{first.capitalize()} approved this at", "already")
    await walk.agent_says(thread, "acknowledged incident")
    walk.sent(ACKNOWLEDGE)


Step = Callable[[Walk], Awaitable[None]]

STEPS: Sequence[tuple[str, Step]] = (
    ("approve", approve),
    ("deny with a reason", deny),
    ("expire", expire),
    ("not allowed", not_allowed),
    ("already resolved by somebody else", already_resolved),
    ("withdrawn by the one who asked", withdraw),
    ("killed between card and click", killed),
    ("the service does it, and its answer is lost", answer_lost),
    ("the service fails before doing it", failed_before),
    ("two clicks at once", two_clicks),
)


async def let_bo_approve(walk: Walk) -> None:
    """What Ana does before the first step: Bo may approve as she may."""
    workspace = walk.stage.workspace
    await workspace.command("ana", "#incidents", "/ops approvals demo")
    view = (await walk.stage.until(lambda: workspace.views("ana")))[-1]
    values = {"policy_roles": ["owners"], "policy_people": [workspace.person("bo").id]}
    await workspace.submit_view("ana", view["id"], values)
    await walk.is_told("ana", "Saved", "may approve the writes of")


async def carry_out(stage: Stage, steps: Sequence[tuple[str, Step]], tell: Tell) -> bool:
    """Plays the steps one after another. False when one does not show what it must."""
    for number, (name, step) in enumerate(steps, start=1):
        stage.new_day()
        tell(f"\n{number}. {name}")
        try:
            await step(Walk(stage, lambda line: tell(f"   {line}")))
        except (WalkFailed, PersonError, TimeoutError) as error:
            tell(f"\nStep {number} ({name}) failed: {error}")
            return False
    return True


async def walk(folder: Path) -> bool:
    """Sets the stage in an empty folder, and plays every step."""
    started = time.monotonic()
    async with staged(folder) as stage:
        steps = (("Ana lets Bo approve, too", let_bo_approve), *STEPS)
        done = await carry_out(stage, steps, lambda line: print(line, flush=True))
    if done:
        lasted = time.monotonic() - started
        print(f"\nAll {len(steps)} steps showed what they must, in {lasted:.0f} s.")
    else:
        print(f"The bot's log is {folder / 'bot.log'}.")
    return done


async def _by_hand(stage: Stage, verb: str, **body: str) -> None:
    """Somebody does it in Better Stack itself."""
    async with httpx.AsyncClient(timeout=10) as client:
        answer = await client.post(
            f"{stage.sandbox.url}{INCIDENT}/{verb}",
            json=body,
            headers={"Authorization": f"Bearer {TEAM_TOKEN}"},
        )
        answer.raise_for_status()


def _has_buttons(message: Json) -> bool:
    return any(block.get("type") == "actions" for block in message.get("blocks", []))


def _all_of(words: Sequence[str]) -> str:
    return " and ".join(f"“{word}”" for word in words)


def main() -> None:
    parser = argparse.ArgumentParser(description="Walks through every end of a request.")
    parser.add_argument("--folder", type=Path, default=FOLDER, help="where the bot keeps its data")
    folder: Path = parser.parse_args().folder
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    try:
        done = asyncio.run(walk(folder))
    except BotFailed as error:
        sys.exit(str(error))
    sys.exit(0 if done else 1)


if __name__ == "__main__":
    main()
