"""One request in the AWS JSON protocol: a POST to `/` that names its operation in a header.

Source: https://smithy.io/2.0/aws/protocols/aws-json-1_0-protocol.html
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import httpx
from pydantic import SecretStr

from bot.connectors.aws.errors import Judge
from bot.connectors.aws.forms import official_endpoint
from bot.connectors.aws.signing import SigV4
from bot.connectors.errors import Unavailable
from bot.connectors.http import ServiceClient


@dataclass(frozen=True)
class AwsService:
    """One of Amazon's services in one region, with the keys of a connection.

    `code` is its name in hosts, signatures and IAM actions, `target` the prefix of operations,
    `protocol` the version of AWS JSON.
    """

    title: str
    code: str
    target: str
    protocol: str
    key_id: str
    secret: SecretStr
    region: str
    client: httpx.AsyncClient
    endpoint: str = ""

    async def ask(
        self, operation: str, body: Mapping[str, Any], *, action: str = "", once: bool = False
    ) -> dict[str, Any]:
        """Runs an operation that only reads. `action` is the IAM action if named otherwise.

        `once` is for what costs money when it is repeated.

        Raises:
            ConnectorError: naming the key, the missing permission, or the region.
        """
        await asyncio.to_thread(_load_the_signer)
        service = self._service(operation, action or f"{self.code}:{operation}")
        try:
            answer = await service.request("POST", "/", body=dict(body), safe=not once)
        except Unavailable as error:
            if error.sent:
                raise
            raise Unavailable(
                error.message,
                f"Check that {self.region} is the right region, and the network.",
                sent=False,
            ) from None
        if not isinstance(answer, dict):
            raise Unavailable(
                f"The answer is not in the format of {self.title}.",
                "Check the endpoint in the connection's settings.",
            )
        return answer

    def _service(self, operation: str, action: str) -> ServiceClient:
        return ServiceClient(
            service=self.title,
            base_url=self.endpoint or official_endpoint(self.code, self.region),
            client=self.client,
            headers={
                "Content-Type": f"application/x-amz-json-{self.protocol}",
                "X-Amz-Target": f"{self.target}.{operation}",
            },
            judge=Judge(self.title, self.region, action),
            auth=SigV4(self.key_id, self.secret, self.code, self.region),
        )


def _load_the_signer() -> None:
    """Loads what signing needs off the event loop, which it would hold up when first used."""
    import botocore.auth  # type: ignore[import-untyped]  # noqa: F401
