"""Whether a plugin and this fbridge are of one age: by the contract it was built for, or what its package asks for.

How the contract grows, and how long an older one is taken: docs/contract.md, "Versions".
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from importlib.metadata import Distribution
from typing import TYPE_CHECKING

from fbridge.models.platforms import CONTRACT_VERSION, OLDEST_CONTRACT, Platform
from fbridge.version import __version__

if TYPE_CHECKING:
    from packaging.specifiers import SpecifierSet

CORE = "fbridge"


def contract_fault(contract: object, plugin: str) -> str:
    """Why a plugin for this contract cannot be used here, or "". ``plugin`` is its distribution's name."""
    if not isinstance(contract, int) or isinstance(contract, bool):
        kind = type(contract).__name__
        return f"its contract is a {kind} where the number that it was built for is due, such as {CONTRACT_VERSION}"
    if OLDEST_CONTRACT <= contract <= CONTRACT_VERSION:
        return ""
    known = (
        f"has contract {CONTRACT_VERSION}"
        if OLDEST_CONTRACT == CONTRACT_VERSION
        else f"takes contracts {OLDEST_CONTRACT} to {CONTRACT_VERSION}"
    )
    newer = CORE if contract > CONTRACT_VERSION else plugin
    return f"it is built for contract {contract} and this fbridge {known}; install a newer {newer}"


def ageing_words(platform: Platform, distribution: str) -> str:
    """What is said of a plugin that works and was built for an older contract; "" for one of today."""
    if platform.contract >= CONTRACT_VERSION:
        return ""
    built = f"{distribution} is built for contract {platform.contract}, which is still taken by this fbridge"
    return f"{built}; look for a newer one before you take a later fbridge."


def requirement_fault(distribution: Distribution | None) -> str:
    """Which fbridge a plugin's package asks for, where this is another one, or "".

    A plugin for a newer fbridge often fails before it can state its contract: by a name that is not there yet.
    """
    from packaging.version import Version

    here = Version(__version__)
    for asked in _asked_of_core(distribution):
        if not asked.contains(here, prereleases=True):
            awaited = (Version(one.version) for one in asked if one.operator in {">=", ">", "~="})
            newer = CORE if any(here < version for version in awaited) else _name(distribution)
            known = f"its package asks for fbridge{asked} and this is fbridge {here}"
            return f"{known}; install a newer {newer}"
    return ""


def _asked_of_core(distribution: Distribution | None) -> Iterator[SpecifierSet]:
    from packaging.requirements import InvalidRequirement, Requirement

    for text in (distribution.requires if distribution else None) or ():
        with suppress(InvalidRequirement):
            asked = Requirement(text)
            if asked.name.lower() == CORE and (not asked.marker or asked.marker.evaluate({"extra": ""})):
                yield asked.specifier


def _name(distribution: Distribution | None) -> str:
    return distribution.metadata["Name"] if distribution else "plugin"


def foreign_name(error: BaseException) -> str:
    """The end of a sentence about an error by which a plugin for another fbridge betrays itself, or ""."""
    if isinstance(error, ImportError):
        foreign = is_of_core(error.name)
    elif isinstance(error, AttributeError):
        foreign = is_of_core(getattr(error.obj, "__module__", getattr(error.obj, "__name__", None)))
    else:
        foreign = isinstance(error, TypeError) and "unexpected keyword argument" in str(error)
    here = f"this fbridge is {__version__}, with contract {CONTRACT_VERSION}"
    return f" ({here}: is the plugin built for another?)" if foreign else ""


def is_of_core(module: object) -> bool:
    """Whether a module of this name would be fbridge's own."""
    return isinstance(module, str) and module.partition(".")[0] == CORE
