"""incidents connections and agents

Revision ID: 0002
Revises: 0001
"""

import sqlalchemy as sa
from alembic import op

from bot.store.columns import Instant

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "model_choices",
        sa.Column("organisation_id", sa.String(length=32), nullable=False),
        sa.Column("scope", sa.String(length=64), nullable=False),
        sa.Column("model", sa.String(length=120), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name=op.f("fk_model_choices_organisation_id")
        ),
        sa.PrimaryKeyConstraint("organisation_id", "scope", name=op.f("pk_model_choices")),
    )
    op.create_table(
        "model_rules",
        sa.Column("organisation_id", sa.String(length=32), nullable=False),
        sa.Column("fallbacks", sa.JSON(), nullable=False),
        sa.Column("web", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name=op.f("fk_model_rules_organisation_id")
        ),
        sa.PrimaryKeyConstraint("organisation_id", name=op.f("pk_model_rules")),
    )
    op.create_table(
        "oauth_apps",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("vendor", sa.String(length=64), nullable=False),
        sa.Column("client_id", sa.Text(), nullable=False),
        sa.Column("secrets", sa.LargeBinary(), nullable=False),
        sa.Column("changed_by", sa.String(length=32), nullable=False),
        sa.Column("changed_at", Instant(), nullable=False),
        sa.Column("organisation_id", sa.String(length=32), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name=op.f("fk_oauth_apps_organisation_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_oauth_apps")),
        sa.UniqueConstraint(
            "organisation_id", "vendor", name=op.f("uq_oauth_apps_organisation_id_vendor")
        ),
    )
    with op.batch_alter_table("oauth_apps", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_oauth_apps_organisation_id"), ["organisation_id"], unique=False
        )

    op.create_table(
        "own_models",
        sa.Column("organisation_id", sa.String(length=32), nullable=False),
        sa.Column("model", sa.String(length=120), nullable=False),
        sa.Column("provider", sa.String(length=16), nullable=False),
        sa.Column("title", sa.String(length=120), nullable=False),
        sa.Column("tier", sa.String(length=16), nullable=False),
        sa.Column("context", sa.Integer(), nullable=True),
        sa.Column("input_price", sa.Double(), nullable=True),
        sa.Column("output_price", sa.Double(), nullable=True),
        sa.Column("cached_price", sa.Double(), nullable=True),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name=op.f("fk_own_models_organisation_id")
        ),
        sa.PrimaryKeyConstraint("organisation_id", "model", name=op.f("pk_own_models")),
    )
    op.create_table(
        "agent_links",
        sa.Column("agent_id", sa.String(length=32), nullable=False),
        sa.Column("connected_id", sa.String(length=32), nullable=False),
        sa.Column("organisation_id", sa.String(length=32), nullable=False),
        sa.ForeignKeyConstraint(["agent_id"], ["agents.id"], name=op.f("fk_agent_links_agent_id")),
        sa.ForeignKeyConstraint(
            ["connected_id"], ["agents.id"], name=op.f("fk_agent_links_connected_id")
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name=op.f("fk_agent_links_organisation_id")
        ),
        sa.PrimaryKeyConstraint("agent_id", "connected_id", name=op.f("pk_agent_links")),
    )
    with op.batch_alter_table("agent_links", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_agent_links_organisation_id"), ["organisation_id"], unique=False
        )

    op.create_table(
        "channel_defaults",
        sa.Column("organisation_id", sa.String(length=32), nullable=False),
        sa.Column("team_id", sa.String(length=32), nullable=False),
        sa.Column("channel_id", sa.String(length=32), nullable=False),
        sa.Column("agent_id", sa.String(length=32), nullable=False),
        sa.ForeignKeyConstraint(
            ["agent_id"], ["agents.id"], name=op.f("fk_channel_defaults_agent_id")
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisations.id"],
            name=op.f("fk_channel_defaults_organisation_id"),
        ),
        sa.PrimaryKeyConstraint(
            "organisation_id", "team_id", "channel_id", name=op.f("pk_channel_defaults")
        ),
    )
    with op.batch_alter_table("channel_defaults", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_channel_defaults_agent_id"), ["agent_id"], unique=False
        )

    op.create_table(
        "incident_events",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("connection_id", sa.String(length=32), nullable=False),
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("source", sa.String(length=16), nullable=False),
        sa.Column("about", sa.String(length=16), nullable=False),
        sa.Column("verb", sa.String(length=32), nullable=False),
        sa.Column("external_id", sa.String(length=64), nullable=False),
        sa.Column("payload", sa.JSON(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("times", sa.Integer(), nullable=False),
        sa.Column("received_at", Instant(), nullable=False),
        sa.Column("last_received_at", Instant(), nullable=False),
        sa.Column("handled_at", Instant(), nullable=True),
        sa.Column("organisation_id", sa.String(length=32), nullable=False),
        sa.ForeignKeyConstraint(
            ["connection_id"], ["connections.id"], name=op.f("fk_incident_events_connection_id")
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisations.id"],
            name=op.f("fk_incident_events_organisation_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_incident_events")),
        sa.UniqueConstraint(
            "connection_id", "key", name=op.f("uq_incident_events_connection_id_key")
        ),
    )
    with op.batch_alter_table("incident_events", schema=None) as batch_op:
        batch_op.create_index(
            "ix_incident_events_connection_id_external_id",
            ["connection_id", "external_id"],
            unique=False,
        )
        batch_op.create_index(
            batch_op.f("ix_incident_events_organisation_id"), ["organisation_id"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_incident_events_received_at"), ["received_at"], unique=False
        )

    op.create_table(
        "incident_routes",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("connection_id", sa.String(length=32), nullable=True),
        sa.Column("by", sa.String(length=16), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.Column("team_id", sa.String(length=32), nullable=False),
        sa.Column("channel_id", sa.String(length=32), nullable=False),
        sa.Column("agent_id", sa.String(length=32), nullable=True),
        sa.Column("created_by", sa.String(length=32), nullable=False),
        sa.Column("created_at", Instant(), nullable=False),
        sa.Column("removed_at", Instant(), nullable=True),
        sa.Column("organisation_id", sa.String(length=32), nullable=False),
        sa.ForeignKeyConstraint(
            ["agent_id"], ["agents.id"], name=op.f("fk_incident_routes_agent_id")
        ),
        sa.ForeignKeyConstraint(
            ["connection_id"], ["connections.id"], name=op.f("fk_incident_routes_connection_id")
        ),
        sa.ForeignKeyConstraint(
            ["created_by"], ["members.id"], name=op.f("fk_incident_routes_created_by")
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisations.id"],
            name=op.f("fk_incident_routes_organisation_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_incident_routes")),
    )
    with op.batch_alter_table("incident_routes", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_incident_routes_organisation_id"), ["organisation_id"], unique=False
        )

    op.create_table(
        "knowledge_texts",
        sa.Column("agent_id", sa.String(length=32), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("changed_by", sa.String(length=32), nullable=False),
        sa.Column("changed_at", Instant(), nullable=False),
        sa.Column("organisation_id", sa.String(length=32), nullable=False),
        sa.ForeignKeyConstraint(
            ["agent_id"], ["agents.id"], name=op.f("fk_knowledge_texts_agent_id")
        ),
        sa.ForeignKeyConstraint(
            ["changed_by"], ["members.id"], name=op.f("fk_knowledge_texts_changed_by")
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisations.id"],
            name=op.f("fk_knowledge_texts_organisation_id"),
        ),
        sa.PrimaryKeyConstraint("agent_id", name=op.f("pk_knowledge_texts")),
    )
    with op.batch_alter_table("knowledge_texts", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_knowledge_texts_organisation_id"), ["organisation_id"], unique=False
        )

    op.create_table(
        "pins",
        sa.Column("member_id", sa.String(length=32), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("subject", sa.String(length=32), nullable=False),
        sa.Column("pinned_at", Instant(), nullable=False),
        sa.Column("organisation_id", sa.String(length=32), nullable=False),
        sa.ForeignKeyConstraint(["member_id"], ["members.id"], name=op.f("fk_pins_member_id")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name=op.f("fk_pins_organisation_id")
        ),
        sa.PrimaryKeyConstraint("member_id", "kind", "subject", name=op.f("pk_pins")),
    )
    with op.batch_alter_table("pins", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_pins_organisation_id"), ["organisation_id"], unique=False
        )

    op.create_table(
        "sign_ins",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("ticket_id", sa.String(length=32), nullable=False),
        sa.Column("member_id", sa.String(length=32), nullable=False),
        sa.Column("connector", sa.String(length=64), nullable=False),
        sa.Column("callback", sa.String(length=80), nullable=False),
        sa.Column("issuer", sa.Text(), nullable=False),
        sa.Column("browser", sa.String(length=64), nullable=False),
        sa.Column("held", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", Instant(), nullable=False),
        sa.Column("expires_at", Instant(), nullable=False),
        sa.Column("spent_at", Instant(), nullable=True),
        sa.Column("choosing", sa.Boolean(), nullable=False),
        sa.Column("organisation_id", sa.String(length=32), nullable=False),
        sa.ForeignKeyConstraint(["member_id"], ["members.id"], name=op.f("fk_sign_ins_member_id")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name=op.f("fk_sign_ins_organisation_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sign_ins")),
        sa.UniqueConstraint("digest", name=op.f("uq_sign_ins_digest")),
    )
    with op.batch_alter_table("sign_ins", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_sign_ins_organisation_id"), ["organisation_id"], unique=False
        )

    op.create_table(
        "tickets",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("member_id", sa.String(length=32), nullable=False),
        sa.Column("purpose", sa.String(length=16), nullable=False),
        sa.Column("connector", sa.String(length=64), nullable=False),
        sa.Column("connection_id", sa.String(length=32), nullable=False),
        sa.Column("channel", sa.String(length=32), nullable=False),
        sa.Column("browser", sa.String(length=64), nullable=False),
        sa.Column("draft", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", Instant(), nullable=False),
        sa.Column("expires_at", Instant(), nullable=False),
        sa.Column("spent_at", Instant(), nullable=True),
        sa.Column("organisation_id", sa.String(length=32), nullable=False),
        sa.ForeignKeyConstraint(["member_id"], ["members.id"], name=op.f("fk_tickets_member_id")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name=op.f("fk_tickets_organisation_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tickets")),
        sa.UniqueConstraint("digest", name=op.f("uq_tickets_digest")),
    )
    with op.batch_alter_table("tickets", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_tickets_organisation_id"), ["organisation_id"], unique=False
        )

    op.create_table(
        "token_states",
        sa.Column("connection_id", sa.String(length=32), nullable=False),
        sa.Column("of", sa.String(length=64), nullable=False),
        sa.Column("expires_at", Instant(), nullable=True),
        sa.Column("renew_at", Instant(), nullable=True),
        sa.Column("holder", sa.String(length=32), nullable=False),
        sa.Column("held_until", Instant(), nullable=True),
        sa.Column("sent", sa.Integer(), nullable=False),
        sa.Column("not_before", Instant(), nullable=True),
        sa.Column("problem", sa.Text(), nullable=False),
        sa.Column("organisation_id", sa.String(length=32), nullable=False),
        sa.ForeignKeyConstraint(
            ["connection_id"], ["connections.id"], name=op.f("fk_token_states_connection_id")
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name=op.f("fk_token_states_organisation_id")
        ),
        sa.PrimaryKeyConstraint("connection_id", name=op.f("pk_token_states")),
    )
    with op.batch_alter_table("token_states", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_token_states_organisation_id"), ["organisation_id"], unique=False
        )

    op.create_table(
        "webhook_addresses",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("connection_id", sa.String(length=32), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("secret", sa.LargeBinary(), nullable=False),
        sa.Column("made_by", sa.Text(), nullable=False),
        sa.Column("created_at", Instant(), nullable=False),
        sa.Column("rotated_at", Instant(), nullable=True),
        sa.Column("organisation_id", sa.String(length=32), nullable=False),
        sa.ForeignKeyConstraint(
            ["connection_id"], ["connections.id"], name=op.f("fk_webhook_addresses_connection_id")
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisations.id"],
            name=op.f("fk_webhook_addresses_organisation_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_webhook_addresses")),
        sa.UniqueConstraint("connection_id", name=op.f("uq_webhook_addresses_connection_id")),
    )
    with op.batch_alter_table("webhook_addresses", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_webhook_addresses_organisation_id"), ["organisation_id"], unique=False
        )

    op.create_table(
        "feedback",
        sa.Column("run_id", sa.String(length=32), nullable=False),
        sa.Column("member_id", sa.String(length=32), nullable=False),
        sa.Column("good", sa.Boolean(), nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.Column("organisation_id", sa.String(length=32), nullable=False),
        sa.ForeignKeyConstraint(["member_id"], ["members.id"], name=op.f("fk_feedback_member_id")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name=op.f("fk_feedback_organisation_id")
        ),
        sa.ForeignKeyConstraint(["run_id"], ["runs.id"], name=op.f("fk_feedback_run_id")),
        sa.PrimaryKeyConstraint("run_id", "member_id", name=op.f("pk_feedback")),
    )
    with op.batch_alter_table("feedback", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_feedback_organisation_id"), ["organisation_id"], unique=False
        )

    op.create_table(
        "incidents",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("connection_id", sa.String(length=32), nullable=False),
        sa.Column("external_id", sa.String(length=64), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("cause", sa.Text(), nullable=False),
        sa.Column("cause_key", sa.Text(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("started_at", Instant(), nullable=True),
        sa.Column("acknowledged_at", Instant(), nullable=True),
        sa.Column("acknowledged_by", sa.Text(), nullable=False),
        sa.Column("resolved_at", Instant(), nullable=True),
        sa.Column("resolved_by", sa.Text(), nullable=False),
        sa.Column("monitor_id", sa.String(length=64), nullable=False),
        sa.Column("monitor", sa.Text(), nullable=False),
        sa.Column("monitor_group", sa.Text(), nullable=False),
        sa.Column("team", sa.Text(), nullable=False),
        sa.Column("severity", sa.Text(), nullable=False),
        sa.Column("labels", sa.JSON(), nullable=False),
        sa.Column("link", sa.Text(), nullable=False),
        sa.Column("facts", sa.JSON(), nullable=False),
        sa.Column("problem", sa.Text(), nullable=False),
        sa.Column("folded_into", sa.String(length=32), nullable=True),
        sa.Column("times", sa.Integer(), nullable=False),
        sa.Column("route_id", sa.String(length=32), nullable=True),
        sa.Column("channel_id", sa.String(length=32), nullable=False),
        sa.Column("card_ts", sa.String(length=32), nullable=False),
        sa.Column("conversation_id", sa.String(length=32), nullable=True),
        sa.Column("drawn", sa.String(length=64), nullable=False),
        sa.Column("run_id", sa.String(length=32), nullable=True),
        sa.Column("summary_ts", sa.String(length=32), nullable=False),
        sa.Column("last_active_at", Instant(), nullable=False),
        sa.Column("created_at", Instant(), nullable=False),
        sa.Column("updated_at", Instant(), nullable=False),
        sa.Column("organisation_id", sa.String(length=32), nullable=False),
        sa.ForeignKeyConstraint(
            ["connection_id"], ["connections.id"], name=op.f("fk_incidents_connection_id")
        ),
        sa.ForeignKeyConstraint(
            ["conversation_id"], ["conversations.id"], name=op.f("fk_incidents_conversation_id")
        ),
        sa.ForeignKeyConstraint(
            ["folded_into"], ["incidents.id"], name=op.f("fk_incidents_folded_into")
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name=op.f("fk_incidents_organisation_id")
        ),
        sa.ForeignKeyConstraint(
            ["route_id"], ["incident_routes.id"], name=op.f("fk_incidents_route_id")
        ),
        sa.ForeignKeyConstraint(["run_id"], ["runs.id"], name=op.f("fk_incidents_run_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_incidents")),
        sa.UniqueConstraint(
            "connection_id", "external_id", name=op.f("uq_incidents_connection_id_external_id")
        ),
    )
    with op.batch_alter_table("incidents", schema=None) as batch_op:
        batch_op.create_index(
            "ix_incidents_connection_id_last_active_at",
            ["connection_id", "last_active_at"],
            unique=False,
        )
        batch_op.create_index(batch_op.f("ix_incidents_folded_into"), ["folded_into"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_incidents_organisation_id"), ["organisation_id"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_incidents_state"), ["state"], unique=False)

    op.create_table(
        "stored_reports",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("data", sa.JSON(), nullable=False),
        sa.Column("made_by", sa.String(length=32), nullable=False),
        sa.Column("agent_id", sa.String(length=32), nullable=False),
        sa.Column("conversation_id", sa.String(length=32), nullable=False),
        sa.Column("run_id", sa.String(length=32), nullable=False),
        sa.Column("private", sa.Boolean(), nullable=False),
        sa.Column("created_at", Instant(), nullable=False),
        sa.Column("organisation_id", sa.String(length=32), nullable=False),
        sa.ForeignKeyConstraint(
            ["agent_id"], ["agents.id"], name=op.f("fk_stored_reports_agent_id")
        ),
        sa.ForeignKeyConstraint(
            ["conversation_id"],
            ["conversations.id"],
            name=op.f("fk_stored_reports_conversation_id"),
        ),
        sa.ForeignKeyConstraint(
            ["made_by"], ["members.id"], name=op.f("fk_stored_reports_made_by")
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisations.id"],
            name=op.f("fk_stored_reports_organisation_id"),
        ),
        sa.ForeignKeyConstraint(["run_id"], ["runs.id"], name=op.f("fk_stored_reports_run_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stored_reports")),
        sa.UniqueConstraint("run_id", name=op.f("uq_stored_reports_run_id")),
    )
    with op.batch_alter_table("stored_reports", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_stored_reports_conversation_id"), ["conversation_id"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_stored_reports_created_at"), ["created_at"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_stored_reports_organisation_id"), ["organisation_id"], unique=False
        )

    op.create_table(
        "incident_posts",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("incident_id", sa.String(length=32), nullable=False),
        sa.Column("key", sa.String(length=160), nullable=False),
        sa.Column("shown", sa.Text(), nullable=False),
        sa.Column("ts", sa.String(length=32), nullable=False),
        sa.Column("created_at", Instant(), nullable=False),
        sa.Column("organisation_id", sa.String(length=32), nullable=False),
        sa.ForeignKeyConstraint(
            ["incident_id"], ["incidents.id"], name=op.f("fk_incident_posts_incident_id")
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisations.id"],
            name=op.f("fk_incident_posts_organisation_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_incident_posts")),
        sa.UniqueConstraint("incident_id", "key", name=op.f("uq_incident_posts_incident_id_key")),
    )
    with op.batch_alter_table("incident_posts", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_incident_posts_organisation_id"), ["organisation_id"], unique=False
        )

    op.create_table(
        "incident_presses",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("incident_id", sa.String(length=32), nullable=False),
        sa.Column("member_id", sa.String(length=32), nullable=False),
        sa.Column("key", sa.String(length=160), nullable=False),
        sa.Column("action", sa.String(length=32), nullable=False),
        sa.Column("arguments", sa.JSON(), nullable=False),
        sa.Column("channel_id", sa.String(length=32), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("created_at", Instant(), nullable=False),
        sa.Column("settled_at", Instant(), nullable=True),
        sa.Column("organisation_id", sa.String(length=32), nullable=False),
        sa.ForeignKeyConstraint(
            ["incident_id"], ["incidents.id"], name=op.f("fk_incident_presses_incident_id")
        ),
        sa.ForeignKeyConstraint(
            ["member_id"], ["members.id"], name=op.f("fk_incident_presses_member_id")
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisations.id"],
            name=op.f("fk_incident_presses_organisation_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_incident_presses")),
        sa.UniqueConstraint(
            "organisation_id", "key", name=op.f("uq_incident_presses_organisation_id_key")
        ),
    )
    with op.batch_alter_table("incident_presses", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_incident_presses_incident_id"), ["incident_id"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_incident_presses_organisation_id"), ["organisation_id"], unique=False
        )

    op.create_table(
        "knowledge_items",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("pages", sa.Integer(), nullable=False),
        sa.Column("characters", sa.Integer(), nullable=False),
        sa.Column("slack_file", sa.String(length=32), nullable=False),
        sa.Column("report_id", sa.String(length=32), nullable=True),
        sa.Column("added_by", sa.String(length=32), nullable=False),
        sa.Column("created_at", Instant(), nullable=False),
        sa.Column("organisation_id", sa.String(length=32), nullable=False),
        sa.ForeignKeyConstraint(
            ["added_by"], ["members.id"], name=op.f("fk_knowledge_items_added_by")
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisations.id"],
            name=op.f("fk_knowledge_items_organisation_id"),
        ),
        sa.ForeignKeyConstraint(
            ["report_id"],
            ["stored_reports.id"],
            name=op.f("fk_knowledge_items_report_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_knowledge_items")),
        sa.UniqueConstraint("report_id", name=op.f("uq_knowledge_items_report_id")),
    )
    with op.batch_alter_table("knowledge_items", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_knowledge_items_organisation_id"), ["organisation_id"], unique=False
        )

    op.create_table(
        "knowledge_attachments",
        sa.Column("agent_id", sa.String(length=32), nullable=False),
        sa.Column("item_id", sa.String(length=32), nullable=False),
        sa.Column("attached_at", Instant(), nullable=False),
        sa.Column("organisation_id", sa.String(length=32), nullable=False),
        sa.ForeignKeyConstraint(
            ["agent_id"], ["agents.id"], name=op.f("fk_knowledge_attachments_agent_id")
        ),
        sa.ForeignKeyConstraint(
            ["item_id"],
            ["knowledge_items.id"],
            name=op.f("fk_knowledge_attachments_item_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisations.id"],
            name=op.f("fk_knowledge_attachments_organisation_id"),
        ),
        sa.PrimaryKeyConstraint("agent_id", "item_id", name=op.f("pk_knowledge_attachments")),
    )
    with op.batch_alter_table("knowledge_attachments", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_knowledge_attachments_item_id"), ["item_id"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_knowledge_attachments_organisation_id"),
            ["organisation_id"],
            unique=False,
        )

    op.create_table(
        "knowledge_passages",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("item_id", sa.String(length=32), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("page", sa.Integer(), nullable=False),
        sa.Column("heading", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("organisation_id", sa.String(length=32), nullable=False),
        sa.ForeignKeyConstraint(
            ["item_id"],
            ["knowledge_items.id"],
            name=op.f("fk_knowledge_passages_item_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisations.id"],
            name=op.f("fk_knowledge_passages_organisation_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_knowledge_passages")),
    )
    with op.batch_alter_table("knowledge_passages", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_knowledge_passages_item_id"), ["item_id"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_knowledge_passages_organisation_id"), ["organisation_id"], unique=False
        )

    op.create_table(
        "knowledge_uploads",
        sa.Column("item_id", sa.String(length=32), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("organisation_id", sa.String(length=32), nullable=False),
        sa.ForeignKeyConstraint(
            ["item_id"],
            ["knowledge_items.id"],
            name=op.f("fk_knowledge_uploads_item_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisations.id"],
            name=op.f("fk_knowledge_uploads_organisation_id"),
        ),
        sa.PrimaryKeyConstraint("item_id", name=op.f("pk_knowledge_uploads")),
    )
    with op.batch_alter_table("knowledge_uploads", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_knowledge_uploads_organisation_id"), ["organisation_id"], unique=False
        )

    with op.batch_alter_table("agents", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column(
                "created_by", sa.String(length=32), server_default=sa.text("('')"), nullable=False
            )
        )
        batch_op.add_column(
            sa.Column("visibility", sa.String(length=16), server_default="everyone", nullable=False)
        )
        batch_op.add_column(
            sa.Column("description", sa.Text(), server_default=sa.text("('')"), nullable=False)
        )
        batch_op.add_column(
            sa.Column("prompt", sa.Text(), server_default=sa.text("('')"), nullable=False)
        )

    with op.batch_alter_table("approvals", schema=None) as batch_op:
        batch_op.add_column(sa.Column("key", sa.String(length=160), nullable=True))
        batch_op.add_column(sa.Column("standing_id", sa.String(length=32), nullable=True))
        batch_op.add_column(sa.Column("slot_id", sa.String(length=32), nullable=True))
        batch_op.add_column(sa.Column("channel_id", sa.String(length=32), nullable=False))
        batch_op.add_column(sa.Column("thread_ts", sa.String(length=32), nullable=False))
        batch_op.alter_column("run_id", existing_type=sa.VARCHAR(length=32), nullable=True)
        batch_op.alter_column("agent_id", existing_type=sa.VARCHAR(length=32), nullable=True)
        batch_op.create_unique_constraint(
            batch_op.f("uq_approvals_organisation_id_key"), ["organisation_id", "key"]
        )
        batch_op.create_foreign_key(
            batch_op.f("fk_approvals_standing_id"), "standing_approvals", ["standing_id"], ["id"]
        )
        batch_op.create_foreign_key(
            batch_op.f("fk_approvals_slot_id"), "slots", ["slot_id"], ["id"]
        )

    with op.batch_alter_table("connections", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("account", sa.Text(), server_default=sa.text("('')"), nullable=False)
        )
        batch_op.add_column(
            sa.Column("test_mode", sa.Boolean(), server_default="0", nullable=False)
        )
        batch_op.add_column(
            sa.Column("instructions", sa.Text(), server_default=sa.text("('')"), nullable=False)
        )
        batch_op.add_column(sa.Column("expires_at", Instant(), nullable=True))
        batch_op.add_column(sa.Column("failing_since", Instant(), nullable=True))
        batch_op.add_column(sa.Column("warned_at", Instant(), nullable=True))
        batch_op.add_column(sa.Column("next_check_at", Instant(), nullable=True))
        batch_op.add_column(sa.Column("removed_at", Instant(), nullable=True))
        batch_op.add_column(sa.Column("toolset", sa.JSON(), nullable=True))

    with op.batch_alter_table("runs", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("read_only", sa.Boolean(), server_default="0", nullable=False)
        )
        batch_op.add_column(sa.Column("counted", sa.Boolean(), server_default="1", nullable=False))
        batch_op.add_column(sa.Column("max_steps", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("max_cost", sa.Double(), nullable=True))
        batch_op.add_column(sa.Column("parent_run_id", sa.String(length=32), nullable=True))
        batch_op.add_column(sa.Column("parent_call_id", sa.String(length=128), nullable=True))
        batch_op.add_column(sa.Column("stopped_by", sa.String(length=32), nullable=True))
        batch_op.add_column(sa.Column("forgotten_at", Instant(), nullable=True))
        batch_op.create_index(batch_op.f("ix_runs_parent_run_id"), ["parent_run_id"], unique=False)
        batch_op.create_unique_constraint(
            batch_op.f("uq_runs_parent_run_id_parent_call_id"), ["parent_run_id", "parent_call_id"]
        )
        batch_op.create_foreign_key(
            batch_op.f("fk_runs_stopped_by"), "members", ["stopped_by"], ["id"]
        )
        batch_op.create_foreign_key(
            batch_op.f("fk_runs_parent_run_id"), "runs", ["parent_run_id"], ["id"]
        )

    with op.batch_alter_table("subscriptions", schema=None) as batch_op:
        batch_op.add_column(sa.Column("sources", sa.JSON(), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("subscriptions", schema=None) as batch_op:
        batch_op.drop_column("sources")

    with op.batch_alter_table("runs", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("fk_runs_parent_run_id"), type_="foreignkey")
        batch_op.drop_constraint(batch_op.f("fk_runs_stopped_by"), type_="foreignkey")
        batch_op.drop_constraint(batch_op.f("uq_runs_parent_run_id_parent_call_id"), type_="unique")
        batch_op.drop_index(batch_op.f("ix_runs_parent_run_id"))
        batch_op.drop_column("forgotten_at")
        batch_op.drop_column("stopped_by")
        batch_op.drop_column("parent_call_id")
        batch_op.drop_column("parent_run_id")
        batch_op.drop_column("max_cost")
        batch_op.drop_column("max_steps")
        batch_op.drop_column("counted")
        batch_op.drop_column("read_only")

    with op.batch_alter_table("connections", schema=None) as batch_op:
        batch_op.drop_column("toolset")
        batch_op.drop_column("removed_at")
        batch_op.drop_column("next_check_at")
        batch_op.drop_column("warned_at")
        batch_op.drop_column("failing_since")
        batch_op.drop_column("expires_at")
        batch_op.drop_column("instructions")
        batch_op.drop_column("test_mode")
        batch_op.drop_column("account")

    with op.batch_alter_table("approvals", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("fk_approvals_slot_id"), type_="foreignkey")
        batch_op.drop_constraint(batch_op.f("fk_approvals_standing_id"), type_="foreignkey")
        batch_op.drop_constraint(batch_op.f("uq_approvals_organisation_id_key"), type_="unique")
        batch_op.alter_column("agent_id", existing_type=sa.VARCHAR(length=32), nullable=False)
        batch_op.alter_column("run_id", existing_type=sa.VARCHAR(length=32), nullable=False)
        batch_op.drop_column("thread_ts")
        batch_op.drop_column("channel_id")
        batch_op.drop_column("slot_id")
        batch_op.drop_column("standing_id")
        batch_op.drop_column("key")

    with op.batch_alter_table("agents", schema=None) as batch_op:
        batch_op.drop_column("prompt")
        batch_op.drop_column("description")
        batch_op.drop_column("visibility")
        batch_op.drop_column("created_by")

    with op.batch_alter_table("knowledge_uploads", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_knowledge_uploads_organisation_id"))

    op.drop_table("knowledge_uploads")
    with op.batch_alter_table("knowledge_passages", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_knowledge_passages_organisation_id"))
        batch_op.drop_index(batch_op.f("ix_knowledge_passages_item_id"))

    op.drop_table("knowledge_passages")
    with op.batch_alter_table("knowledge_attachments", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_knowledge_attachments_organisation_id"))
        batch_op.drop_index(batch_op.f("ix_knowledge_attachments_item_id"))

    op.drop_table("knowledge_attachments")
    with op.batch_alter_table("knowledge_items", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_knowledge_items_organisation_id"))

    op.drop_table("knowledge_items")
    with op.batch_alter_table("incident_presses", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_incident_presses_organisation_id"))
        batch_op.drop_index(batch_op.f("ix_incident_presses_incident_id"))

    op.drop_table("incident_presses")
    with op.batch_alter_table("incident_posts", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_incident_posts_organisation_id"))

    op.drop_table("incident_posts")
    with op.batch_alter_table("stored_reports", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_stored_reports_organisation_id"))
        batch_op.drop_index(batch_op.f("ix_stored_reports_created_at"))
        batch_op.drop_index(batch_op.f("ix_stored_reports_conversation_id"))

    op.drop_table("stored_reports")
    with op.batch_alter_table("incidents", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_incidents_state"))
        batch_op.drop_index(batch_op.f("ix_incidents_organisation_id"))
        batch_op.drop_index(batch_op.f("ix_incidents_folded_into"))
        batch_op.drop_index("ix_incidents_connection_id_last_active_at")

    op.drop_table("incidents")
    with op.batch_alter_table("feedback", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_feedback_organisation_id"))

    op.drop_table("feedback")
    with op.batch_alter_table("webhook_addresses", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_webhook_addresses_organisation_id"))

    op.drop_table("webhook_addresses")
    with op.batch_alter_table("token_states", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_token_states_organisation_id"))

    op.drop_table("token_states")
    with op.batch_alter_table("tickets", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_tickets_organisation_id"))

    op.drop_table("tickets")
    with op.batch_alter_table("sign_ins", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_sign_ins_organisation_id"))

    op.drop_table("sign_ins")
    with op.batch_alter_table("pins", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_pins_organisation_id"))

    op.drop_table("pins")
    with op.batch_alter_table("knowledge_texts", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_knowledge_texts_organisation_id"))

    op.drop_table("knowledge_texts")
    with op.batch_alter_table("incident_routes", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_incident_routes_organisation_id"))

    op.drop_table("incident_routes")
    with op.batch_alter_table("incident_events", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_incident_events_received_at"))
        batch_op.drop_index(batch_op.f("ix_incident_events_organisation_id"))
        batch_op.drop_index("ix_incident_events_connection_id_external_id")

    op.drop_table("incident_events")
    with op.batch_alter_table("channel_defaults", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_channel_defaults_agent_id"))

    op.drop_table("channel_defaults")
    with op.batch_alter_table("agent_links", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_agent_links_organisation_id"))

    op.drop_table("agent_links")
    op.drop_table("own_models")
    with op.batch_alter_table("oauth_apps", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_oauth_apps_organisation_id"))

    op.drop_table("oauth_apps")
    op.drop_table("model_rules")
    op.drop_table("model_choices")
