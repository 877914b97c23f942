"""Products and lists of products as the service at api.weather.gov wraps them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import msgspec

from kalshi_alpha.drivers.nws_daily_climate.cli_header import Heading
from kalshi_alpha.drivers.nws_daily_climate.errors import (
    Contradiction,
    NotServed,
    OnlyAList,
    WrongBody,
)
from kalshi_alpha.drivers.wire import decode_json

_LARGEST_LAG = timedelta(hours=1)


class Product(msgspec.Struct, frozen=True):
    """One entry of a list, or a whole product with its text."""

    id: str
    issuanceTime: datetime  # noqa: N815  (the publisher's spelling)
    issuingOffice: str = ""  # noqa: N815
    wmoCollectiveId: str = ""  # noqa: N815
    productCode: str = ""  # noqa: N815
    productText: str = ""  # noqa: N815


class _Listing(msgspec.Struct, frozen=True):
    graph: list[Product] = msgspec.field(name="@graph")


class _AnyList(msgspec.Struct, frozen=True):
    graph: list[object] = msgspec.field(name="@graph")


class _Problem(msgspec.Struct, frozen=True):
    title: str
    status: int
    detail: str = ""


def list_products(body: bytes) -> tuple[Product, ...]:
    """Read a list of products, newest first: the service keeps no order.

    Raises
    ------
    ClimateRefused
        If the service refused the request, or the body is no such list.
    """
    refuse_problem(body)
    listing = decode_json(body, _Listing, WrongBody)
    for product in listing.graph:
        if product.issuanceTime.tzinfo is None:
            raise WrongBody(f"product {product.id}: issuance time without a zone")
    return tuple(sorted(listing.graph, key=lambda p: (p.issuanceTime, p.id), reverse=True))


def refuse_list(body: bytes) -> None:
    """Raise if the body is a list of products: it names reports and holds no temperature.

    Raises
    ------
    OnlyAList
        With the address of the newest report.
    ClimateRefused
        If the list itself is malformed.
    """
    try:
        msgspec.json.decode(body, type=_AnyList)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return
    listed = list_products(body)
    newest = f", the newest at /products/{listed[0].id}" if listed else ""
    raise OnlyAList(f"a list of {len(listed)} reports and none of their texts: get each{newest}")


def read_product(body: bytes) -> Product:
    """Read the envelope of one product.

    Raises
    ------
    ClimateRefused
        If the service refused the request, the product is of another kind, or it has no text.
    """
    refuse_problem(body)
    product = decode_json(body, Product, WrongBody)
    if product.productCode != "CLI":
        raise WrongBody(f"product {product.productCode!r} is no climate report")
    if not product.productText.strip():
        raise WrongBody(f"product {product.id} has no text")
    if product.issuanceTime.tzinfo is None:
        raise WrongBody(f"product {product.id}: issuance time without a zone")
    return product


def check_envelope(product: Product, heading: Heading) -> None:
    """Check that an envelope is about the text inside.

    Raises
    ------
    Contradiction
        If office, communications identifier or time differ.
    """
    said = (product.issuingOffice, product.wmoCollectiveId)
    if said != (heading.office, heading.collective):
        raise Contradiction(f"an envelope of {said} around {heading.office} {heading.collective}")
    issued_at = product.issuanceTime.astimezone(UTC)
    if abs(issued_at - heading.issued_at) > _LARGEST_LAG:
        raise Contradiction(f"issued {issued_at} by the envelope, {heading.issued_at} inside")


def refuse_problem(body: bytes) -> None:
    """Raise what the service says went wrong, if the body is such a message.

    Raises
    ------
    NotServed
        With the service's own words.
    """
    try:
        problem = msgspec.json.decode(body, type=_Problem)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return
    raise NotServed(f"{problem.status} {problem.title}: {problem.detail or 'no detail'}")
