"""Filters and pipelines that write, run code or reach elsewhere never get to MongoDB."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from bot.connectors.mongodb.guard import Refused, collection_name, read_filter, read_pipeline
from bot.connectors.mongodb.operators import (
    EXPRESSIONS,
    FILTERS,
    SCRIPTS,
    STAGES,
    VALUES,
    WRITING,
)

FOLDER = Path(__file__).parent
HOSTILE: list[Any] = yaml.safe_load((FOLDER / "hostile.yaml").read_text())
HONEST: list[Any] = yaml.safe_load((FOLDER / "honest.yaml").read_text())


def check(found: Any) -> Any:
    return read_pipeline(found) if isinstance(found, list) else read_filter(found)


def test_the_lists_are_as_long_as_promised() -> None:
    assert len({str(one) for one in HOSTILE}) >= 40
    assert len({str(one) for one in HONEST}) >= 15


@pytest.mark.parametrize("found", HOSTILE, ids=str)
def test_what_is_hostile_is_refused(found: Any) -> None:
    with pytest.raises(Refused, match="was not run"):
        check(found)


@pytest.mark.parametrize("found", [one for one in HOSTILE if isinstance(one, list)], ids=str)
@pytest.mark.parametrize(
    "hide",
    [
        lambda found: [{"$match": {}}, *found],
        lambda found: [{"$facet": {"a": found}}],
        lambda found: [{"$lookup": {"from": "b", "as": "c", "pipeline": found}}],
        lambda found: [{"$unionWith": {"coll": "b", "pipeline": found}}],
        lambda found: [{"$facet": {"a": [{"$unionWith": {"coll": "b", "pipeline": found}}]}}],
    ],
)
def test_so_it_is_inside_of_other_stages(found: Any, hide: Any) -> None:
    with pytest.raises(Refused):
        read_pipeline(hide(found))


@pytest.mark.parametrize("found", [one for one in HOSTILE if isinstance(one, dict)], ids=str)
@pytest.mark.parametrize(
    "hide",
    [
        lambda found: {"$and": [{"a": 1}, found]},
        lambda found: {"a": {"$elemMatch": found}},
        lambda found: {"$or": [{"$nor": [{"$and": [found]}]}]},
        lambda found: {"a": [[found]]},
    ],
)
def test_so_it_is_inside_of_other_operators(found: Any, hide: Any) -> None:
    with pytest.raises(Refused):
        read_filter(hide(found))
    with pytest.raises(Refused):
        read_pipeline([{"$match": hide(found)}])


@pytest.mark.parametrize("found", HONEST, ids=str)
def test_what_is_honest_passes(found: Any) -> None:
    checked = check(found)
    assert type(checked) is type(found)
    if "oid" not in str(found) and "$date" not in str(found) and "$number" not in str(found):
        assert checked == found


def test_values_of_extended_json_are_decoded() -> None:
    from bson import Decimal128, Int64, ObjectId

    found = read_filter(
        {
            "_id": {"$oid": "65f1c0ffee65f1c0ffee65f1"},
            "at": {"$gte": {"$date": "2026-05-01T00:00:00Z"}},
            "n": {"$numberLong": "5"},
            "d": {"$in": [{"$numberDecimal": "1.10"}]},
        }
    )
    assert found["_id"] == ObjectId("65f1c0ffee65f1c0ffee65f1")
    assert found["at"]["$gte"].year == 2026
    assert type(found["n"]) is Int64
    assert found["d"] == {"$in": [Decimal128("1.10")]}


@pytest.mark.parametrize(
    ("found", "words"),
    [
        ([{"$out": "x"}], "$out writes what it finds. Leave $out out"),
        ({"$where": "1"}, "$where runs JavaScript in the database"),
        ([{"$currentOp": {}}], "the stage $currentOp is not one that is known to only read"),
        ({"a": {"$nosuch": 1}}, "the operator $nosuch is not one"),
        ({"a": {"$match": {}}}, "the stage $match stands where an operator belongs"),
        ([{"$match": {}, "$limit": 1}], "an object with one key"),
        ([{"$unionWith": {"coll": {"db": "y"}}}], "reads another database"),
        ({"a": {"$oid": "x"}}, "the value of $oid is not of that kind"),
    ],
)
def test_the_reason_says_what_to_do_instead(found: Any, words: str) -> None:
    with pytest.raises(Refused) as caught:
        check(found)
    assert words in str(caught.value)


@pytest.mark.parametrize(
    "name",
    ["", "system.users", "system.js", "shop.system.indexes", "a$b", "$cmd", "a\0b", "x" * 300],
)
def test_the_server_s_own_collections_are_not_read(name: str) -> None:
    with pytest.raises(Refused):
        collection_name(name)


def test_depth_stages_and_parts_are_bounded() -> None:
    deep: Any = {"a": 1}
    for _ in range(60):
        deep = {"$and": [deep]}
    with pytest.raises(Refused, match="nested too deeply"):
        read_filter(deep)
    with pytest.raises(Refused, match="more than 50 stages"):
        read_pipeline([{"$limit": 1}] * 51)
    with pytest.raises(Refused, match="more than 5000 parts"):
        read_filter({"a": {"$in": list(range(6000))}})


def test_no_list_allows_what_writes_or_runs_code() -> None:
    allowed = STAGES | FILTERS | EXPRESSIONS | VALUES
    assert not allowed & (WRITING | SCRIPTS)
    assert not {name for name in allowed if name.startswith("$_internal")}


KEYS = st.sampled_from(
    [*sorted(WRITING | SCRIPTS), "$match", "$facet", "$and", "$expr", "$lookup", "a", "pipeline"]
)
TREES = st.recursive(
    st.sampled_from([1, "x", "$out", None]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=3),
    max_leaves=12,
)


def keys_of(found: Any) -> set[str]:
    if isinstance(found, dict):
        return set(found).union(*map(keys_of, found.values()))
    return set().union(*map(keys_of, found)) if isinstance(found, list) else set()


@given(
    st.dictionaries(KEYS, TREES, max_size=3) | st.lists(st.dictionaries(KEYS, TREES), max_size=3)
)
def test_whatever_passes_has_no_key_that_writes_or_runs_code(found: Any) -> None:
    try:
        check(found)
    except Refused:
        return
    assert not keys_of(found) & (WRITING | SCRIPTS)
