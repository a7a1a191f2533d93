"""The door of the Web API: finds the method, checks token, scopes and limits, and answers."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass

from aiohttp import web

from playground.workspace.changes import ApiCalled
from playground.workspace.model import Json, Token
from playground.workspace.webapi import (
    agents,
    auth,
    chat,
    conversations,
    files,
    oauth,
    people,
    reactions,
    streams,
    unfurls,
    validate,
    views,
)
from playground.workspace.webapi.arguments import read_arguments, read_basic, read_token
from playground.workspace.webapi.call import Call
from playground.workspace.webapi.errors import ApiError, missing_field
from playground.workspace.webapi.journal import ApiCall, Failure, Journal
from playground.workspace.webapi.limits import HISTORY, RESTRICTED_PAGE, RateLimits
from playground.workspace.webapi.table import METHODS, Method
from playground.workspace.world import World

Handler = Callable[[Call], Json]

HANDLERS: dict[str, Handler] = {
    name: handler
    for family in (
        agents, auth, chat, conversations, files, oauth, people, reactions, streams, unfurls,
        validate, views,
    )
    for name, handler in family.METHODS.items()
}  # fmt: skip


@dataclass(frozen=True)
class Answer:
    status: int
    body: Json
    headers: dict[str, str]


class WebApi:
    def __init__(self, world: World, limits: RateLimits, journal: Journal) -> None:
        self._world = world
        self._limits = limits
        self._journal = journal

    async def handle(self, request: web.Request) -> web.Response:
        name = request.match_info["method"]
        args: Json = {}
        token: str | None = None
        try:
            args = await read_arguments(request)
            token = read_token(request, args)
            answer = self._answer(name, args, token, read_basic(request))
        except ApiError as error:
            answer = Answer(200, _refusal(error), {})
        self._journal.calls.append(ApiCall(name, args, token, answer.status, answer.body))
        self._world.changes.announce(ApiCalled(name))
        return _response(answer)

    def _answer(
        self, name: str, args: Json, token: str | None, basic: tuple[str, str] | None
    ) -> Answer:
        method = METHODS.get(name)
        if method is None:
            raise ApiError("unknown_method", req_method=name)
        failure = self._journal.take_failure(name)
        if failure:
            return _ordered_failure(failure)
        call = Call(self._world, name, args, self._token(method, token), basic)
        wait = self._limits.wait(method, _owner(call), str(args.get("channel", "")))
        if wait:
            return _limited(wait)
        headers = _scope_headers(method, call)
        try:
            return Answer(200, self._run(method, call), headers)
        except ApiError as error:
            return Answer(200, _refusal(error), headers)

    def _token(self, method: Method, value: str | None) -> Token | None:
        if method.access == "open":
            return None
        if value is None:
            raise ApiError("not_authed")
        token = self._world.tokens.get(value)
        if token is None:
            raise ApiError("invalid_auth")
        if token.revoked:
            raise ApiError("token_revoked")
        if method.access != "any" and (method.access == "app") != (token.kind == "app"):
            raise ApiError("not_allowed_token_type")
        return token

    def _run(self, method: Method, call: Call) -> Json:
        if call.token and method.scopes:
            call.need_scope(*method.scopes)
        for name in method.required:
            if call.args.get(name) in (None, ""):
                raise missing_field(name)
        if self._limits.restricted_history and method.name in HISTORY:
            call.args["limit"] = min(call.number("limit", RESTRICTED_PAGE), RESTRICTED_PAGE)
        body = {"ok": True, **HANDLERS[method.name](call)}
        if call.warnings:
            body["warning"] = ",".join(call.warnings)
            metadata = body.get("response_metadata", {})
            body["response_metadata"] = metadata | {"warnings": call.warnings}
        return body


def _refusal(error: ApiError) -> Json:
    return {"ok": False, "error": error.code, **error.extra}


def _owner(call: Call) -> tuple[str, str]:
    return (call.token.app_id, call.token.team_id or "") if call.token else ("", "")


def _limited(seconds: int) -> Answer:
    return Answer(429, {"ok": False, "error": "ratelimited"}, {"Retry-After": str(seconds)})


def _ordered_failure(failure: Failure) -> Answer:
    if failure.retry_after is not None:
        return _limited(failure.retry_after)
    if failure.status is not None:
        return Answer(failure.status, {"ok": False, "error": "internal_error"}, {})
    return Answer(200, {"ok": False, "error": failure.error}, {})


def _scope_headers(method: Method, call: Call) -> dict[str, str]:
    if call.token is None:
        return {}
    return {
        "x-oauth-scopes": ",".join(sorted(call.token.scopes)),
        "x-accepted-oauth-scopes": ",".join(method.scopes),
    }


def _response(answer: Answer) -> web.Response:
    return web.json_response(
        answer.body,
        status=answer.status,
        headers=answer.headers,
        dumps=lambda body: json.dumps(body, ensure_ascii=False),
    )
