"""Severities, which the API calls urgencies: `/api/v2/urgencies`."""

from playground.betterstack.bodies import UNSET, ChannelFields, Made, Text
from playground.betterstack.crud import Family, simple
from playground.betterstack.records import Urgency


class NewUrgency(Made):
    name: Text
    sms: bool
    call: bool
    email: bool
    push: bool
    critical_alert: bool = UNSET


class ChangedUrgency(ChannelFields):
    name: Text = UNSET


FAMILY = Family("/api/v2/urgencies", "urgency_id", Urgency, lambda state: state.urgencies)

ROUTES = tuple(simple(FAMILY, NewUrgency, ChangedUrgency))
