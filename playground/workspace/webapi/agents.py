"""assistant.threads.* and agents.sessions.*: status, titles, suggested prompts, sessions."""

from __future__ import annotations

from playground.workspace.changes import PromptsSet, StatusSet
from playground.workspace.model import Json
from playground.workspace.webapi.call import Call
from playground.workspace.webapi.errors import ApiError, invalid_arguments
from playground.workspace.webapi.posting import author

PROMPTS_MAX = 4
LOADING_MAX = 10
TITLE_MAX = 200
STATES = ("active", "processing", "suspended", "closed")
STOPPED = "agent_session_stopped"


def set_status(call: Call) -> Json:
    """In an agent app the status also moves the session, as Slack maps it."""
    if call.get("status") is None:
        raise invalid_arguments("[ERROR] missing required field: status")
    channel_id, thread_ts = _thread(call)
    messages = [str(line) for line in call.array("loading_messages")]
    if len(messages) > LOADING_MAX:
        raise invalid_arguments("[ERROR] must be no more than 10 items: loading_messages")
    author(call)
    status = call.text("status")
    change = StatusSet(call.app.id, channel_id, thread_ts, status, tuple(messages))
    call.world.agents.set_status(change)
    if call.app.manifest.is_agent:
        state = "processing" if status else "active"
        call.world.agents.set_session(call.app.id, channel_id, thread_ts, state)
    return {}


def _thread(call: Call) -> tuple[str, str]:
    """Channel id and the root's ts, both known and open to this bot."""
    channel = call.channel("channel_id")
    call.must_be_in(channel)
    thread_ts = call.text("thread_ts")
    root = call.world.timeline.find(channel.id, thread_ts)
    if root is None or root.thread_ts:
        raise ApiError("invalid_thread_ts")
    return channel.id, thread_ts


def set_title(call: Call) -> Json:
    channel_id, thread_ts = _thread(call)
    if call.world.channels[channel_id].kind != "im":
        raise ApiError("channel_not_found")
    _name(call, channel_id, thread_ts, call.text("title"))
    return {}


def _name(call: Call, channel_id: str, thread_ts: str, title: str) -> None:
    known = call.world.agents.sessions.get((call.app.id, channel_id, thread_ts))
    status = known.status if known else "active"
    call.world.agents.set_session(call.app.id, channel_id, thread_ts, status, title)


def set_prompts(call: Call) -> Json:
    channel = call.channel("channel_id")
    if channel.kind != "im":
        raise ApiError("channel_not_found")
    prompts = call.array("prompts")
    if not 1 <= len(prompts) <= PROMPTS_MAX:
        raise invalid_arguments(f"[ERROR] must be 1 to {PROMPTS_MAX} items: prompts")
    for prompt in prompts:
        if not (isinstance(prompt, dict) and prompt.get("title") and prompt.get("message")):
            raise invalid_arguments("[ERROR] missing required field: title, message [prompts]")
    thread_ts = call.text("thread_ts") or None
    if thread_ts and call.app.manifest.is_agent:
        # Slack answers ok and shows nothing when an agent app names a thread.
        return {}
    if thread_ts:
        _thread(call)
    call.world.agents.set_prompts(
        PromptsSet(channel.id, thread_ts, call.text("title"), tuple(prompts))
    )
    return {}


def session_status(call: Call) -> Json:
    _agents_only(call)
    if call.text("status") not in STATES:
        raise invalid_arguments("[ERROR] must be a valid enum value: status")
    channel_id, thread_ts = _thread(call)
    title = call.text("title") or None
    if title and len(title) > TITLE_MAX:
        raise invalid_arguments(f"[ERROR] must be less than {TITLE_MAX + 1} characters: title")
    author(call)
    if call.text("status") == "processing" and STOPPED not in call.app.manifest.bot_events:
        call.warnings.append("missing_agent_session_stopped_event_subscription")
    call.world.agents.set_session(call.app.id, channel_id, thread_ts, call.text("status"), title)
    return {}


def rename_session(call: Call) -> Json:
    _agents_only(call)
    channel_id, thread_ts = _thread(call)
    if len(call.text("title")) > TITLE_MAX:
        raise invalid_arguments(f"[ERROR] must be less than {TITLE_MAX + 1} characters: title")
    if (call.app.id, channel_id, thread_ts) not in call.world.agents.sessions:
        raise ApiError("not_authorized")
    _name(call, channel_id, thread_ts, call.text("title"))
    return {}


def _agents_only(call: Call) -> None:
    if not call.app.manifest.is_agent:
        raise ApiError("not_agent_app")


METHODS = {
    "assistant.threads.setStatus": set_status,
    "assistant.threads.setTitle": set_title,
    "assistant.threads.setSuggestedPrompts": set_prompts,
    "agents.sessions.setStatus": session_status,
    "agents.sessions.rename": rename_session,
}
