from __future__ import annotations

import json
from typing import Any

import pytest

from kalshi_alpha.core.errors import NewerSchema, TornFile
from kalshi_alpha.core.replay.tape import Fidelity
from kalshi_alpha.datastore.market.manifest import read_manifest
from kalshi_alpha.datastore.market.schema import MARKET_SCHEMA, Table
from tape_cases import DAY, EVENT

FILE = {"table": "trades", "rows": 2, "bytes": 9, "sha256": "0", "source": "tape"}


def written(**changed: Any) -> bytes:
    event = {
        "event_ticker": EVENT,
        "first_market": 0,
        "markets": 3,
        "fidelity": "trades",
        "rows": {"trades": 2},
        "result_source": "kalshi_api",
    }
    document = {
        "schema": 1,
        "series": "KXHIGHNY",
        "date": DAY.isoformat(),
        "sealed": True,
        "sources": {},
        "events": [event],
        "files": [{**FILE, "name": "trades.parquet"}],
    }
    return json.dumps(document | changed).encode()


def test_a_manifest_says_what_lies_in_a_partition() -> None:
    manifest = read_manifest(written(), "here")
    event = manifest.event(EVENT)
    assert event is not None
    assert (event.fidelity, event.rows) == (Fidelity.TRADES, {Table.TRADES: 2})
    assert manifest.event("another") is None


def test_a_later_schema_is_refused_though_it_has_other_fields() -> None:
    with pytest.raises(NewerSchema):
        read_manifest(written(schema=3, colour="green"), "here")


@pytest.mark.parametrize("name", ["../trades.parquet", "trades.csv", "/trades.parquet", ""])
def test_a_name_that_leaves_the_folder_is_refused(name: str) -> None:
    with pytest.raises(TornFile):
        read_manifest(written(files=[{**FILE, "name": name}]), "here")


def test_half_a_manifest_is_refused_with_the_remedy() -> None:
    with pytest.raises(TornFile, match="import or seal this date again"):
        read_manifest(written()[:100], "here")


def test_gaps_that_an_earlier_version_did_not_place_are_refused_and_nothing_else_of_it() -> None:
    told = ["2026-06-01T14:00:00+00:00 no snapshot"]
    assert read_manifest(written(), "here").gaps == ()
    assert read_manifest(written(schema=2, gaps=told), "here").gaps == tuple(told)
    with pytest.raises(TornFile, match="tells of gaps and not when they were; import or seal"):
        read_manifest(written(gaps=told), "here")
    placed = [{**FILE, "table": "gaps", "name": "gaps.parquet"}]
    assert read_manifest(written(gaps=told, files=placed), "here").gaps == tuple(told)


def test_what_this_version_writes_places_its_gaps() -> None:
    told = ["2026-06-01T14:00:00+00:00 no snapshot"]
    assert read_manifest(written(schema=MARKET_SCHEMA, gaps=told), "here").gaps == tuple(told)
