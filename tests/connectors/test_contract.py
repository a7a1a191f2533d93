"""What the connector contract derives from a class, and what it refuses."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

import httpx
import pytest
from pydantic import Field, SecretStr, TypeAdapter, ValidationError

from bot.connectors import catalogue
from bot.connectors.arguments import Day, Identifier, Moment, NumericId
from bot.connectors.base import (
    Access,
    Area,
    Auth,
    ByMethod,
    Category,
    Connector,
    Form,
    NoFields,
    Tool,
    form_field,
    is_secret,
    tool,
)
from bot.connectors.errors import Invalid
from bot.connectors.oauth import is_granted
from bot.connectors.results import Document, Preview, Row, Rows
from tests.connectors.helpers import NOW, connect, document, look_ahead, rows


class LampKey(Form):
    key: SecretStr = form_field(
        "Key", help="On its back.", pattern="lamp-[a-z]+", pattern_help="starts with lamp-"
    )
    spare: SecretStr | None = form_field("Spare key", default=None)


class LampSettings(Form):
    room: str = form_field("Room", default="hall", max_length=10)
    floor: str = form_field("Floor", default="", pattern="[0-9]", pattern_help="is one digit")


class Switches(Connector):
    """Half of a connector: it has tools, but no name of its own."""

    @tool(
        area="light",
        access=Access.WRITE,
        method="POST",
        path="/lamps/{id}/on",
        action="switch on {resource}",
        past="switched on {resource}",
    )
    async def switch_on(self, lamp: Annotated[NumericId, Field(description="Its id.")]) -> Document:
        """Switches a lamp on."""
        return Document({"id": lamp, "key": self.credentials.key.get_secret_value()}, title="Lamp")

    @switch_on.preview
    async def _before(self, lamp: str) -> Preview:
        return Preview(resource=f"lamp {lamp}", state="off")

    @tool(
        area="light",
        access=Access.WRITE,
        method="POST",
        path="/blink",
        action="blink",
        past="blinked",
    )
    async def blink(self) -> Document:
        """Blinks."""
        return Document({}, title="Blinked")


class Lamps(Switches):
    slug = "lamps"
    title = "Lamps"
    category = Category.EXTERNAL_API
    auth = Auth.KEY
    areas = (Area("rooms", "Rooms"), Area("light", "Light"))
    Credentials = LampKey
    Settings = LampSettings

    @tool(area="rooms", access=Access.READ, method="GET", path="/rooms")
    async def list_rooms(
        self,
        day: Annotated[Day | None, Field(description="A day.")] = None,
        title: Annotated[str, Field(description="A field that is called title.")] = "",
        limit: int = 5,
    ) -> Rows:
        """The rooms.

        Second paragraph.
        """
        row: Row = {"day": day, "limit": limit, "room": self.settings.room, "title": title}
        return Rows([row], title="Rooms")


def _needs(settings: Any, arguments: Mapping[str, Any]) -> Access:
    return Access.FULL if arguments["kind"] == "break" else Access.READ


def lamps(**settings: str) -> Any:
    client = httpx.AsyncClient()
    return connect(Lamps, client, credentials={"key": "lamp-abc"}, settings=settings)


class TestATool:
    async def test_is_called_with_its_parsed_arguments(self) -> None:
        [row] = await rows(lamps(room="attic"), "list_rooms", limit=2)
        assert row == {"day": None, "limit": 2, "room": "attic", "title": ""}

    async def test_is_still_a_method_of_its_connector(self) -> None:
        assert (await lamps().list_rooms(limit=3)).rows[0]["limit"] == 3

    async def test_gets_the_opened_credentials(self) -> None:
        assert (await document(lamps(), "switch_on", lamp="1"))["key"] == "lamp-abc"

    async def test_that_writes_may_look_ahead(self) -> None:
        assert Lamps.tools["switch_on"].has_preview
        assert (await look_ahead(lamps(), "switch_on", lamp="1")).resource == "lamp 1"

    async def test_without_a_preview_has_nothing_to_say_ahead(self) -> None:
        blink = Lamps.tools["blink"]
        assert not blink.has_preview
        assert await blink.look_ahead(lamps(), {}) is None

    def test_that_writes_needs_the_sentences_of_its_card(self) -> None:
        async def write(self: Connector) -> Document:
            return Document({}, title="")

        with pytest.raises(TypeError, match="write writes, so it needs the sentence"):
            tool(area="light", access=Access.WRITE, method="POST", path="/", action="do")(write)

    def test_may_need_more_for_some_arguments_than_for_others(self) -> None:
        by_kind = ByMethod({"look": Access.READ, "break": Access.FULL}, _needs)

        async def touch(self: Connector, kind: str) -> Document:
            return Document({}, title="")

        made = tool(
            area="light",
            access=Access.READ,
            method="POST",
            path="/",
            action="touch",
            past="touched",
            by_method=by_kind,
        )(touch)
        assert made.levels == {Access.READ, Access.FULL}
        assert made.access_for(None, {"kind": "look"}) is Access.READ
        assert made.access_for(None, {"kind": "break"}) is Access.FULL
        with pytest.raises(TypeError, match="lowest"):
            tool(area="light", access=Access.WRITE, method="", path="", by_method=by_kind)(touch)
        with pytest.raises(TypeError, match="needs the sentence"):
            tool(area="light", access=Access.READ, method="", path="", by_method=by_kind)(touch)

    def test_needs_the_same_for_all_arguments_unless_it_says_so(self) -> None:
        blink = Lamps.tools["blink"]
        assert blink.levels == {Access.WRITE}
        assert blink.access_for(LampSettings(), {}) is Access.WRITE

    def test_must_be_of_an_area_that_its_connector_has(self) -> None:
        with pytest.raises(TypeError, match=r"Broken\.switch_on names an unknown area 'light'"):
            type("Broken", (Switches,), {"slug": "broken", "areas": (Area("dark", "Dark"),)})

    def test_is_found_in_every_part_of_its_connector_in_the_order_of_the_areas(self) -> None:
        assert list(Lamps.tools) == ["list_rooms", "switch_on", "blink"]

    def test_of_a_part_can_be_replaced(self) -> None:
        class Quiet(Lamps):
            @tool(area="rooms", access=Access.READ, method="GET", path="/quiet")
            async def list_rooms(
                self, day: str | None = None, title: str = "", limit: int = 5
            ) -> Rows:
                """No rooms."""
                return Rows([], title="None")

        assert Quiet.tools["list_rooms"].path == "/quiet"
        assert len(Quiet.tools) == len(Lamps.tools)

    def test_has_a_name_that_tells_the_service(self) -> None:
        assert Lamps.tool_name("list_rooms") == "lamps_list_rooms"


class TestTheSchemaForAModel:
    schema = Lamps.tools["list_rooms"].schema

    def test_has_types_defaults_and_descriptions(self) -> None:
        assert self.schema["properties"]["limit"] == {"default": 5, "type": "integer"}
        assert self.schema["properties"]["day"]["description"] == "A day."

    def test_allows_nothing_else(self) -> None:
        assert self.schema["additionalProperties"] is False

    def test_has_no_titles_but_keeps_a_field_of_that_name(self) -> None:
        assert self.schema["properties"]["title"] == {
            "default": "",
            "description": "A field that is called title.",
            "type": "string",
        }
        assert "title" not in self.schema

    def test_names_what_is_required(self) -> None:
        assert Lamps.tools["switch_on"].schema["required"] == ["lamp"]
        assert "required" not in self.schema

    def test_comes_with_the_docstring_as_description(self) -> None:
        assert Lamps.tools["list_rooms"].description == "The rooms.\n\nSecond paragraph."


class TestArguments:
    def parse(self, verb: str = "list_rooms", /, **arguments: Any) -> dict[str, Any]:
        found: Tool[Any, Any, Any] = Lamps.tools[verb]
        return found.parse(arguments)

    def test_that_were_not_given_stay_away(self) -> None:
        assert self.parse() == {}

    def test_have_one_canonical_form(self) -> None:
        assert self.parse(limit="7", day="20260131") == {"limit": 7, "day": "2026-01-31"}

    def test_may_have_an_id_as_a_number(self) -> None:
        assert self.parse("switch_on", lamp=12) == {"lamp": "12"}

    @pytest.mark.parametrize(
        ("verb", "arguments", "field"),
        [
            ("switch_on", {}, "lamp"),
            ("switch_on", {"lamp": "1/../2"}, "lamp"),
            ("switch_on", {"lamp": True}, "lamp"),
            ("list_rooms", {"limit": "many"}, "limit"),
            ("list_rooms", {"day": "yesterday"}, "day"),
            ("list_rooms", {"bogus": 1}, "bogus"),
        ],
    )
    def test_that_are_wrong_are_named(
        self, verb: str, arguments: dict[str, Any], field: str
    ) -> None:
        with pytest.raises(Invalid) as caught:
            self.parse(verb, **arguments)
        assert list(caught.value.fields) == [field]
        assert verb in str(caught.value)
        assert field in str(caught.value)

    @pytest.mark.parametrize("bad", ["", "a/b", "..", "a?b", "a b", "a\n", "é"])
    def test_never_hold_an_id_that_could_change_a_path(self, bad: str) -> None:
        with pytest.raises(ValidationError):
            TypeAdapter(Identifier).validate_python(bad)

    @pytest.mark.parametrize("good", ["2026-05-13", "2026-05-13T14:21:00Z"])
    def test_may_hold_a_moment(self, good: str) -> None:
        assert TypeAdapter(Moment).validate_python(good) == good

    @pytest.mark.parametrize("bad", ["noon", "2026-05-13T14:21:00"])
    def test_never_hold_a_moment_that_could_be_any_zone_s(self, bad: str) -> None:
        with pytest.raises(ValidationError):
            TypeAdapter(Moment).validate_python(bad)


class TestForms:
    def test_know_which_of_their_fields_are_secret(self) -> None:
        assert is_secret(LampKey, "key")
        assert is_secret(LampKey, "spare")
        assert not is_secret(LampSettings, "room")

    def test_trim_what_is_pasted(self) -> None:
        assert LampKey(key=" lamp-abc\n").key.get_secret_value() == "lamp-abc"  # type: ignore[arg-type]

    @pytest.mark.parametrize("value", ["torch-abc", "xlamp-abc", "lamp-abc9"])
    def test_check_the_whole_value_against_the_pattern_in_our_words(self, value: str) -> None:
        with pytest.raises(ValidationError) as caught:
            LampKey(key=value)  # type: ignore[arg-type]
        [problem] = caught.value.errors()
        assert problem["loc"] == ("key",)
        assert "starts with lamp-" in problem["msg"]

    def test_never_repeat_a_secret_that_is_refused(self) -> None:
        with pytest.raises(ValidationError) as caught:
            LampKey(key="my-password", room="my-password")  # type: ignore[arg-type, call-arg]
        assert "my-password" not in str(caught.value)

    def test_never_show_a_secret(self) -> None:
        form = LampKey(key="lamp-abc")  # type: ignore[arg-type]
        assert "lamp-abc" not in repr(form) + str(form.model_dump()) + form.model_dump_json()

    def test_bound_lengths_and_refuse_unknown_fields(self) -> None:
        with pytest.raises(ValidationError):
            LampSettings(room="a very long room")
        with pytest.raises(ValidationError):
            NoFields(key="x")  # type: ignore[call-arg]

    def test_have_defaults(self) -> None:
        assert LampSettings().room == "hall"

    def test_may_leave_empty_what_is_optional(self) -> None:
        assert LampSettings(floor="").floor == ""
        with pytest.raises(ValidationError, match="must not be empty"):
            LampSettings(room=" ")
        with pytest.raises(ValidationError, match="must not be empty"):
            LampKey(key="")  # type: ignore[arg-type]


class TestTheCatalogue:
    def test_finds_built_in_connectors_by_their_slug(self) -> None:
        assert catalogue.all_connectors()["better_stack"].title == "Better Stack"

    def test_finds_connectors_that_other_packages_bring(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(catalogue, "_installed", lambda: iter([Lamps]))
        found = catalogue.all_connectors.__wrapped__()
        assert found["lamps"] is Lamps
        titles = [connector.title.lower() for connector in found.values()]
        assert titles == sorted(titles)

    def test_refuses_two_connectors_of_one_name(self, monkeypatch: pytest.MonkeyPatch) -> None:
        other = type("Other", (Lamps,), {})
        monkeypatch.setattr(catalogue, "_installed", lambda: iter([Lamps, other]))
        with pytest.raises(TypeError, match="two connectors call themselves 'lamps'"):
            catalogue.all_connectors.__wrapped__()

    def test_describes_a_connector_for_the_docs_and_the_form(self) -> None:
        found = catalogue.describe(Lamps)
        assert found["credentials"] == [
            {"name": "key", "secret": True, "required": True},
            {"name": "spare", "secret": True, "required": False},
        ]
        assert found["settings"] == [{"name": "room"}, {"name": "floor"}]
        assert found["areas"][0] == {"name": "rooms", "title": "Rooms"}
        assert found["tools"][0] == {
            "name": "lamps_list_rooms",
            "area": "rooms",
            "access": "read",
            "method": "GET",
            "path": "/rooms",
        }


class TestEveryConnector:
    """Rules that hold for each connector there is."""

    @pytest.fixture(params=sorted(catalogue.all_connectors()))
    def connector(self, request: pytest.FixtureRequest) -> type[Connector]:
        return catalogue.all_connectors()[request.param]

    def test_uses_each_of_its_areas(self, connector: type[Connector]) -> None:
        assert {one.area for one in connector.tools.values()} == {a.name for a in connector.areas}

    def test_describes_each_tool_and_each_argument(self, connector: type[Connector]) -> None:
        for verb, one in connector.tools.items():
            assert len(one.description) > 40, verb
            for name, field in one.schema.get("properties", {}).items():
                assert field.get("description"), f"{verb}: {name}"

    def test_gives_tools_names_that_models_accept(self, connector: type[Connector]) -> None:
        assert all(len(connector.tool_name(verb)) <= 64 for verb in connector.tools)

    def test_looks_ahead_before_each_write(self, connector: type[Connector]) -> None:
        for verb, one in connector.tools.items():
            assert one.has_preview == (max(one.levels) > Access.READ), verb

    def test_counts_what_deletes_as_full(self, connector: type[Connector]) -> None:
        for verb, one in connector.tools.items():
            if one.method == "DELETE":
                assert one.access is Access.FULL, verb

    def test_says_where_its_credentials_are_found(self, connector: type[Connector]) -> None:
        for form in (connector.Credentials, connector.Settings):
            for name, field in form.model_fields.items():
                if is_granted(form, name):
                    continue  # a sign-in fills it; nobody is asked for it
                assert field.title, name
                assert field.description, name


def test_a_connector_may_have_nothing_to_say_about_a_connection() -> None:
    assert lamps().about() == ""


def test_a_connector_must_say_how_it_is_checked() -> None:
    with pytest.raises(NotImplementedError):
        lamps().check().send(None)


def test_the_clock_of_a_connection_is_handed_in() -> None:
    assert lamps().link.clock() == NOW
