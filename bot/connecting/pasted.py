"""Keys that people paste into chats: found by their form, told at once, and never passed on.

Only forms that nothing else has: a known prefix, or the lines around a private key. An example
from a manual ("xoxb-your-token", AWS's own …EXAMPLE) is no key.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from bot.gate.redaction import MASK, Redactor

DISTINCT = 6
"""Different characters that a real key has at least; placeholders have few."""

_PLACEHOLDER = re.compile(
    r"example|your|placeholder|redacted|changeme|dummy|sample|1234567890|abcdefgh|\$\{|\{\{|%\(",
    re.IGNORECASE,
)
_BY_FORM = Redactor()


@dataclass(frozen=True)
class KeyForm:
    """A kind of key. `revoke` says where its owner makes it worthless."""

    name: str
    pattern: re.Pattern[str]
    revoke: str


def _form(name: str, pattern: str, revoke: str) -> KeyForm:
    return KeyForm(name, re.compile(rf"(?<![A-Za-z0-9_])(?:{pattern})"), revoke)


FORMS = (
    _form(
        "a Slack token",
        r"xox[abeprs]-[A-Za-z0-9-]{10,}|xapp-[A-Za-z0-9-]{10,}",
        "api.slack.com/apps, the app, OAuth & Permissions, Revoke",
    ),
    _form(
        "an Anthropic key",
        r"sk-ant-[A-Za-z0-9_-]{16,}",
        "console.anthropic.com, API keys, Delete",
    ),
    _form(
        "an OpenAI key",
        r"sk-(?:proj|svcacct|admin)-[A-Za-z0-9_-]{16,}|sk-[A-Za-z0-9]{32,}",
        "platform.openai.com, API keys, Revoke",
    ),
    _form(
        "a Stripe key",
        r"[sr]k_(?:live|test)_[A-Za-z0-9]{10,}|whsec_[A-Za-z0-9+/]{24,}",
        "dashboard.stripe.com, Developers, API keys, Roll key",
    ),
    _form(
        "a GitHub token",
        r"gh[opsur]_[A-Za-z0-9]{30,}|github_pat_[A-Za-z0-9_]{30,}",
        "github.com, Settings, Developer settings, Personal access tokens, Delete",
    ),
    _form(
        "a GitLab token",
        r"gl(?:pat|ptt|dt|rt)-[A-Za-z0-9_-]{16,}",
        "GitLab, Preferences, Access tokens, Revoke",
    ),
    _form(
        "an AWS access key",
        r"(?:AKIA|ASIA)[A-Z2-7]{16}(?![A-Z0-9])",
        "AWS, IAM, Users, Security credentials, Deactivate",
    ),
    _form(
        "a Google API key",
        r"AIza[A-Za-z0-9_-]{35}(?![A-Za-z0-9_-])",
        "console.cloud.google.com, APIs & Services, Credentials, Delete",
    ),
    _form(
        "an Axiom token", r"xa[ap]t-[a-f0-9-]{30,}", "app.axiom.co, Settings, API tokens, Delete"
    ),
    _form(
        "a Supabase key",
        r"sb_secret_[A-Za-z0-9_-]{16,}|sbp_[a-f0-9]{30,}",
        "supabase.com, Project settings, API keys, Revoke",
    ),
    _form(
        "a SendGrid key",
        r"SG\.[A-Za-z0-9_-]{16,60}\.[A-Za-z0-9_-]{16,60}",
        "app.sendgrid.com, Settings, API keys, Delete",
    ),
    _form(
        "a private key",
        r"-----BEGIN [A-Z ]*PRIVATE KEY-----",
        "the service that it signs in to: remove its public half there, or delete the key",
    ),
    _form(
        "a signed token (JWT)",
        r"eyJ[A-Za-z0-9_-]{10,1000}\.eyJ[A-Za-z0-9_-]{10,4000}\.[A-Za-z0-9_-]{16,}",
        "the service that gave it out: end that session, or rotate the key",
    ),
    _form(
        "a database password",
        r"(?:postgres(?:ql)?|mysql|mongodb(?:\+srv)?|rediss?|clickhouse|amqps?)://"
        r"[^\s:/@<>]{1,100}:[^\s@<>/]{6,200}@",
        "the database: give that user another password",
    ),
)


def pasted_in(text: str) -> list[KeyForm]:
    """The kinds of keys that a text holds, each once."""
    return [
        form for form in FORMS if any(_is_real(found[0]) for found in form.pattern.finditer(text))
    ]


def without_keys(text: str) -> str:
    """The text with a mask where a key was. Only what was found is masked, so that no question
    is changed for nothing."""
    if not pasted_in(text):
        return text
    text = _BY_FORM.text(text)
    for form in FORMS:
        text = form.pattern.sub(lambda found: MASK if _is_real(found[0]) else found[0], text)
    return text


def warning(found: list[KeyForm]) -> str:
    """What the person is told, alone and at once."""
    names = " and ".join(one.name for one in found)
    steps = "\n".join(f"• {one.name[:1].upper()}{one.name[1:]}: {one.revoke}." for one in found)
    return (
        f":warning: Your message holds what looks like {names}. Slack keeps it, and whoever is "
        f"here can read it, so take it as leaked:\n{steps}\nThen delete the message, where one is "
        "shown. I have not kept the key and passed it to no model. To connect a service, use "
        "`/ops connections add`: keys go into a page of mine, never into Slack."
    )


def _is_real(found: str) -> bool:
    body = found.rpartition("://")[2]
    if found.startswith("-----BEGIN"):
        return True
    if "://" in found:
        body = body.rpartition(":")[2].rstrip("@")
    longest = max(re.split(r"[-_.]", body), key=len)
    return not _PLACEHOLDER.search(body) and len(set(longest)) >= DISTINCT
