"""What signing in by OAuth needs: the apps, the sign-ins under way, the state of the tokens."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from bot.store.columns import Id, sealed
from bot.store.tables.base import Base, Scoped


class OAuthApp(Scoped, Base):
    """The app that an owner registered with a vendor. `secrets` has its secret, sealed."""

    __tablename__ = "oauth_apps"
    __table_args__ = (UniqueConstraint("organisation_id", "vendor"),)
    id: Mapped[str] = mapped_column(Id, primary_key=True)
    vendor: Mapped[str] = mapped_column(String(64))
    client_id: Mapped[str]
    secrets: Mapped[bytes] = sealed(lambda row: f"{row.organisation_id}/oauth_app/{row.id}")
    changed_by: Mapped[str] = mapped_column(Id)
    changed_at: Mapped[datetime]


class SignIn(Scoped, Base):
    """One sign-in under way: somebody was sent to a vendor and may come back once, with a code.

    `digest` is the hash of the state that was sent along, `callback` the path that the vendor
    sends people back to, `issuer` who must have answered. `browser` is the hash of the cookie of
    the browser that began. `held` is sealed: the PKCE verifier and what the form said, and after
    the consent the tokens, while the person chooses among several accounts (`choosing`).
    """

    __tablename__ = "sign_ins"
    id: Mapped[str] = mapped_column(Id, primary_key=True)
    digest: Mapped[str] = mapped_column(String(64), unique=True)
    ticket_id: Mapped[str] = mapped_column(Id)
    member_id: Mapped[str] = mapped_column(Id, ForeignKey("members.id"))
    connector: Mapped[str] = mapped_column(String(64))
    callback: Mapped[str] = mapped_column(String(80))
    issuer: Mapped[str] = mapped_column(default="")
    browser: Mapped[str] = mapped_column(String(64))
    held: Mapped[bytes] = sealed(lambda row: f"{row.organisation_id}/sign_in/{row.id}")
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    spent_at: Mapped[datetime | None]
    choosing: Mapped[bool] = mapped_column(default=False)


class TokenState(Scoped, Base):
    """How long a connection's access token lasts, and who is getting a new one.

    `of` is the hash of the sealed credentials that this is about; with others it starts anew.
    `holder` has the lease until `held_until`. `sent` counts how often the refresh token at hand
    left without an answer that told what became of it. `problem` says why it is of no use any
    more: then nothing is sent until somebody reconnects.
    """

    __tablename__ = "token_states"
    connection_id: Mapped[str] = mapped_column(Id, ForeignKey("connections.id"), primary_key=True)
    of: Mapped[str] = mapped_column(String(64))
    expires_at: Mapped[datetime | None]
    renew_at: Mapped[datetime | None]
    holder: Mapped[str] = mapped_column(Id, default="")
    held_until: Mapped[datetime | None]
    sent: Mapped[int] = mapped_column(default=0)
    not_before: Mapped[datetime | None]
    problem: Mapped[str] = mapped_column(default="")
