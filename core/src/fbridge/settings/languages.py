"""The languages that fbridge prints in, and which of them the system speaks."""

from __future__ import annotations

from collections.abc import Mapping

LANGUAGES = ("en", "it")


def system_language(environment: Mapping[str, str]) -> str:
    """The first of the usual variables that is set decides; ``en`` where it names none of ours."""
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        if locale := environment.get(name):
            language = locale.partition(".")[0].partition("_")[0].lower()
            return language if language in LANGUAGES else "en"
    return "en"
