from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from kalshi_alpha.drivers.nws_daily_climate.cli_header import Heading
from kalshi_alpha.drivers.nws_daily_climate.errors import (
    ClimateRefused,
    Contradiction,
    NotServed,
    OnlyAList,
    WrongBody,
)
from kalshi_alpha.drivers.nws_daily_climate.product import (
    check_envelope,
    list_products,
    read_product,
    refuse_list,
)

SAMPLES = Path(__file__).parents[3] / "fixtures" / "nws_daily_climate" / "samples"
HEADING = Heading(
    collective="CDUS41",
    office="KOKX",
    addition="",
    station="NYC",
    issued_at=datetime(2026, 8, 22, 6, 26, tzinfo=UTC),
    standard_offset=timedelta(hours=-5),
)


def sample(name: str, **changes: Any) -> bytes:
    document = json.loads((SAMPLES / name).read_bytes())
    return json.dumps({**document, **changes}).encode()


def test_a_list_is_sorted_by_issue_time_whatever_its_order() -> None:
    document = json.loads((SAMPLES / "products_types_CLI_locations_NYC.json").read_bytes())
    forward = list_products(json.dumps(document).encode())
    document["@graph"].reverse()
    assert list_products(json.dumps(document).encode()) == forward
    assert [p.issuanceTime.isoformat() for p in forward] == [
        "2026-08-22T06:26:00+00:00",
        "2026-08-21T20:44:00+00:00",
    ]


def test_an_envelope_carries_the_text_and_agrees_with_it() -> None:
    product = read_product(sample("product_CLINYC_final.json"))
    assert "CLINYC" in product.productText
    check_envelope(product, HEADING)


@pytest.mark.parametrize(
    "other",
    [
        replace(HEADING, office="KPHI"),
        replace(HEADING, collective="CDUS43"),
        replace(HEADING, issued_at=HEADING.issued_at - timedelta(days=1)),
    ],
)
def test_an_envelope_around_another_report_is_refused(other: Heading) -> None:
    product = read_product(sample("product_CLINYC_final.json"))
    with pytest.raises(Contradiction):
        check_envelope(product, other)


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"productCode": "AFD"}, "'AFD' is no climate report"),
        ({"productText": "  \n"}, "has no text"),
        ({"issuanceTime": "2026-08-22T06:26:00"}, "without a zone"),
        ({"issuanceTime": None}, "not the expected JSON"),
    ],
)
def test_another_kind_of_product_is_refused(changes: dict[str, Any], why: str) -> None:
    with pytest.raises(WrongBody, match=why):
        read_product(sample("product_CLINYC_final.json", **changes))


@pytest.mark.parametrize("status", [403, 404, 500, 503])
def test_a_problem_is_refused_in_the_services_words(status: int) -> None:
    body = sample("problem_404.json", status=status, title="Trouble", detail="Access Denied")
    for read in (read_product, list_products):
        with pytest.raises(NotServed, match=f"{status} Trouble: Access Denied"):
            read(body)


@pytest.mark.parametrize(
    "body", [b"", b"<html>Access Denied</html>", b"{}", b"[]", b'{"@graph":1}']
)
def test_a_body_of_another_shape_is_refused(body: bytes) -> None:
    for read in (read_product, list_products):
        with pytest.raises(ClimateRefused):
            read(body)


def test_a_list_with_a_time_without_zone_is_refused() -> None:
    entry = {"id": "a", "issuanceTime": "2026-08-22T06:26:00"}
    with pytest.raises(WrongBody, match="without a zone"):
        list_products(json.dumps({"@graph": [entry]}).encode())


def test_a_list_in_the_place_of_a_report_is_refused_with_the_address_of_the_newest() -> None:
    listed = (SAMPLES / "products_types_CLI_locations_NYC.json").read_bytes()
    newest = "a1b0a3c4-52c1-4f0e-8d8a-77c1f6c92202"
    with pytest.raises(OnlyAList, match=f"a list of 2 reports.*the newest at /products/{newest}"):
        refuse_list(listed)
    with pytest.raises(OnlyAList, match="a list of 0 reports"):
        refuse_list(b'{"@graph": []}')
    refuse_list((SAMPLES / "product_CLINYC_final.json").read_bytes())
