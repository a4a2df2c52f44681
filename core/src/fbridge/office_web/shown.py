"""How values look on a page: words in the reader's language, times in the office's zone, links to the web alone."""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import Enum
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from flask import current_app, g

from fbridge.exit_codes import ExitCode
from fbridge.models import standing_words
from fbridge.models.jobs import JobState
from fbridge.models.results import Outcome
from fbridge.models.states import PushState
from fbridge.office_web.guarding import MOST_FILE_BYTES
from fbridge.office_web.steps import step_of
from fbridge.phrases import Phrases, phrases

if TYPE_CHECKING:
    from flask import Flask

    from fbridge import Bridge, Job, Shipment


TOO_LARGE = f"This is too large; a file may have {MOST_FILE_BYTES // 2**20} MiB: divide it."
SIGN_IN_FIRST = "This is too large for whoever is not signed in; sign in first, and send it again."


_PLAN_WORDS = {
    "send": "send",
    "update": "correct",
    "check": "look first",
    "wait": "waits",
    "blocked": "blocked",
}
"""What a push does with a shipment, as the command says it."""


def bridge() -> Bridge:
    """The Python API of the office that this request is for."""
    found: Bridge = current_app.extensions["bridge"]
    return found


def spoken() -> Phrases:
    """The phrases of whoever reads."""
    found: Phrases = g.get("phrases") or phrases("en")
    return found


def register(app: Flask) -> None:
    """Give the templates their words."""
    app.jinja_env.globals.update(
        t=_told,
        because=lambda reason, words: spoken().because(reason, words),
        language=lambda: spoken().language,
        state_word=lambda value: spoken().word(value, PushState.__name__),
        states_word=_states_word,
        too_large=lambda: _told(TOO_LARGE),
        outcome_word=lambda value: _word(Outcome(value)),
        tracking_page=tracking_page,
        job_words=job_words,
        step_of=step_of,
        plan_words=_PLAN_WORDS,
        words=standing_words,
    )
    app.jinja_env.filters.update(word=_word, moment=_moment, day=_day, age=_age)
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True


def tracking_page(shipment: Shipment, number: str) -> str:
    """The carrier's page of a parcel; "" where there is none, or its address is none of the web."""
    day = shipment.shipped_at.date() if shipment.shipped_at else None
    page = shipment.carrier.url_for(
        number, postcode=shipment.recipient.postcode, reference=str(shipment.id), day=day
    )
    return web_page(page)


def web_page(address: str) -> str:
    """The address where it is one of the web; "" for any other, for a link may run what it names."""
    try:
        parts = urlsplit(address)
    except ValueError:
        return ""
    return address if parts.scheme in {"http", "https"} and parts.hostname else ""


def job_words(job: Job) -> str:
    """Where a job is, in words."""
    if job.state is JobState.ENDED:
        return "is done" if job.exit_code == ExitCode.OK else "done, and something needs you"
    return {
        JobState.ASKED: "begins",
        JobState.RUNNING: "at work",
    }.get(job.state, "its process ended without an answer; what was done is kept")


def _states_word(state: str, count: int) -> str:
    """What several of a state are called, which in some languages is another word than for one."""
    said = f"{count} {state.replace('_', ' ')}"
    told = spoken()(said)
    beside = told.removeprefix(f"{count} ")
    return spoken().word(state, PushState.__name__) if count == 1 or told in {said, beside} else beside


def _told(text: str) -> str:
    return spoken()(text)


def _word(state: Enum) -> str:
    return spoken().state(state)


def _moment(at: datetime | None) -> str:
    return f"{at.astimezone(bridge().context.timezone):%Y-%m-%d %H:%M}" if at else ""


def _day(at: datetime | None) -> str:
    return f"{at.astimezone(bridge().context.timezone):%Y-%m-%d}" if at else ""


def _age(span: timedelta | None) -> str:
    return "" if span is None else standing_words.age(span, spoken())
