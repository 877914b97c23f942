"""What every driver promises, whichever feed it reads."""

from __future__ import annotations

import random
import string
from importlib.metadata import entry_points
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kalshi_alpha.core.errors import ParseRefused
from kalshi_alpha.datastore.feeds import Driver

DRIVERS: dict[str, Driver[Any]] = {
    point.name: point.load().DRIVER for point in entry_points(group="kalshi_alpha.drivers")
}
FIXTURES = Path(__file__).parents[2] / "fixtures"

each_driver = pytest.mark.parametrize("name", sorted(DRIVERS))


def test_the_feeds_of_the_cpi_family_are_installed() -> None:
    assert {"bls_cpi", "cleveland_nowcast", "aaa_gas", "macro_calendar"} <= DRIVERS.keys()


@each_driver
def test_a_driver_bears_the_name_of_its_entry_point_and_table(name: str) -> None:
    assert DRIVERS[name].source == DRIVERS[name].table.source == name


@each_driver
def test_a_driver_package_has_the_same_files_as_every_other(name: str) -> None:
    import kalshi_alpha.drivers

    folder = Path(str(kalshi_alpha.drivers.__file__)).parent / name
    files = {file.name for file in folder.glob("*.py")}
    assert {"__init__.py", "errors.py", "fetch.py", "parse.py", "schema.py"} <= files


@each_driver
def test_rows_carry_their_columns_under_unique_keys(name: str) -> None:
    driver = DRIVERS[name]
    for path in sorted((FIXTURES / name).glob(f"*.{driver.suffix}")):
        rows = driver.parse(path.read_bytes()).rows
        assert rows
        keys = {tuple(getattr(row, column) for column in driver.table.key) for row in rows}
        assert len(keys) == len(rows)


def _hostile(size: int) -> dict[str, bytes]:
    """Bodies that take a careless reader very long, or make its library give up."""
    letters = string.ascii_letters + string.digits + "+/"
    encoded = "".join(random.Random(7).choices(letters, k=size)).encode()
    repeated = (
        b"a",
        b"7",
        b"[",
        b"<",
        b"/",
        b" ",
        b"\n",
        b",",
        b'"',
        b"A B ",
        b"1/",
        b"TMAX ",
        b"<a ",
    )
    return {
        "base64": encoded,
        **{repr(unit): (unit * size)[:size] for unit in repeated},
    }


@pytest.mark.timeout(5)
@pytest.mark.parametrize("shape", sorted(_hostile(1)))
@each_driver
def test_a_long_body_of_one_shape_is_refused_at_once(name: str, shape: str) -> None:
    with pytest.raises(ParseRefused) as caught:
        DRIVERS[name].parse(_hostile(200_000)[shape])
    assert caught.value.source == name


@pytest.mark.timeout(5)
@pytest.mark.parametrize(
    "tail", [b"\n" * 200_000, b" \r\n" * 60_000, b"<div>" * 40_000, b"A B " * 50_000]
)
@each_driver
def test_a_true_payload_with_an_endless_tail_takes_no_longer(name: str, tail: bytes) -> None:
    driver = DRIVERS[name]
    body = min((FIXTURES / name).glob(f"*.{driver.suffix}")).read_bytes()
    try:
        assert driver.parse(body + tail).rows
    except ParseRefused as error:
        assert error.source == name  # noqa: PT017 - either is an answer


@given(st.sampled_from(sorted(DRIVERS)), st.binary(max_size=300) | st.text().map(str.encode))
def test_any_bytes_are_read_or_refused_in_the_name_of_the_feed(name: str, body: bytes) -> None:
    with pytest.raises(ParseRefused) as caught:
        DRIVERS[name].parse(body)
    assert caught.value.source == name
