"""A service whose every request is held against the vendor's own document."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import httpx

from tests.connectors.helpers import Answer, Service
from tests.vendor_documents import check_request


def flattened(document: Mapping[str, Any]) -> dict[str, Any]:
    """The document with bodies spelled out, and paths without the query that some carry."""
    schemas = document["components"]["schemas"]
    paths: dict[str, Any] = {}
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            spelled = json.loads(json.dumps(operation))
            content = spelled.get("requestBody", {}).get("content", {}).get("application/json")
            if content and "$ref" in content["schema"]:
                content["schema"] = schemas[content["schema"]["$ref"].rpartition("/")[2]]
            paths.setdefault(path.partition("?")[0], {})[method] = spelled
    return {"paths": paths, "components": document["components"]}


class VendorService(Service):
    """Answers like `Service`, and fails the test at a request that the vendor does not know.

    `documents` maps the beginning of paths to the document for what comes behind it.
    """

    def __init__(
        self,
        documents: Mapping[str, Mapping[str, Any]],
        *answers: httpx.Response | Exception | Answer,
    ) -> None:
        super().__init__(*answers)
        self.documents = documents
        self.client = httpx.AsyncClient(transport=httpx.MockTransport(self._checked))

    def _checked(self, request: httpx.Request) -> httpx.Response:
        for begin, document in self.documents.items():
            if request.url.path.startswith(begin):
                path = request.url.path.removeprefix(begin)
                body = json.loads(request.content) if request.content else None
                check_request(document, request.method, path, dict(request.url.params), body)
                return self._answer(request)
        raise AssertionError(f"no document speaks of {request.url.path}")

    @property
    def bodies(self) -> list[Any]:
        return [json.loads(request.content) for request in self.requests if request.content]
