"""SQLite is refused on a network folder, with the reason."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import NamedTuple

import psutil
import pytest

from fbridge.errors import StorageError
from fbridge.storage.database import open_database
from fbridge.storage.network_folders import network_file_system


class Mount(NamedTuple):
    mountpoint: str
    fstype: str
    opts: str = "rw"


def mounted(monkeypatch: pytest.MonkeyPatch, *mounts: Mount) -> None:
    monkeypatch.setattr(psutil, "disk_partitions", lambda **_: list(mounts))
    monkeypatch.setattr(os, "major", lambda _: 0)  # what Linux says of all that comes over a network


@pytest.mark.parametrize("kind", ["nfs4", "cifs", "fuse.sshfs", "9p"])
def test_a_database_on_a_network_folder_is_refused_and_nothing_is_made(
    kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    mounted(monkeypatch, Mount("/", "ext4"), Mount(str(tmp_path), kind))
    with pytest.raises(StorageError, match="network folder") as refused:
        open_database(f"sqlite:///{tmp_path}/fbridge.db")
    assert kind in str(refused.value)
    assert "PostgreSQL" in str(refused.value)
    assert list(tmp_path.iterdir()) == []


def test_a_local_disk_mounted_below_a_network_folder_will_do(monkeypatch: pytest.MonkeyPatch) -> None:
    mounted(monkeypatch, Mount("/", "ext4"), Mount("/net", "nfs4"), Mount("/net/local", "xfs"))
    assert network_file_system(Path("/net/local/fbridge.db")) == ""
    assert network_file_system(Path("/net/other/fbridge.db")) == "nfs4"


def test_a_mapped_drive_of_windows_is_a_network_folder(monkeypatch: pytest.MonkeyPatch) -> None:
    mounted(monkeypatch, Mount("/data", "NTFS", "rw,remote"))
    assert network_file_system(Path("/data/fbridge.db")) == "NTFS"


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="devices are Linux's")
def test_a_folder_on_a_disk_of_this_machine_is_told_by_its_device(monkeypatch: pytest.MonkeyPatch) -> None:
    mounted(monkeypatch, Mount("/", "nfs4"))
    assert network_file_system(Path("/nowhere/yet/fbridge.db")) == "nfs4"
    monkeypatch.setattr(os, "major", lambda _: 8)
    assert network_file_system(Path("/nowhere/yet/fbridge.db")) == ""


def test_this_machines_own_disk_will_do(tmp_path: Path) -> None:
    assert network_file_system(tmp_path / "fbridge.db") == ""
