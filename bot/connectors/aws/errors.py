"""What an AWS error means.

Nearly all come with HTTP status 400; their kind is in `__type`, perhaps after a prefix and a `#`.
Source: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Programming.Errors.html
and https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/CommonErrors.html
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from bot.connectors.errors import (
    ConnectorError,
    Invalid,
    NotAllowed,
    NotFound,
    NotSignedIn,
    Throttled,
)
from bot.connectors.http import Json

UNKNOWN_KEY = frozenset(
    {"UnrecognizedClientException", "InvalidClientTokenId", "InvalidAccessKeyId"}
)
BAD_SIGNATURE = frozenset({"InvalidSignatureException", "SignatureDoesNotMatch"})
EXPIRED = frozenset({"ExpiredTokenException", "ExpiredToken", "RequestExpired"})
DENIED = frozenset({"AccessDeniedException", "AccessDenied", "NotAuthorized"})
NO_SERVICE = frozenset({"OptInRequired", "SubscriptionRequiredException"})
TOO_FAST = frozenset(
    {
        "ThrottlingException",
        "Throttling",
        "ProvisionedThroughputExceededException",
        "RequestLimitExceeded",
        "LimitExceededException",
        "TooManyRequestsException",
    }
)
REFUSED = frozenset(
    {
        "ValidationException",
        "InvalidParameterException",
        "MalformedQueryException",
        "SerializationException",
    }
)
_ACTION = re.compile(r"not authorized to perform:?\s+([\w-]+:\w+)")


@dataclass(frozen=True)
class Judge:
    """Turns the error bodies of one request into our kinds of errors.

    `action` is the right that the request needs, as IAM names it.
    """

    service: str
    region: str
    action: str

    def __call__(self, status: int, body: Json) -> ConnectorError | None:
        kind, words = kind_of(body), words_of(body)
        return self._about_the_keys(kind, words) or self._about_the_request(kind, words)

    def _about_the_keys(self, kind: str, words: str) -> ConnectorError | None:
        if kind in UNKNOWN_KEY:
            return NotSignedIn(
                "AWS does not know this access key.",
                "It may have been deleted or made inactive, or the region "
                f"{self.region} is not enabled for the account. Check both in IAM.",
            )
        if kind in BAD_SIGNATURE and re.search(r"(?i)expired|not yet current", words):
            return NotSignedIn(
                "AWS finds the request signed at the wrong time.",
                "Set the clock of the machine that the bot runs on.",
            )
        if kind in BAD_SIGNATURE:
            return NotSignedIn(
                "The secret access key does not belong to the access key ID.",
                "Paste both again; a secret that was lost cannot be shown, so make a new key.",
            )
        if kind in EXPIRED:
            return NotSignedIn(
                "The access key has expired.", "Make a new one in IAM and reconnect."
            )
        return None

    def _about_the_request(self, kind: str, words: str) -> ConnectorError | None:
        if kind in DENIED:
            return self._denied(words)
        if kind in NO_SERVICE:
            return NotAllowed(
                f"The AWS account does not use {self.service} in {self.region}.",
                "Enable it there, or correct the region of the connection.",
            )
        if kind in TOO_FAST:
            return Throttled(f"{self.service} asks us to slow down.", "Try again in a minute.")
        if kind == "ResourceNotFoundException":
            return NotFound(
                f"{self.service} knows no such thing in {self.region}. It says: {_quoted(words)}",
                "List what there is; it may also lie in another region than this connection's.",
            )
        if kind in REFUSED:
            return Invalid(f"{self.service} refused the request. It says: {_quoted(words)}")
        return None

    def _denied(self, words: str) -> NotAllowed:
        found = _ACTION.search(words)
        action = found[1] if found else self.action
        if "explicit deny" in words:
            return NotAllowed(
                f"A policy in AWS denies this: it forbids {action} explicitly.",
                "Ask who keeps the account's policies; full table scans are often denied so.",
            )
        return NotAllowed(
            f"The access key's user lacks the permission {action}.",
            f"Add {action} to the user's policy in IAM.",
        )


def kind_of(body: Json) -> str:
    """`ResourceNotFoundException` of `com.amazonaws.dynamodb.v20120810#ResourceNotFound...`."""
    kind = body.get("__type") if isinstance(body, dict) else None
    return str(kind or "").rpartition("#")[2].partition(":")[0]


def words_of(body: Json) -> str:
    """The words of an error; the capital letter differs between services."""
    if not isinstance(body, dict):
        return ""
    return str(body.get("message") or body.get("Message") or "")


def _quoted(words: str) -> str:
    return f'"{words[:500]}".' if words else "nothing more."
