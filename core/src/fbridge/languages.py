"""The languages that fbridge prints in, and which of them the system speaks."""

from __future__ import annotations

from collections.abc import Mapping

LANGUAGES = ("en", "it")


def system_language(environment: Mapping[str, str]) -> str:
    """The first of the usual variables that is set decides, else the desktop; ``en`` where it names none of ours."""
    told = (environment.get(name) for name in ("LC_ALL", "LC_MESSAGES", "LANG"))
    language = next(filter(None, told), "") or _windows_language()
    language = language.partition(".")[0].partition("_")[0].lower()
    return language if language in LANGUAGES else "en"


def _windows_language() -> str:
    """``it_IT``, from the settings of the user's desktop; "" elsewhere."""
    import ctypes
    import locale

    windows = getattr(ctypes, "windll", None)
    return locale.windows_locale.get(windows.kernel32.GetUserDefaultUILanguage(), "") if windows else ""
