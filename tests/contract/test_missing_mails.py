"""Who else acts while a mail that did not leave is asked for again: a colleague, a crash, a backup, the merchant."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
import sqlalchemy as sa

from fbridge.errors import BusyError
from fbridge.models.shipments import Shipment
from fbridge.models.states import MailEffect
from fbridge.push import mail_again
from fbridge.push.mail_again import MailItem
from fbridge.storage.tables import attempts
from fbridge.testing import Office, number
from fbridge.testing.faults import Answer, Fault, FaultProxy
from fbridge.testing.missing_mails import missing

from .toy_store import ToyUnderTest

SETTLED = timedelta(seconds=30)


@pytest.fixture
def office(shop: ToyUnderTest, proxy: FaultProxy, tmp_path: Path, database_url: str) -> Iterator[Office]:
    """On every database that the tests know, for a colleague may sit at another desk."""
    with Office(shop, tmp_path / "home", url=proxy.url, database_url=database_url, settle="30s") as made:
        yield made


def unmailed(office: Office) -> tuple[str, Shipment]:
    order = office.store.new_order([(office.store.skus[0], 1)])
    office.fetch()
    shipment = office.ship(order, [number(1)])
    office.store.lose_mails(lost=True)
    office.push()
    office.store.lose_mails(lost=False)
    assert missing(office, shipment) is not None
    return order, shipment


def ask(office: Office, shipment: Shipment, *, even_if_mailed: bool = False) -> MailItem:
    (item,) = office.bridge.mail_again([shipment.label], even_if_mailed=even_if_mailed).results
    return item


def test_what_status_and_the_story_tell_until_the_mail_has_left(office: Office) -> None:
    order, shipment = unmailed(office)
    told = [line.words for line in office.bridge.explain(shipment.label).lines if line.what == "mail.missing"]
    assert told == [f"{shipment.label}: the planned mail to the customer did not leave"]
    assert ask(office, shipment).mail is MailEffect.SENT
    assert len(office.store.mails(order)) == 1
    story = office.bridge.explain(shipment.label)
    words = [line.words for line in story.lines]
    assert f"{shipment.label}: the store is asked for its mail again" in words
    assert any(line.http for line in story.lines if line.words.startswith(f"{shipment.label}: sent (mailed"))
    assert story.next_steps == ()


def test_a_colleague_at_another_desk_asks_for_the_same_mail(office: Office, proxy: FaultProxy) -> None:
    """Both saw the same plan; whoever comes second finds the turn taken, or what the first has done."""
    order, shipment = unmailed(office)
    colleague = office.another_desk()
    theirs = colleague.plan_mails([shipment.label])
    outcomes: list[object] = []

    def ask_at_their_desk() -> None:
        result = colleague.mail_again([shipment.label], plan=theirs, even_if_mailed=True)
        outcomes.extend((*result.results, *(error for _, error in result.errors)))

    thread = Thread(target=ask_at_their_desk)
    proxy.after_each = lambda: None if thread.ident else thread.start()
    mine = office.bridge.mail_again([shipment.label])
    thread.join()
    colleague.close()
    proxy.after_each = None
    (other,) = outcomes
    told = {one.mail for one in mine.results} | ({other.mail} if isinstance(other, MailItem) else set())
    assert told == {MailEffect.SENT}
    assert isinstance(other, BusyError) or other.reason in {"mailed_already", "plan_changed", "mailed"}
    assert len(office.store.mails(order)) == 1


def test_a_program_that_dies_between_the_request_and_its_answer_leaves_a_doubt(
    office: Office, proxy: FaultProxy, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is recorded before the request is all that a killed process leaves behind."""
    order, shipment = unmailed(office)

    class Killed(BaseException):
        pass

    def die(*_: object, **__: object) -> None:
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(mail_again._Asking, "_take", die)
        with pytest.raises(Killed):
            office.bridge.mail_again([shipment.label])
    assert len(office.store.mails(order)) == 1
    with office.bridge.context.database.read() as connection:
        (open_try,) = connection.execute(
            sa.select(attempts.c.finished_at).where(attempts.c.asks_mail.is_(True))
        ).scalars()
    assert open_try is None
    office.skip_time(SETTLED)
    item = ask(office, shipment)
    assert (item.reason, item.missing) == ("mail_may_have_left", True)
    assert len(office.store.mails(order)) == 1
    office.bridge.mailed_otherwise(shipment.label)
    assert office.bridge.status().items == ()


def test_a_doubt_is_asked_about_only_with_consent_and_after_the_settle_time(
    office: Office, proxy: FaultProxy
) -> None:
    order, shipment = unmailed(office)
    proxy.strike(Fault(name="lost", answer=Answer.HANG_UP))
    assert ask(office, shipment).mail is MailEffect.UNCONFIRMED
    soon = ask(office, shipment, even_if_mailed=True)
    office.skip_time(SETTLED)
    assert ask(office, shipment).reason == "mail_may_have_left"
    assert ask(office, shipment, even_if_mailed=True).mail is MailEffect.SENT
    assert (soon.reason, len(office.store.mails(order))) == ("still_settling", 1)


def test_where_no_connection_was_made_nothing_is_in_doubt(
    office: Office, proxy: FaultProxy, monkeypatch: pytest.MonkeyPatch
) -> None:
    order, shipment = unmailed(office)
    send = mail_again._Asking._send

    def send_into_the_void(*given: Any) -> None:
        proxy.stop_listening()
        send(*given)

    with monkeypatch.context() as patch:
        patch.setattr(mail_again._Asking, "_send", send_into_the_void)
        result = office.bridge.mail_again([shipment.label])
    proxy.listen_again()
    told = missing(office, shipment)
    assert told is not None
    assert told.reason == "mail_not_sent"
    assert result.errors
    assert ask(office, shipment).mail is MailEffect.SENT
    assert len(office.store.mails(order)) == 1


def test_of_a_cancelled_order_nobody_is_mailed(office: Office) -> None:
    order, shipment = unmailed(office)
    office.store.cancel(order)
    assert ask(office, shipment).reason == "order_cancelled"
    assert office.store.mails(order) == ()


def test_of_an_order_that_is_gone_nobody_is_mailed(office: Office) -> None:
    order, shipment = unmailed(office)
    office.store.delete(order)
    assert ask(office, shipment).reason == "order_missing"


def test_where_a_person_has_acted_since_the_plan_nothing_is_asked(office: Office) -> None:
    order, shipment = unmailed(office)
    plan = office.bridge.plan_mails([shipment.label])
    office.bridge.mailed_otherwise(shipment.label)
    (item,) = office.bridge.mail_again([shipment.label], plan=plan).results
    assert (item.reason, office.store.mails(order)) == ("no_mail_planned", ())


def test_after_a_restored_backup_it_may_have_been_asked_for_since(office: Office, tmp_path: Path) -> None:
    order, shipment = unmailed(office)
    path = office.bridge.context.database.path
    if path is None:
        pytest.skip("a backup is put back as a file on SQLite alone")
    backup = office.bridge.backup(tmp_path / "backup.db")
    assert ask(office, shipment).mail is MailEffect.SENT
    office.bridge.close()
    shutil.copy(backup, path)
    assert ask(office, shipment).reason in {"mail_may_have_left", "plan_changed"}
    assert ask(office, shipment).reason == "mail_may_have_left"
    assert len(office.store.mails(order)) == 1


def test_what_needs_no_mail_is_not_asked_for(office: Office) -> None:
    order = office.store.new_order([(office.store.skus[0], 1)])
    office.fetch()
    shipment = office.ship(order, [number(1)])
    assert ask(office, shipment).reason == "not_sent_yet"
    office.push()
    assert ask(office, shipment, even_if_mailed=True).reason == "mailed_already"
    assert len(office.store.mails(order)) == 1
