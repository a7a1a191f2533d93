"""Signature Version 4, as a way for httpx to sign in.

Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv.html
"""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass

import httpx
from pydantic import SecretStr

SIGNED = ("content-type", "host", "x-amz-target")
"""The headers that are part of the signature, beside the date and the body's hash."""


@dataclass(frozen=True)
class SigV4(httpx.Auth):
    """Signs each request as it leaves, so that a repeated one is not out of date.

    The date in a signature is the machine's own, not a clock that is handed in: AWS refuses what
    differs from its time by more than five minutes.
    """

    key_id: str
    secret: SecretStr
    service: str
    region: str
    requires_request_body = True

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        # Loaded when first used: it takes most of a second.
        from botocore.auth import SigV4Auth  # type: ignore[import-untyped]
        from botocore.awsrequest import AWSRequest  # type: ignore[import-untyped]
        from botocore.credentials import Credentials  # type: ignore[import-untyped]

        signed = AWSRequest(
            method=request.method,
            url=str(request.url),
            data=request.content,
            headers={name: request.headers[name] for name in SIGNED if name in request.headers},
        )
        keys = Credentials(self.key_id, self.secret.get_secret_value())
        SigV4Auth(keys, self.service, self.region).add_auth(signed)
        request.headers["X-Amz-Date"] = signed.headers["X-Amz-Date"]
        request.headers["Authorization"] = signed.headers["Authorization"]
        yield request
