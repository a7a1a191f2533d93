"""Tools of our own that are offered to a model beside those of the connections.

They look at what the house has (results of this run, knowledge, other agents) and change nothing
outside of it, so they need no grant and pass no gate. To add one, write an arguments model and an
async function, and hand a `HouseTool` of the two to the loop's `HouseTools` in `app`.
"""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import structlog
from pydantic import BaseModel, ConfigDict, ValidationError

from bot.connectors.base import Access
from bot.connectors.results import Result
from bot.gate.calls import Caller, ToolCall, ToolReturn, ToolSpec
from bot.gate.shape import as_data, as_text
from bot.store.tables import Agent, Conversation, Member, Run, Step

log = structlog.get_logger(__name__)

SECONDS = 30.0
"""How long a house tool may take, unless it says otherwise."""


class Refused(Exception):
    """A house tool cannot do what it was asked; the words tell the model why, and what to do."""


class Arguments(BaseModel):
    """Base of the arguments of a house tool. Its docstring is the tool's description."""

    model_config = ConfigDict(extra="forbid", frozen=True)


@dataclass(frozen=True)
class At:
    """Where a house tool is used: the run, whose it is, and the steps that it has taken so far.

    The last of the steps is the one with this very call in it, still without all its results.
    `call_id` is empty as long as nothing was called.
    """

    caller: Caller
    run: Run
    conversation: Conversation
    agent: Agent
    asker: Member
    steps: Sequence[Step] = ()
    call_id: str = ""


@dataclass(frozen=True)
class Aside:
    """In place of a result: another run, which the loop works on as a part of this one.

    `read` makes the result of how it ended and its steps; it may raise `Refused`.
    """

    run_id: str
    read: Callable[[Run, Sequence[Step]], Result]


async def always(at: At) -> bool:
    """For tools that every run may use."""
    return True


async def no_more(at: At) -> str:
    """For tools whose description is the same in every run."""
    return ""


@dataclass(frozen=True)
class HouseTool:
    """One tool of the house.

    Args:
        name: as the model calls it and, with spaces, as people read it in the steps.
        arguments: a subclass of `Arguments`, whose docstring tells the model what the tool is for.
        use: does it. It gets an instance of `arguments`, may be called again after a crash, and
            raises `Refused` with words for the model.
        fits: whether a run is offered the tool.
        seconds: its bound.
        more: what its description says of this run besides.
        closing: whether it is called in the very response that holds the answer. A response that
            has text and calls nothing else is the answer; the model is not asked once more for it.
    """

    name: str
    arguments: type[Arguments]
    use: Callable[[At, Any], Awaitable[Result | Aside]]
    fits: Callable[[At], Awaitable[bool]] = always
    seconds: float = SECONDS
    more: Callable[[At], Awaitable[str]] = no_more
    closing: bool = False

    @property
    def spec(self) -> ToolSpec:
        """The tool as a model gets it."""
        schema = self.arguments.model_json_schema()
        described = inspect.cleandoc(self.arguments.__doc__ or "")
        shown = {key: value for key, value in schema.items() if key not in ("title", "description")}
        return ToolSpec(self.name, described, shown, Access.READ)


class HouseTools:
    """The house tools of an installation."""

    def __init__(self, tools: Sequence[HouseTool] = ()) -> None:
        self._tools = {one.name: one for one in tools}
        self.closing = frozenset(one.name for one in tools if one.closing)

    async def offered(self, at: At) -> list[ToolSpec]:
        """Those that this run may use."""
        return [await _told(one, at) for one in self._tools.values() if await one.fits(at)]

    def has(self, name: str) -> bool:
        return name in self._tools

    async def handle(self, at: At, call: ToolCall) -> ToolReturn | Aside:
        """Takes a call. What goes wrong is said to the model; it never raises."""
        tool = self._tools[call.name]
        at = replace(at, call_id=call.id)
        try:
            if not await tool.fits(at):
                raise Refused("This tool is not for this question.")
            given = tool.arguments.model_validate(call.arguments)
            async with asyncio.timeout(tool.seconds):
                found = await tool.use(at, given)
        except Refused as refusal:
            return _failed(call, str(refusal))
        except ValidationError as error:
            return _failed(call, f"The arguments of {call.name} are not right: {_wrong(error)}")
        except TimeoutError:
            return _failed(call, f"{call.name} took longer than {tool.seconds:g} seconds.")
        except Exception:
            log.exception("house_tool.broke", tool=call.name, run=at.run.id)
            return _failed(call, f"{call.name} broke on our side; go on without it.")
        return found if isinstance(found, Aside) else _done(call, found)


def settled(call: ToolCall, aside: Aside, run: Run, steps: Sequence[Step]) -> ToolReturn:
    """What a call returns whose run came to its end."""
    try:
        return _done(call, aside.read(run, steps))
    except Refused as refusal:
        return _failed(call, str(refusal))


async def _told(tool: HouseTool, at: At) -> ToolSpec:
    more = await tool.more(at)
    spec = tool.spec
    return replace(spec, description=f"{spec.description}\n\n{more}") if more else spec


def _done(call: ToolCall, result: Result) -> ToolReturn:
    data = as_data(result)
    return ToolReturn(call.id, call.name, as_text(data), data=data)


def _failed(call: ToolCall, words: str) -> ToolReturn:
    return ToolReturn(call.id, call.name, words, failed=True)


def _wrong(error: ValidationError) -> str:
    return "; ".join(
        f"{'.'.join(str(part) for part in one['loc']) or 'arguments'}: {one['msg']}"
        for one in error.errors(include_url=False, include_context=False, include_input=False)
    )
