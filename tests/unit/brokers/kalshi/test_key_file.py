from __future__ import annotations

import os
from pathlib import Path

import pytest

from kalshi_alpha.brokers.kalshi.key_file import BYTES_MAX, read_key_file
from kalshi_alpha.core.errors import VenueKeyError


def kept(folder: Path, data: bytes = b"pem", mode: int = 0o600) -> Path:
    path = folder / "private.pem"
    path.write_bytes(data)
    path.chmod(mode)
    return path


@pytest.mark.parametrize("mode", [0o600, 0o400])
def test_a_file_of_ones_own_is_read(tmp_path: Path, mode: int) -> None:
    assert read_key_file(kept(tmp_path, mode=mode)) == b"pem"


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o644, 0o660, 0o601, 0o666, 0o620])
def test_a_file_open_to_group_or_others_is_refused_with_the_remedy(
    tmp_path: Path, mode: int
) -> None:
    with pytest.raises(VenueKeyError, match="chmod 600"):
        read_key_file(kept(tmp_path, mode=mode))


def test_a_credential_of_systemd_may_be_read_by_its_group_and_no_more(tmp_path: Path) -> None:
    assert read_key_file(kept(tmp_path, mode=0o440), group_may_read=True) == b"pem"
    for mode in (0o460, 0o444):
        with pytest.raises(VenueKeyError):
            read_key_file(kept(tmp_path, mode=mode), group_may_read=True)


def test_a_symbolic_link_is_refused(tmp_path: Path) -> None:
    link = tmp_path / "link.pem"
    link.symlink_to(kept(tmp_path))
    with pytest.raises(VenueKeyError, match="symbolic link"):
        read_key_file(link)


@pytest.mark.parametrize("size", [0, BYTES_MAX + 1])
def test_a_file_of_no_keys_size_is_refused(tmp_path: Path, size: int) -> None:
    with pytest.raises(VenueKeyError, match="bytes"):
        read_key_file(kept(tmp_path, data=b"x" * size))


def test_what_is_no_file_is_refused_without_waiting(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe", 0o600)
    for path in (tmp_path, tmp_path / "pipe"):
        with pytest.raises(VenueKeyError, match="not a regular file"):
            read_key_file(path)


def test_a_relative_path_and_an_absent_file_are_refused(tmp_path: Path) -> None:
    with pytest.raises(VenueKeyError, match="absolute"):
        read_key_file(Path("private.pem"))
    with pytest.raises(VenueKeyError, match="No such file"):
        read_key_file(tmp_path / "absent.pem")


def test_a_file_of_another_user_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = kept(tmp_path)
    own = os.geteuid()
    path_owner = own if own != 0 else 12345
    if own == 0:
        os.chown(path, path_owner, -1)
    monkeypatch.setattr(os, "geteuid", lambda: path_owner + 1)
    with pytest.raises(VenueKeyError, match="another user"):
        read_key_file(path)
