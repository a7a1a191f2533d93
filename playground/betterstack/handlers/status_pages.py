"""Status pages: `/api/v2/status-pages`."""

from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field

from playground.betterstack.bodies import UNSET, Body, Id, Made, Seconds, Text
from playground.betterstack.crud import Family, listing, must_exist, new_dated
from playground.betterstack.envelope import Answer, Problem, invalid, resource
from playground.betterstack.handlers import groups
from playground.betterstack.handlers.resource_status import page_state
from playground.betterstack.pages import StatusPage
from playground.betterstack.query import PAGING
from playground.betterstack.records import Json
from playground.betterstack.routing import Call, get
from playground.betterstack.state import State

ADVANCED = frozenset(
    {"custom_css", "custom_javascript", "whitelabeled", "require_sso", "ip_allowlist"}
)
RENAMED = {"announcement_embed_custom_css": "announcement_embed_css"}


def _subdomain(value: str) -> str:
    if not value.replace("-", "").isalnum() or value != value.lower():
        raise ValueError("may hold lower-case letters, digits and dashes")
    return value


Subdomain = Annotated[str, AfterValidator(_subdomain)]


class NewStatusPage(Made):
    company_name: Text
    company_url: Text
    subdomain: Subdomain
    timezone: Text
    announcement: str | None = UNSET
    custom_domain: str | None = UNSET
    contact_url: str | None = UNSET
    published: bool = UNSET


class ChangedStatusPage(Body):
    company_name: Text = UNSET
    company_url: Text = UNSET
    subdomain: Subdomain = UNSET
    timezone: Text = UNSET
    history: Annotated[int, Field(ge=1, le=365)] = UNSET
    contact_url: str | None = UNSET
    logo_url: str | None = UNSET
    dark_logo_url: str | None = UNSET
    whitelabeled: bool = UNSET
    custom_domain: str | None = UNSET
    min_incident_length: Seconds | None = UNSET
    subscribable: bool = UNSET
    hide_from_search_engines: bool = UNSET
    custom_css: str | None = UNSET
    custom_javascript: str | None = UNSET
    design: Literal["v1", "v2"] = UNSET
    navigation_links: list[Json] = UNSET
    theme: Literal["light", "dark", "system"] = UNSET
    layout: Literal["vertical", "horizontal"] = UNSET
    google_analytics_id: str | None = UNSET
    announcement: str | None = UNSET
    announcement_embed_visible: bool = UNSET
    announcement_embed_link: str | None = UNSET
    announcement_embed_custom_css: str | None = UNSET
    automatic_reports: bool = UNSET
    published: bool = UNSET
    password_enabled: bool = UNSET
    password: str | None = UNSET
    require_sso: bool = UNSET
    ip_allowlist: list[str] = UNSET
    status_page_group_id: Id | None = UNSET


def shape(call: Call, page: StatusPage) -> Json:
    extra = {"aggregate_state": page_state(call.state, page, call.now)}
    return resource(page, {**page.attributes(), **extra})


FAMILY = Family(
    "/api/v2/status-pages",
    "status_page_id",
    StatusPage,
    lambda state: state.status_pages,
    shape,
    query=PAGING,
    forget=State.forget_page,
)


def create(call: Call, body: NewStatusPage) -> Answer:
    _check_subdomain(call, None, body.subdomain)
    start = new_dated(call, body.team_name)
    return FAMILY.add(call, StatusPage(**start, **body.given("team_name")))


def update(call: Call, body: ChangedStatusPage) -> Answer:
    page = FAMILY.find(call)
    if ADVANCED & body.model_fields_set:
        raise Problem(403, "Cannot modify status page advanced settings, please upgrade your plan")
    if "subdomain" in body.model_fields_set:
        _check_subdomain(call, page, body.subdomain)
    pages = call.state.status_page_groups
    must_exist(call, pages, "status_page_group_id", body.status_page_group_id)
    return FAMILY.changed(call, page, _renamed(body.given()))


def _renamed(values: dict[str, Any]) -> dict[str, Any]:
    """Vendor: one setting has two names, one in requests and one in answers."""
    return {RENAMED.get(name, name): value for name, value in values.items()}


def _check_subdomain(call: Call, page: StatusPage | None, wanted: str) -> None:
    others = (other for other in call.state.status_pages.values() if other is not page)
    if any(other.subdomain == wanted for other in others):
        raise invalid("subdomain", "has already been taken")


def pages_of_group(call: Call) -> Answer:
    group = groups.STATUS_PAGES.find(call)
    pages = call.state.status_pages.values()
    members = [page for page in pages if page.status_page_group_id == group.id]
    return listing(call, members, lambda page: shape(call, page))


ROUTES = (
    *FAMILY.reads(),
    *FAMILY.writes(NewStatusPage, create, ChangedStatusPage, update),
    get(f"{groups.STATUS_PAGES.item}/status-pages", pages_of_group, PAGING),
)
