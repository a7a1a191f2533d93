"""Axiom: logs and events, asked with APL.

Signing in    A token in `Authorization: Bearer`. API tokens (`xaat-`) can be limited to querying
              one dataset; personal tokens (`xapt-`) can do all that their owner can, and need the
              organisation in `X-Axiom-Org-Id`.
Addresses     https://api.axiom.co, or the edge domain at which the dataset is kept, where queries
              go to another path.
Reading only  APL has no writes. Every query is held inside the connection's dataset: by its parts
              before it is sent (`apl`), and by the datasets that the answer says it read.
Answers       Tables by column; several for summaries, of which the first is the result. At most
              100 rows are shown and 101 are asked for. Durations are in microseconds.
Limits        429 when a minute's requests, or the plan's or token's computing, are used up.

Source: https://axiom.co/docs/restapi/query and https://axiom.co/docs/restapi/endpoints/queryApl
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from functools import cached_property
from typing import Annotated, Any
from urllib.parse import quote

from pydantic import ConfigDict, Field, SecretStr, ValidationInfo, field_validator

from bot.connectors.axiom.apl import held_inside, quoted
from bot.connectors.base import Access, Area, Auth, Category, Connector, Form, form_field, tool
from bot.connectors.errors import NotAllowed, NotFound, NotSignedIn, Unavailable
from bot.connectors.http import Json, ServiceClient
from bot.connectors.periods import End, Start, period
from bot.connectors.results import Health, Row, Rows

MAX_ROWS = 100
FIELDS_SPAN = timedelta(hours=24)
"""How far back events are looked at for their fields."""

API_HOST = "api.axiom.co"


class AxiomCredentials(Form):
    model_config = ConfigDict(validate_default=True)

    token: SecretStr = form_field(
        "API token",
        help="In Axiom: Settings, API tokens, an advanced token that may query this dataset and "
        "nothing else. A personal token works too, but can do all that you can.",
        pattern=r"xa(at|pt)-[A-Za-z0-9-]{8,}",
        pattern_help="starts with xaat- or xapt-",
        max_length=200,
    )
    dataset: str = form_field(
        "Dataset",
        help="The name of the dataset. Queries read nothing else.",
        pattern=r"[A-Za-z0-9_][A-Za-z0-9_. :-]*",
        pattern_help="is one dataset's name: letters, digits, spaces, and _ . : -",
        max_length=128,
    )
    organisation_id: str = form_field(
        "Organisation id",
        help="Needed with a personal token (xapt-): in Axiom, Settings, General.",
        default="",
        pattern=r"[A-Za-z0-9_-]+",
        pattern_help="holds letters, digits and hyphens",
        max_length=100,
    )

    @field_validator("organisation_id")
    @classmethod
    def _belongs_to_a_personal_token(cls, value: str, info: ValidationInfo) -> str:
        token = info.data.get("token")
        if token and token.get_secret_value().startswith("xapt-") and not value:
            raise ValueError("personal tokens (xapt-) need the organisation id")
        return value


class AxiomSettings(Form):
    base_url: str = form_field(
        "Address of the API",
        help="Where the dataset is kept: https://api.axiom.co, or an edge domain such as "
        "https://eu-central-1.aws.edge.axiom.co (in Axiom: Settings, General, Edge deployment).",
        default=f"https://{API_HOST}",
        pattern=r"https://[A-Za-z0-9.-]+/?|http://(localhost|127\.0\.0\.1|\[::1\])(:[0-9]+)?/?",
        pattern_help="starts with https:// and has nothing after the host",
    )


class Axiom(Connector):
    slug = "axiom"
    title = "Axiom"
    category = Category.LOGS
    auth = Auth.KEY
    docs = "https://axiom.co/docs/restapi/introduction"
    areas = (Area("logs", "Logs"),)
    Credentials = AxiomCredentials
    Settings = AxiomSettings
    credentials: AxiomCredentials
    settings: AxiomSettings

    @cached_property
    def service(self) -> ServiceClient:
        headers = {"Authorization": f"Bearer {self.credentials.token.get_secret_value()}"}
        if self.credentials.organisation_id:
            headers["X-Axiom-Org-Id"] = self.credentials.organisation_id
        return ServiceClient(
            service="Axiom",
            base_url=self.settings.base_url,
            client=self.link.client,
            headers=headers,
            explain=_explain,
        )

    @property
    def dataset(self) -> str:
        return self.credentials.dataset

    def about(self) -> str:
        return f"Reads the dataset {self.dataset} only."

    async def check(self) -> Health:
        """Reads one event of the last hour.

        Axiom answers 403 to a wrong token as to one without the right, so a second request tells
        which it is.
        """
        now = self.link.clock()
        try:
            apl = f"{quoted(self.dataset)}\n| limit 1"
            body = await self._ask(apl, now - timedelta(hours=1), now)
        except NotAllowed:
            raise await self._why() from None
        except NotFound:
            raise self._no_dataset() from None
        self._hold(body)
        return Health(account=f"dataset {self.dataset}")

    @tool(area="logs", access=Access.READ, method="POST", path="/v1/datasets/_apl")
    async def query_logs(
        self,
        apl: Annotated[
            str,
            Field(description="The query in APL: the stages after the dataset, joined by |."),
        ] = "",
        start: Start = None,
        end: End = None,
    ) -> Rows:
        """Searches and counts logs and events with APL, Axiom's query language (like Kusto).

        Call list_fields first: fields cannot be guessed, and those with dots, dashes or spaces need
        brackets, as in ['service.name']. The dataset is set already, so begin with a stage:
        where status >= 500 | project _time, method, uri, status | sort by _time desc
        summarize count() by bin(_time, 10m), level
        where message contains "timeout" | summarize n = count() by ['service.name'] | top 10 by n

        At most 100 rows come back, of the last 24 hours unless start and end say otherwise. Put
        where first and project only the fields that you need: whole events are wide and slow.
        Count with summarize instead of fetching rows. The time is _time, in UTC. Only this dataset
        can be read: union, join, lookup, externaldata, let and queries inside queries are refused.
        https://axiom.co/docs/apl/introduction
        """
        span = period(start, end, self.link.clock())
        apl = held_inside(apl, self.dataset, MAX_ROWS + 1)
        body = await self._query(apl, span.start, span.end)
        rows = _rows(body)
        return Rows(
            rows[:MAX_ROWS],
            title=f"Dataset {self.dataset}, {span.words}",
            cut=_cut(body, len(rows)),
        )

    @tool(area="logs", access=Access.READ, method="GET", path="/v2/datasets/{dataset_id}/fields")
    async def list_fields(
        self,
        find: Annotated[str, Field(description="Only fields whose name holds this text.")] = "",
    ) -> Rows:
        """The fields (columns, attributes) of the logs with their types and units.

        Call it before query_logs, and use the names as they are. At most 100 are listed; narrow
        them with find. https://axiom.co/docs/reference/datasets
        """
        try:
            found = await self._fields()
        except (NotAllowed, NotFound):
            # The token may query the dataset without seeing its description.
            found = await self._schema()
        wanted = [field for field in found if find.lower() in field["name"].lower()]
        cut = f"{len(wanted) - MAX_ROWS} more fields; narrow them with find."
        return Rows(
            sorted(wanted, key=lambda field: field["name"])[:MAX_ROWS],
            title=f"Fields of the dataset {self.dataset}",
            cut=cut if len(wanted) > MAX_ROWS else "",
        )

    async def _query(self, apl: str, start: datetime, end: datetime) -> dict[str, Any]:
        """The answer to a query, if it holds nothing of another dataset."""
        return self._hold(await self._ask(apl, start, end))

    async def _ask(self, apl: str, start: datetime, end: datetime) -> dict[str, Any]:
        edge = _is_edge(self.settings.base_url)
        body = await self.service.request(
            "POST",
            "/v1/query/_apl" if edge else "/v1/datasets/_apl",
            params={"format": "tabular"},
            body={"apl": apl, "startTime": _stamp(start), "endTime": _stamp(end)},
        )
        if not isinstance(body, dict) or not isinstance(body.get("tables"), list):
            raise _foreign()
        return body

    def _hold(self, body: dict[str, Any]) -> dict[str, Any]:
        """The second fence: Axiom names the datasets that an answer was made of."""
        others = {str(name) for name in body.get("datasetNames") or ()} - {self.dataset}
        if others:
            raise NotAllowed(
                f"The answer holds data of {', '.join(sorted(others))}, so it is not shown.",
                f"If {self.dataset} is a view, connect the dataset that it shows instead.",
            )
        return body

    async def _fields(self) -> list[Row]:
        path = f"/v2/datasets/{quote(self.dataset, safe='')}/fields"
        body = await self._control.get(path)
        if not isinstance(body, list):
            raise _foreign()
        return [
            {
                "name": str(field.get("name")),
                "type": field.get("type") or None,
                "unit": field.get("unit") or None,
                "description": field.get("description") or None,
            }
            for field in body
            if not field.get("hidden")
        ]

    async def _schema(self) -> list[Row]:
        now = self.link.clock()
        apl = f"{quoted(self.dataset)}\n| getschema"
        rows = _rows(await self._query(apl, now - FIELDS_SPAN, now))
        return [
            {
                "name": str(row.get("ColumnName") or row.get("name")),
                "type": row.get("ColumnType") or row.get("DataType") or row.get("type"),
                "unit": None,
                "description": None,
            }
            for row in rows
        ]

    @property
    def _control(self) -> ServiceClient:
        """Descriptions of datasets are kept at the main address, also for edge domains."""
        if not _is_edge(self.settings.base_url):
            return self.service
        main = self.service
        return ServiceClient(
            service=main.service,
            base_url=f"https://{API_HOST}",
            client=main.client,
            headers=main.headers,
            explain=main.explain,
        )

    async def _why(self) -> NotSignedIn | NotAllowed:
        """Whether a token that was refused is wrong, or only lacks a right."""
        try:
            await self._control.get("/v2/datasets")
        except (NotAllowed, NotSignedIn):
            return NotSignedIn(
                "Axiom does not accept the token, or it has neither the right to query "
                f"{self.dataset} nor to list datasets.",
                "Make an advanced API token with Query on the dataset, and reconnect with it.",
            )
        return NotAllowed(
            f"The token is good, but may not query the dataset {self.dataset}.",
            "Make an API token with Query on this dataset, and check the dataset's name.",
        )

    def _no_dataset(self) -> NotFound:
        return NotFound(
            f"Axiom knows no dataset {self.dataset} there.",
            "Check its name, and the address: a dataset is asked where it is kept.",
        )


def _explain(status: int, body: Json) -> tuple[str, dict[str, str]]:
    """Axiom's errors: a message, and for APL the place of the mistake."""
    if not isinstance(body, dict):
        return "", {}
    words = str(body.get("message") or body.get("error") or "")
    detail = body.get("detail")
    if isinstance(detail, dict) and detail.get("line") is not None:
        words += f" (line {detail['line']}, column {detail.get('column', '?')})"
    return words, {}


def _rows(body: Mapping[str, Any]) -> list[Row]:
    """The first table, turned from columns into rows. `_totals` repeats it in sum."""
    tables = [table for table in body["tables"] if table.get("name") != "_totals"]
    if not tables:
        return []
    names = [str(field["name"]) for field in tables[0].get("fields") or ()]
    columns = tables[0].get("columns") or []
    return [dict(zip(names, values, strict=False)) for values in zip(*columns, strict=False)]


def _cut(body: Mapping[str, Any], found: int) -> str:
    notes = []
    if found > MAX_ROWS:
        notes.append(f"There are more than {MAX_ROWS} rows; narrow the query or count instead.")
    if (body.get("status") or {}).get("isPartial"):
        notes.append("Axiom gave a partial result: it did not look at all of the span.")
    return " ".join(notes)


def _is_edge(base_url: str) -> bool:
    return ".edge." in base_url


def _stamp(at: datetime) -> str:
    return at.isoformat().replace("+00:00", "Z")


def _foreign() -> Unavailable:
    return Unavailable(
        "The answer is not in the format of Axiom's API.",
        f"Check the address of the connection; it is usually https://{API_HOST}.",
    )
