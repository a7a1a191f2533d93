"""The word lists of the offline planner: everyday English, and no service's own terms.

Everything here is written as people write it; `words` brings it to stems.
"""

from __future__ import annotations

PHRASES = {
    r"whom?\s+(?:should|do|can|must)\s+(?:i|we)\s+(?:call|page|contact|ping)": r"oncall",
    r"on[\s-]?call(s?)": r"oncall\1",
    r"status[\s-]page(s?)": r"statuspage\1",
    r"sign[\s-]?up(s?)": r"signup\1",
    r"log[\s-]?in(s?)": r"login\1",
    r"pull[\s-]request(s?)": r"pullrequest\1",
    r"merge[\s-]request(s?)": r"mergerequest\1",
    r"app[\s-]store(s?)": r"appstore\1",
    r"heart[\s-]beat(s?)": r"heartbeat\1",
    r"data[\s-]base(s?)": r"database\1",
    r"time[\s-]out(s?)": r"timeout\1",
    r"response[\s-]time(s?)": r"responsetime\1",
}
"""Words that belong together, as a pattern and the one word that they become."""

SPELT = {
    "oncall": "on-call",
    "statuspage": "status page",
    "signup": "sign-up",
    "pullrequest": "pull request",
    "mergerequest": "merge request",
    "appstore": "app store",
    "responsetime": "response time",
}
"""How the words of `PHRASES` are written for people."""

STOP = frozenset(
    """
    a about actually after all also am an and any anybody anyone anything are as at back be because
    been before being best both but by can could current currently day did do does doing done
    during each either else ever every everything few for from get gets getting give go going good
    got had has have having he hello help her here hey hi him his how i if in into is it its just
    kind know last latest less let like list little long look lot made make many may maybe me mean
    might mine more most much must my need new next no not now of off ok okay on once one ones only
    or other our out over own past per please pls quick quickly rather really recent right same say
    see seem shall she should show so some somebody someone something soon still such take tell than
    thank thanks that the their them then there these they thing things think this those through
    time times to today together too top try under until up upon us use using very want was way we
    well were what whats when where whether which while who whom whose why will with within without
    would yes yet you your which's what's who's how's it's i'm i'd don't doesn't isn't aren't let's
    happen happened happening since ago between find check display fetch overview summary summarise
    summarize give count number total look exist exists available
    """.split()
)
"""Words that say nothing about what is asked for."""

GROUPS = (
    "incident outage disruption alert broken breakage",
    "alert alarm notification page",
    "down downtime outage unavailable offline incident",
    "acknowledge ack",
    "oncall responder rota rotation roster duty pager",
    "uptime availability sla reliability",
    "error exception crash failure fault stacktrace traceback",
    "fail failure broken error",
    "ticket issue bug task story",
    "issue error exception problem",
    "problem incident issue",
    "revenue payment sale income earning turnover charge",
    "invoice bill billing",
    "refund chargeback dispute",
    "customer client buyer account",
    "user member people person account",
    "subscription subscriber plan mrr",
    "log line entry event",
    "event activity action",
    "metric measurement statistic stat graph chart",
    "latency slow slowness performance duration responsetime",
    "monitor probe",
    "heartbeat cron job",
    "deploy deployment release rollout ship",
    "commit change changeset",
    "pullrequest mergerequest pr mr",
    "repository repo",
    "pipeline build ci workflow",
    "table collection dataset relation",
    "column field schema",
    "database db sql",
    "query sql search",
    "comment note remark reply",
    "timeline history chronology",
    "policy rule",
    "visitor visit session traffic pageview",
    "campaign ad advert advertisement advertising",
    "spend cost budget",
    "post tweet publication",
    "rating star",
    "conversation chat thread message",
    "cancel cancelled cancellation canceled",
    "dashboard board panel",
    "project team workspace",
    "assignee owner assigned",
    "signup registration",
)
"""Words that may stand for each other. A word can be in several groups."""

STATES = (
    (
        "resolved closed fixed solved finished completed ended",
        "open unresolved ongoing active down broken",
    ),
    ("closed", "open unresolved ongoing active"),
    ("acknowledged acked", "unacknowledged unacked"),
    ("paused suspended muted disabled", "running active enabled resumed unpaused"),
    ("enabled active", "disabled inactive"),
    ("active live running", "inactive ended"),
    ("archived", "unarchived"),
    ("paid settled", "unpaid overdue outstanding"),
    ("failed failing unsuccessful", "succeeded successful"),
    ("merged", "unmerged"),
    ("assigned", "unassigned"),
    ("read seen", "unread unseen"),
    ("open ongoing unresolved", "closed resolved fixed solved"),
)
"""What a yes-or-no field can be called, and the words for its opposite."""

FINAL_STATES = "resolved closed archived deleted finished completed".split()
"""States of things that nobody acts on any more."""

OPEN_CHOICES = "open active ongoing unresolved triggered firing started".split()
"""What the opposite of a final state is called where it is one choice of several."""

WRITE_VERBS = {
    "acknowledge": "acknowledge ack",
    "resolve": "resolve close",
    "reopen": "reopen",
    "create": "create open file add raise make declare submit",
    "delete": "delete remove erase drop",
    "pause": "pause mute silence snooze suspend disable",
    "resume": "resume unpause unmute enable unsuspend",
    "comment": "comment reply note annotate",
    "escalate": "escalate",
    "update": "update change edit set modify rename",
    "assign": "assign reassign",
    "refund": "refund reimburse",
    "cancel": "cancel",
    "send": "send post publish",
    "invite": "invite",
    "merge": "merge",
    "approve": "approve",
    "archive": "archive",
    "move": "move transition",
    "tag": "tag label",
    "retry": "retry rerun restart",
    "deploy": "deploy release",
    "revert": "revert rollback",
}
"""What people ask to be done, and the words for each."""

OPPOSITE_VERBS = {"resume": "pause", "reopen": "resolve"}

AMBIGUOUS_VERBS = {
    "open": r"(?:an?|new|another|the\s+\w+\s+again)\b",
    "file": r"(?:an?|new|another|this|that|it)\b",
    "post": r"(?:an?|new|this|that|it|to|in|the)\b",
    "release": r"(?:an?|the|it|this|that|version|v?\d)\b",
    "note": r"(?:that|on|to|:)",
    "update": r"(?!on\b|about\b|please|me\b|s\b)",
    "change": r"(?!log|s\b|in\b|history\b)",
    "set": r"(?!up\b.*\?)",
    "refund": r"(?!rate|amount|volume|total)",
    "label": r"(?!s\b)",
}
"""What must follow a verb that is as often a noun or an adjective ("open incidents")."""

READ_VERBS = frozenset(
    """
    list get search find query show describe fetch read lookup count who what check browse view run
    retrieve summarize summarise inspect explain download export execute select sample tail scan
    """.split()
)
"""How the names of reading tools begin."""

LISTING_VERBS = frozenset("list search find browse query scan all".split())
SEARCH_VERBS = frozenset("search find query".split())

ORDINALS = {
    "first": 0,
    "1st": 0,
    "second": 1,
    "2nd": 1,
    "third": 2,
    "3rd": 2,
    "fourth": 3,
    "4th": 3,
    "fifth": 4,
    "5th": 4,
    "last": -1,
}

QUANTITY = r"\b(?:how\s+(?:many|much)|count|number\s+of|average|total|sum|most|top\s+\d+)\b"
