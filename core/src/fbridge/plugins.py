"""The plugin host: finds and loads platform plugins (docs/contract.md, "A plugin").

Only the plugin of a store's platform is imported, into a plugin manager of its own, and it alone is called. A
broken one is named with its distribution and its cause, and breaks nobody else.
"""

from __future__ import annotations

import inspect
import logging
import os
import re
import sys
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from functools import lru_cache
from importlib.metadata import Distribution, EntryPoint, distributions
from pathlib import Path
from typing import Any, TypeVar

import pluggy

from fbridge import hookspecs
from fbridge.errors import PluginError, PluginMissingError
from fbridge.installation import PUBLISHED_PLUGINS, to_install
from fbridge.models.platforms import OLDEST_CONTRACT, Platform
from fbridge.plugin_calls import LoadedPlatform, in_one_line, plugin_error
from fbridge.plugin_values import fault_in
from fbridge.plugin_versions import ageing_words, contract_fault, foreign_name, is_of_core, requirement_fault
from fbridge.settings.near_match import did_you_mean

T = TypeVar("T")

log = logging.getLogger("fbridge.plugins")
_SPECIFIED = f"{hookspecs.PROJECT}_spec"
_IMPLEMENTED = f"{hookspecs.PROJECT}_impl"

LISTENER_ENTRY_POINT_GROUP = "fbridge.listeners"
_GROUPS = frozenset({hookspecs.ENTRY_POINT_GROUP, LISTENER_ENTRY_POINT_GROUP})

HOOKS = tuple(name for name, value in vars(hookspecs).items() if hasattr(value, _SPECIFIED))
REQUIRED_HOOKS = tuple(name for name in HOOKS if name not in hookspecs.OPTIONAL_HOOKS)


@dataclass(frozen=True, slots=True, kw_only=True)
class PlatformStatus:
    """An installed platform for display: ``platform`` where it works, else ``cause`` in one sentence.

    ``distribution`` is what was installed, by its name, ``version`` its version; of a plugin that no distribution has
    brought, where it is, and "".
    """

    key: str
    distribution: str
    version: str = ""
    platform: Platform | None = None
    cause: str = ""

    @property
    def package(self) -> str:
        """The distribution with its version, for people."""
        return f"{self.distribution} {self.version}".strip()

    @property
    def ok(self) -> bool:
        """Whether the plugin can be used."""
        return self.platform is not None

    @property
    def ageing(self) -> str:
        """One sentence where it works and was built for an older contract than this fbridge's."""
        return ageing_words(self.platform, self.package) if self.platform else ""


def installed_platforms() -> dict[str, EntryPoint]:
    """The entry point of each installed platform by key, sorted. Nothing is imported.

    ``FBRIDGE_PLATFORMS=a,b`` leaves only these.
    """
    return {key: offers[0] for key, offers in _offers().items()}


def installed_listeners() -> dict[str, EntryPoint]:
    """The entry point of each installed listener by name, sorted (:mod:`fbridge.listeners`). Nothing is imported.

    Where two packages have one of the same name, the first that Python finds counts.
    """
    offers = _installed_offers(_installations())[LISTENER_ENTRY_POINT_GROUP]
    return {name: found[0] for name, found in offers.items()}


def packages_were_searched() -> bool:
    """Whether this process knows already what is installed, which takes longer than most that is done with it."""
    return _installed_offers.cache_info().currsize > 0


def load_platform(key: str) -> LoadedPlatform:
    """Import the plugin of this platform, and no other.

    Raises: PluginMissingError; PluginError naming the plugin, its distribution and the cause.
    """
    offers = _offers().get(key)
    if offers is None:
        raise _missing(key)
    if len(offers) > 1:
        names = " and ".join(package_of(offer) for offer in offers)
        raise PluginError(
            f'Two plugins offer the platform "{key}": {names}. Uninstall one of them.',
            reason="plugin_ambiguous",
        )
    return _Loader(offers[0]).load()


def describe_all() -> list[PlatformStatus]:
    """Every installed platform, working or failed with its cause. Raises no error of a plugin."""
    return [_status(key, offer) for key, offer in installed_platforms().items()]


def _status(key: str, offer: EntryPoint) -> PlatformStatus:
    name, version = _name_and_version(offer.dist) if offer.dist else (offer.value, "")
    try:
        platform = load_platform(key).platform
    except PluginError as error:
        return PlatformStatus(key=key, distribution=name, version=version, cause=str(error))
    return PlatformStatus(key=key, distribution=name, version=version, platform=platform)


class _Loader:
    """Takes one entry point through import, hooks, description and contract."""

    def __init__(self, offer: EntryPoint) -> None:
        self._offer = offer
        self._manager = pluggy.PluginManager(hookspecs.PROJECT)
        self._manager.add_hookspecs(hookspecs)

    def load(self) -> LoadedPlatform:
        plugin = self._import()
        if fault := self._register(plugin) or self._missing_hooks(plugin, OLDEST_CONTRACT):
            # Other hooks in another contract are no misspelling: that cause comes first.
            self._check_contract(_stated_contract(plugin))
            raise self._failure(fault)
        platform = self._describe()
        self._check_contract(platform.contract)
        if fault := self._missing_hooks(plugin, platform.contract):
            raise self._error(fault)
        if platform.key != self._offer.name:
            raise self._error(f'it describes the platform "{platform.key}" under another name')
        if platform_fault := _platform_fault(platform) or fault_in(platform, Platform):
            raise self._error(f"its description is wrong: {platform_fault}")
        return LoadedPlatform(platform, package_of(self._offer), self._manager.hook)

    def _import(self) -> object:
        import fbridge.settings.bare_marshmallow  # noqa: F401 - each plugin's settings import marshmallow whole

        offer = self._offer
        if offer.pattern.match(offer.value) is None:
            raise self._error(f'its entry point "{offer.value}" names no module')
        try:
            return offer.load()
        except ModuleNotFoundError as error:
            raise self._failure(_not_found(offer, error), error) from error
        except (Exception, SystemExit) as error:
            raise self._failure(f"it fails at import: {in_one_line(error)}", error) from error

    def _register(self, plugin: object) -> str:
        """What is wrong with the plugin's hooks, or nothing."""
        try:
            self._manager.register(plugin, self._offer.name)
        except pluggy.PluginValidationError as error:
            return _wrong_hook(error)
        except Exception as error:  # noqa: BLE001 - a plugin may be any object, and raise from any attribute
            return f"it cannot be registered: {in_one_line(error)}"
        return self._unknown_hook()

    def _unknown_hook(self) -> str:
        names = [
            caller.name
            for caller in self._manager.get_hookcallers(self._manager.get_plugin(self._offer.name)) or ()
            if not caller.has_spec()
        ]
        return (
            f'it has a hook "{names[0]}", which fbridge does not know.{did_you_mean(names[0], HOOKS)}'
            if names
            else ""
        )

    def _missing_hooks(self, plugin: object, contract: int) -> str:
        """Which hooks a plugin for this contract lacks, or nothing."""
        missing = [
            name
            for name in REQUIRED_HOOKS
            if hookspecs.CAME_WITH.get(name, OLDEST_CONTRACT) <= contract and not self._implementations(name)
        ]
        if not missing:
            return ""
        unmarked = [name for name in missing if callable(getattr(plugin, name, None))]
        hint = f" ({unmarked[0]} is not marked with @hookimpl)" if unmarked else ""
        return f"it lacks the {'hook' if len(missing) == 1 else 'hooks'} {', '.join(missing)}{hint}"

    def _implementations(self, name: str) -> list[Any]:
        found = getattr(self._manager.hook, name).get_hookimpls()
        return [one for one in found if not (one.wrapper or one.hookwrapper)]

    def _describe(self) -> Platform:
        try:
            platform = self._manager.hook.describe_platform()
        except (Exception, SystemExit) as error:
            raise self._failure(f"describe_platform fails: {in_one_line(error)}", error) from error
        if not isinstance(platform, Platform):
            raise self._error(f"describe_platform gave {type(platform).__name__} where Platform is due")
        return platform

    def _check_contract(self, contract: object) -> None:
        fault = contract_fault(contract, getattr(self._offer.dist, "name", self._offer.name))
        if contract is not None and fault:
            raise self._error(fault, reason="plugin_contract")

    def _failure(self, cause: str, error: BaseException | None = None) -> PluginError:
        """For what a plugin for another fbridge fails by as well: then that comes first."""
        if age := requirement_fault(self._offer.dist):
            return self._error(f"{age} ({cause})", reason="plugin_contract")
        return self._error(cause + (foreign_name(error) if error else ""))

    def _error(self, cause: str, *, reason: str | None = None) -> PluginError:
        return plugin_error(self._offer.name, package_of(self._offer), cause, reason=reason)


def _offers() -> dict[str, list[EntryPoint]]:
    allowed = _allowed()
    offers = _installed_offers(_installations())[hookspecs.ENTRY_POINT_GROUP]
    return {key: found for key, found in offers.items() if allowed is None or key in allowed}


def _installations() -> tuple[tuple[str, int], ...]:
    """The folders in which packages are installed, each with the time when one came or went."""
    found = []
    for folder in sys.path:
        with suppress(OSError):
            found.append((folder, Path(folder).stat().st_mtime_ns))
    return tuple(found)


_Offers = dict[str, list[EntryPoint]]


@lru_cache(maxsize=8)
def _installed_offers(installations: tuple[tuple[str, int], ...]) -> dict[str, _Offers]:
    """What all installed packages offer, by group; reading their metadata takes longer than most that is done with
    it."""
    offers: dict[str, _Offers] = {group: {} for group in _GROUPS}
    seen: set[str] = set()
    for distribution in distributions(path=[folder for folder, _ in installations]):
        for offer in _entry_points(distribution, seen):
            offers[offer.group].setdefault(offer.name, []).append(offer)
    return {group: dict(sorted(found.items())) for group, found in offers.items()}


def _entry_points(distribution: Distribution, seen: set[str]) -> list[EntryPoint]:
    """What a distribution offers us; one that is broken, or shadowed on ``sys.path``, offers nothing."""
    try:
        found = [one for one in distribution.entry_points if one.group in _GROUPS]
        if not found:
            return []
        name = re.sub(r"[-_.]+", "-", distribution.metadata["Name"] or str(distribution)).lower()
    except Exception as error:  # noqa: BLE001 - any package of this environment may be damaged in any way
        log.warning("An installed package has unreadable metadata: %s", in_one_line(error))
        return []
    if name in seen:
        return []
    seen.add(name)
    return found


def _allowed() -> frozenset[str] | None:
    chosen = os.environ.get("FBRIDGE_PLATFORMS")
    return frozenset(part.strip() for part in chosen.split(",") if part.strip()) if chosen else None


def _missing(key: str) -> PluginMissingError:
    installed = installed_platforms()
    allowed = _allowed()
    names = f"Installed: {', '.join(installed)}." if installed else "No platform plugin is installed."
    if allowed is not None and key not in allowed:
        return PluginMissingError(f'The platform "{key}" is left out by FBRIDGE_PLATFORMS. {names}')
    way_out = f" To install it: {to_install(f'fbridge-{key}')}" if key in PUBLISHED_PLUGINS else ""
    return PluginMissingError(
        f'There is no plugin for the platform "{key}".{did_you_mean(key, installed)} {names}{way_out}'
    )


def package_of(offer: EntryPoint) -> str:
    """The distribution with its version that has brought an entry point, for people."""
    return " ".join(_name_and_version(offer.dist)) if offer.dist else offer.value


@lru_cache(maxsize=64)
def _name_and_version(distribution: Distribution) -> tuple[str, str]:
    """Its metadata is parsed as a mail is, each time that anything of it is asked for."""
    metadata = distribution.metadata
    return metadata["Name"], metadata["Version"]


def _not_found(offer: EntryPoint, error: ModuleNotFoundError) -> str:
    own = error.name is not None and (offer.module == error.name or offer.module.startswith(f"{error.name}."))
    if own:
        return f"its module {offer.module} is not there; install it again"
    if is_of_core(error.name):
        return f"it needs the module {error.name}, which is not there"
    return f"it needs the module {error.name}, which is not installed; install the plugin again with pip"


def _wrong_hook(error: pluggy.PluginValidationError) -> str:
    text = str(error)
    arguments = re.search(r"for hook '(\w+)'.*Argument\(s\) \{(.*?)\}", text, re.DOTALL)
    if arguments is None:
        return f"a hook is wrong: {' '.join(text.split())}"
    hook, names = arguments[1], arguments[2].replace("'", "")
    known = ", ".join(inspect.signature(getattr(hookspecs, hook)).parameters) or "no arguments"
    return f"its hook {hook} has arguments that fbridge does not give: {names} (it gives {known})"


def _stated_contract(plugin: object) -> object:
    """The contract that a plugin with wrong hooks says it is built for, if it says so."""
    with suppress(Exception):
        describe = getattr(plugin, "describe_platform", None)
        return getattr(describe(), "contract", None) if hasattr(describe, _IMPLEMENTED) and describe else None
    return None


def _platform_fault(platform: Platform) -> str:
    # What a plugin wrote there is not held to its annotations by anybody.
    schema: Any = platform.settings
    size: Any = platform.batch_size
    settle: Any = platform.settle_time
    checks: Mapping[str, bool] = {
        "settings must be a marshmallow schema class": isinstance(schema, type) and hasattr(schema, "load"),
        "batch_size must be 1 or more": isinstance(size, int) and size >= 1,
        "settle_time must be a timedelta of 0 or more": isinstance(settle, timedelta)
        and settle >= timedelta(0),
    }
    return next((rule for rule, holds in checks.items() if not holds), "")
