"""SQLite on a network folder loses data: its locks do not work there, so such a folder is refused."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from fbridge.errors import StorageError

NETWORK_FILE_SYSTEMS = frozenset(
    {
        "9p",
        "afpfs",
        "afs",
        "ceph",
        "cifs",
        "davfs",
        "fuse.glusterfs",
        "fuse.rclone",
        "fuse.sshfs",
        "glusterfs",
        "lustre",
        "nfs",
        "nfs3",
        "nfs4",
        "smb2",
        "smb3",
        "smbfs",
        "vboxsf",
        "webdav",
    }
)


def refuse_network_folder(file: Path) -> None:
    """Raise StorageError where the file is, or would be, on a network file system."""
    kind = network_file_system(file.absolute())
    if kind:
        raise StorageError(
            f"The database {file} would be on a network folder ({kind}), where SQLite's locks do not work and two "
            "programs would destroy each other's data. Put it on a local disk (FBRIDGE_HOME, or database = ... in "
            "the settings), or use PostgreSQL.",
            reason="network_folder",
        )


def network_file_system(file: Path) -> str:
    """The kind of network file system that holds this path; "" for a local disk."""
    if str(file).startswith(("\\\\", "//")):
        return "a Windows share"
    if _is_on_a_device(file):
        return ""
    import psutil

    mounts = [one for one in psutil.disk_partitions(all=True) if file.is_relative_to(one.mountpoint)]
    if not mounts:
        return ""
    nearest = max(mounts, key=lambda one: len(Path(one.mountpoint).parts))
    remote = nearest.fstype.lower() in NETWORK_FILE_SYSTEMS or "remote" in nearest.opts.split(",")
    return nearest.fstype if remote else ""


def _is_on_a_device(file: Path) -> bool:
    """Whether a disk of this machine holds it for sure: on Linux what comes over a network has no device."""
    if not sys.platform.startswith("linux"):
        return False
    there = next(folder for folder in (file, *file.parents) if folder.exists())
    return os.major(there.stat().st_dev) != 0
