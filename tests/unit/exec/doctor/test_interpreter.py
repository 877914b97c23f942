from __future__ import annotations

import pytest

from kalshi_alpha.exec.doctor.finding import Status
from kalshi_alpha.exec.doctor.interpreter import extras, lock, packages, python

HAVE = {"click": "8.1.7", "numpy": "2.2.0", "httpx2": "2.10.0rc1", "hishel": "2.0.0"}
ASKED = ["click<9,>=8.1", "numpy >=2.2,<3", 'hishel[httpx2]>=2,<3; extra == "live"', "httpx2>=3"]


@pytest.mark.parametrize(
    ("version", "status"),
    [
        ((3, 11, 0), Status.OK),
        ((3, 11, 9), Status.OK),
        ((3, 12, 0), Status.FAIL),
        ((3, 10, 14), Status.FAIL),
    ],
)
def test_the_interpreter_lies_within_the_packages_bounds(
    version: tuple[int, ...], status: Status
) -> None:
    assert python(version, ">=3.11,<3.12").status is status


def test_packages_are_judged_without_the_extras() -> None:
    assert packages(ASKED[:3], HAVE.get).found == "2 packages within their bounds"
    found = packages([*ASKED, "msgspec>=0.19"], HAVE.get)
    assert found.status is Status.FAIL
    assert found.found == "httpx2 2.10.0rc1 is not >=3; msgspec is not installed"


@pytest.mark.parametrize(
    ("bounds", "within"),
    [
        ("==8.1.*", True),
        ("==8.1.7", True),
        ("==8.2", False),
        ("!=8.1.7", False),
        ("~=8.1", True),
        ("~=8.1.9", False),
        (">8.1,<=8.1.7", True),
        ("<8.1.7", False),
        ("", True),
    ],
)
def test_every_kind_of_bound_is_read(bounds: str, *, within: bool) -> None:
    assert (packages([f"click{bounds}"], HAVE.get).status is Status.OK) is within


def test_the_lock_that_is_followed_best_is_meant() -> None:
    base = "click==8.1.7 \\\n    --hash=sha256:ab\nnumpy==2.2.0\n"
    win = "colorama==1.0 ; sys_platform == 'win32' \\\n    --hash=sha256:ab\n"
    locks = {"base.lock": base, "dev.lock": f"{base}{win}hishel==2.0.0\n", "old.lock": "click==1.0"}
    assert lock(locks, HAVE.get).found == "3 packages as dev.lock has them"
    drifted = lock({"base.lock": base}, {"click": "8.0"}.get)
    assert drifted.status is Status.WARN
    said = "beside base.lock: click 8.0, locked 8.1.7; numpy missing, locked 2.2.0"
    assert drifted.found == said
    assert lock({}, HAVE.get).status is Status.NOT_APPLICABLE


def test_an_extra_is_needed_only_where_a_venue_is_spoken_to() -> None:
    asked = [*ASKED, "numba>=0.61; extra == 'fast'", "picows>=2; extra == 'live'"]
    found = extras(asked, HAVE.get, venue=False)
    assert found.status is Status.OK
    assert found.found == "installed: none; live lacks picows; fast lacks numba"
    assert extras(asked, HAVE.get, venue=True).status is Status.FAIL
    whole = extras(ASKED, HAVE.get, venue=True)
    assert (whole.status, whole.found) == (Status.OK, "installed: live")
