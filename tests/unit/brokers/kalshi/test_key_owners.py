from __future__ import annotations

import os
from pathlib import Path

import pytest

from kalshi_alpha.brokers.kalshi.key_owners import (
    GENERIC,
    foreign_names,
    names_to_use,
    own_names,
    refuse_shared,
)
from kalshi_alpha.config.environment import KalshiEnv
from kalshi_alpha.core.errors import UsageError, VenueKeyError

PROD, DEMO, SIM = KalshiEnv.PROD, KalshiEnv.DEMO, KalshiEnv.SIM


def named(mark: str, key_id: str, path: object) -> dict[str, str]:
    return {f"KALSHI_{mark}API_KEY_ID": key_id, f"KALSHI_{mark}PRIVATE_KEY_PEM_PATH": str(path)}


@pytest.mark.parametrize(
    ("stated", "owner"),
    [(None, PROD), ("", PROD), ("prod", PROD), ("demo", DEMO), ("sim", SIM)],
)
def test_the_names_without_an_environment_belong_to_exactly_one(
    stated: str | None, owner: KalshiEnv
) -> None:
    environ = named("", "desk-key", "/k.pem") | ({} if stated is None else {"KALSHI_ENV": stated})
    for env in (PROD, DEMO):
        if env is owner:
            assert names_to_use(env, environ) == GENERIC
        else:
            with pytest.raises(
                VenueKeyError, match=f"belongs to .*; for {env} set KALSHI_{env.upper()}"
            ):
                names_to_use(env, environ)
    assert names_to_use(SIM, environ) is None


def test_an_environment_that_is_none_owns_nothing() -> None:
    environ = named("", "desk-key", "/k.pem") | {"KALSHI_ENV": "live"}
    with pytest.raises(UsageError, match="KALSHI_ENV must be one of"):
        names_to_use(PROD, environ)


def test_an_environments_own_names_are_used_before_the_others() -> None:
    environ = named("", "desk-key", "/k.pem") | named("PROD_", "prod-key", "/p.pem")
    assert names_to_use(PROD, environ) == own_names(PROD)
    assert foreign_names(PROD, environ) == ()
    assert foreign_names(DEMO, environ) == (own_names(PROD), GENERIC)


@pytest.mark.parametrize("stated", [{}, {"KALSHI_ENV": "prod"}], ids=["unset", "prod"])
@pytest.mark.parametrize("mark", ["DEMO_", "SIM_"])
def test_the_exchanges_key_named_for_another_environment_too_is_refused(
    tmp_path: Path, mark: str, stated: dict[str, str]
) -> None:
    other = f"KALSHI_{mark}"
    ids = named("", "desk-key", "/k.pem") | named(mark, " DESK-key", "/other.pem") | stated
    with pytest.raises(
        VenueKeyError, match=f"{other}API_KEY_ID and KALSHI_API_KEY_ID are the same"
    ):
        refuse_shared(ids)
    files = named("", "desk-key", "/k.pem") | named(mark, "another", "/k.pem") | stated
    with pytest.raises(
        VenueKeyError, match=f"{other}PRIVATE_KEY_PEM_PATH and KALSHI_.* one key file"
    ):
        refuse_shared(files)


def test_one_key_file_is_one_by_any_spelling(tmp_path: Path) -> None:
    key = tmp_path / "key.pem"
    key.write_bytes(b"key")
    hard, soft, folder = tmp_path / "hard.pem", tmp_path / "soft.pem", tmp_path / "folder"
    os.link(key, hard)
    soft.symlink_to(key)
    folder.symlink_to(tmp_path)
    spelled = [f"{tmp_path}/./key.pem", f"{tmp_path}//key.pem", f"{tmp_path}/x/../key.pem"]
    (tmp_path / "x").mkdir()
    for other in (hard, soft, folder / "key.pem", *spelled):
        environ = named("PROD_", "prod-key", key) | named("DEMO_", "demo-key", other)
        with pytest.raises(VenueKeyError, match="PEM_PATH name one key file"):
            refuse_shared(environ)


def test_keys_of_their_own_pass_and_so_does_one_named_twice_for_one_environment(
    tmp_path: Path,
) -> None:
    for name in ("a.pem", "b.pem"):
        (tmp_path / name).write_bytes(b"key")
    desk = named("", "desk-key", tmp_path / "a.pem")
    refuse_shared(desk | named("PROD_", "desk-key", tmp_path / "a.pem"))
    refuse_shared(desk | named("DEMO_", "demo-key", tmp_path / "b.pem"))
    refuse_shared(desk | named("DEMO_", "demo-key", "/missing.pem"))
    refuse_shared(desk | {"KALSHI_DEMO_API_KEY_ID": "", "KALSHI_DEMO_PRIVATE_KEY_PEM_PATH": ""})


def test_while_practising_only_the_local_exchange_must_not_have_the_desks_key() -> None:
    desk = named("", "desk-key", "/k.pem") | {"KALSHI_ENV": "sim"}
    refuse_shared(desk | named("DEMO_", "desk-key", "/k.pem"))
    with pytest.raises(VenueKeyError, match="KALSHI_SIM_API_KEY_ID and KALSHI_API_KEY_ID"):
        refuse_shared(desk | named("SIM_", "desk-key", "/sim.pem"))
