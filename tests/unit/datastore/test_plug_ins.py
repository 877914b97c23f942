from __future__ import annotations

from pathlib import Path

import pytest

from kalshi_alpha.core.errors import ConfigError
from kalshi_alpha.datastore.plug_ins import DRIVERS, STRATEGIES, plug_ins


def offer(folder: Path, package: str, group: str, name: str) -> None:
    info = folder / f"{package}-1.0.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {package}\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text(f"[{group}]\n{name} = {package}\n")


def test_the_program_s_own_are_there_in_the_order_of_their_names() -> None:
    names = list(plug_ins(STRATEGIES))
    assert names == sorted(names)
    assert {"claims", "cpi", "tney", "weather"} <= set(names)


def test_a_package_may_add_a_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    offer(tmp_path, "petrol", STRATEGIES, "gas")
    monkeypatch.syspath_prepend(tmp_path)
    assert plug_ins(STRATEGIES)["gas"].value == "petrol"


@pytest.mark.parametrize(("group", "name"), [(STRATEGIES, "cpi"), (DRIVERS, "bls_cpi")])
def test_no_package_takes_the_place_of_the_program_s_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, group: str, name: str
) -> None:
    offer(tmp_path, "impostor", group, name)
    monkeypatch.syspath_prepend(tmp_path)
    with pytest.raises(ConfigError, match=rf"{name}: .* by impostor and kalshi-alpha; uninstall"):
        plug_ins(group)
