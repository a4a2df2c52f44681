"""``python -m tests.mutations``: break the code on purpose, one place at a time; the named tests must go red.

A copy of the packages is broken, never the sources. It is run by hand (``make mutations``) after a change of what a
push rests on. Names choose some mutations. It ends with 1 where a break went unseen.
"""

from __future__ import annotations

import argparse
import os
import shlex
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parent.parent
PACKAGES = (
    "core/src/fbridge",
    *(f"plugins/{one}/src/fbridge_{one}" for one in ("magento", "prestashop", "shopify", "woocommerce")),
)
GREEN, RED = 0, 1


@dataclass(frozen=True)
class Mutation:
    """One break: in ``file`` (within its package folder) ``old`` becomes ``new``; ``tests`` must notice."""

    name: str
    file: str
    old: str
    new: str
    tests: str


OVERTAKEN = "tests/people/test_overtaken.py"
PEOPLE = "tests/people/test_a_person_during_a_push.py -k sqlite -m 'not exhaustive'"
LEDGER = "tests/core/test_ledger.py -k sqlite"

MUTATIONS: tuple[Mutation, ...] = (
    Mutation(
        "a read is kept by who was overtaken",
        "fbridge/push/run_state.py",
        "            self.turn.verify(connection)\n            older",
        "            older",
        OVERTAKEN,
    ),
    Mutation(
        "orders are refused by who was overtaken",
        "fbridge/push/run_state.py",
        "            self.turn.verify(connection)\n            self.touch(moved)",
        "            self.touch(moved)",
        OVERTAKEN,
    ),
    Mutation(
        "a claim by who was overtaken",
        "fbridge/push/send.py",
        "        run.turn.verify(connection)\n        found = ledger",
        "        found = ledger",
        OVERTAKEN,
    ),
    Mutation(
        "a receipt is kept by who was overtaken",
        "fbridge/push/receipt_keeping.py",
        "            run.turn.verify(connection)\n",
        "",
        OVERTAKEN,
    ),
    Mutation(
        "a judgement by who was overtaken",
        "fbridge/push/recover.py",
        "        run.turn.verify(connection)\n        lock_orders(connection, [group[0].order_id])",
        "        lock_orders(connection, [group[0].order_id])",
        OVERTAKEN,
    ),
    Mutation(
        "a write by who was overtaken",
        "fbridge/push/run.py",
        "            opened.store.http.before_write = turn.verify\n",
        "",
        OVERTAKEN,
    ),
    Mutation(
        "two reads need not agree",
        "fbridge/push/recover.py",
        "elif before.get(order.remote_id) != snapshot(order):",
        "elif before.get(order.remote_id) is None:",
        "tests/people/test_recovery.py",
    ),
    Mutation(
        "a remote id does not mean that the store shows it",
        "fbridge/push/decide.py",
        "for row in rows if row.acknowledged_revision is not None or row.remote_ids)",
        "for row in rows if row.acknowledged_revision is not None)",
        "tests/core/test_decide.py",
    ),
    Mutation(
        "what has a remote id is counted beside what the store shows",
        "fbridge/push/decide.py",
        "row.acknowledged_revision is None and not row.remote_ids)",
        "row.acknowledged_revision is None)",
        "tests/core/test_decide.py",
    ),
    Mutation(
        "an earlier mail is forgotten",
        "fbridge/push/mails.py",
        "min(told, before, key=_STRONGER_FIRST.index)",
        "told",
        "tests/core/test_receipts.py",
    ),
    Mutation(
        "an empty receipt takes the remote ids away",
        "fbridge/push/attempts.py",
        "    if receipt.remote_ids:\n",
        "    if True:\n",
        "tests/core/test_receipts.py",
    ),
    Mutation(
        "secrets are known in one case only",
        "fbridge/http/secret_forms.py",
        're.compile("|".join(patterns), re.IGNORECASE)',
        're.compile("|".join(patterns))',
        "tests/core/http/test_http_secrets.py",
    ),
    Mutation(
        "secrets with a plus for a blank are shown",
        "fbridge/http/secret_forms.py",
        'quote(secret, safe=""), quote_plus(secret))',
        'quote(secret, safe=""))',
        "tests/core/http/test_http_secrets.py",
    ),
    Mutation(
        "unpadded base64 is shown",
        "fbridge/http/secret_forms.py",
        ', encoded.rstrip("="))',
        ")",
        "tests/core/http/test_http_secrets.py",
    ),
    Mutation(
        "parameters are telling in small letters only",
        "fbridge/http/redaction.py",
        "unquote_plus(name).lower()",
        "unquote_plus(name)",
        "tests/core/http/test_http_secrets.py",
    ),
    Mutation(
        "the last minute of a page is believed",
        "fbridge/adapterkit/reading/whole_seconds.py",
        "page.clock - RESTLESS)",
        "page.clock)",
        "tests/core/adapterkit/test_whole_seconds.py",
    ),
    Mutation(
        "PrestaShop mails although one was sent",
        "fbridge_prestashop/mails.py",
        "wanted and not already and",
        "wanted and",
        "tests/plugins/prestashop/adapter/test_customer_mail.py",
    ),
    Mutation(
        "PrestaShop mails after a lost answer",
        "fbridge_prestashop/mails.py",
        "    return set(plan.held) <= before",
        "    return True",
        "tests/plugins/prestashop/adapter/test_customer_mail.py",
    ),
    Mutation(
        "Shopify takes its siblings' fences",
        "fbridge_shopify/push.py",
        "source.id in own if own else source.id not in others",
        "source.id in own if own else True",
        "tests/plugins/shopify/adapter/test_push_fences.py",
    ),
    Mutation(
        "a later epoch is no reason to stop",
        "fbridge/push/turn.py",
        "        if epoch != self.epoch:",
        "        if epoch < self.epoch:",
        "tests/core/test_turns.py -k sqlite",
    ),
    Mutation(
        "an equal epoch counts as a restored backup",
        "fbridge/storage/restored.py",
        "known < seen or",
        "known <= seen or",
        "tests/core/test_turns.py tests/core/storage/test_restore.py",
    ),
    Mutation(
        "what was seen of the epoch is not counted",
        "fbridge/storage/restored.py",
        "max(known, seen or 0) + 1",
        "known + 1",
        "tests/core/test_turns.py tests/core/storage/test_restore.py",
    ),
    Mutation(
        "what a lost database may have sent is taken back",
        "fbridge/shipping/shipment_rules.py",
        "return push.is_unchecked and not_sent and shipment.shipped_at is not None",
        "return False",
        "tests/people/test_restored.py",
    ),
    Mutation(
        "revisions that a lost database may have sent are forgotten",
        "fbridge/push/attempts.py",
        "    for revision in unknown:",
        "    for revision in unknown[:-1]:",
        "tests/people/test_restored.py",
    ),
    Mutation(
        "a number whose arrival was in doubt is not replaced",
        "fbridge/models/fulfillments.py",
        "number not in {*self.acknowledged_numbers, *self.former_numbers}",
        "number not in self.acknowledged_numbers",
        "tests/people/test_restored.py",
    ),
    Mutation(
        "explain names a way out that is refused",
        "fbridge/push/next_steps.py",
        "    if may_be_withdrawn(shipment):",
        "    if True:",
        "tests/people/test_recovery.py",
    ),
    Mutation(
        "an act does not raise the version",
        "fbridge/push/ledger.py",
        'changed["version"] = expected.version + 1',
        'changed["version"] = expected.version',
        LEDGER,
    ),
    Mutation(
        "a wish during doubt does not raise the version",
        "fbridge/push/wishes.py",
        "    raise_version(connection, [key for key, one in held.items() if one.state in _IN_DOUBT])",
        "    pass",
        LEDGER,
    ),
    Mutation(
        "parcels do not raise the version",
        "fbridge/shipping/shipments.py",
        "            raise_version(connection, [shipment.id])",
        "            pass",
        LEDGER,
    ),
    Mutation(
        "a manifest's end does not raise the version",
        "fbridge/shipping/manifests.py",
        "            raise_version(connection, ids)",
        "            pass",
        LEDGER,
    ),
    Mutation(
        "a place on a manifest does not raise the version",
        "fbridge/shipping/manifest_filling.py",
        "    raise_version(filling.connection, keys)",
        "    pass",
        LEDGER,
    ),
    Mutation(
        "a move does not look at the state",
        "fbridge/push/ledger.py",
        "pushes.c.state == expected.state",
        "sa.true()",
        LEDGER,
    ),
    Mutation(
        "a move does not look at the version",
        "fbridge/push/ledger.py",
        "pushes.c.version == expected.version",
        "sa.true()",
        LEDGER,
    ),
    Mutation(
        "a run sends what its plan did not show",
        "fbridge/push/run_state.py",
        "one.action not in GOES_OUT or key in allowed",
        "True",
        PEOPLE,
    ),
    Mutation(
        "a run takes orders that its plan did not show",
        "fbridge/push/run_state.py",
        "self.allowed[row.order_id].versions.get(row.shipment_id) == row.version",
        "True",
        PEOPLE,
    ),
    Mutation(
        "nothing outgrows a plan by its mails",
        "fbridge/push/decide.py",
        "if len(preview.mails) > self.mails:",
        "if False:",
        "tests/core/test_decide.py",
    ),
    Mutation(
        "nothing outgrows a plan by its places",
        "fbridge/push/decide.py",
        "        if new:\n",
        "        if False:\n",
        "tests/core/test_decide.py",
    ),
    Mutation(
        "what outgrew its plan is sent",
        "fbridge/push/send.py",
        "        if outgrown:\n",
        "        if False:\n",
        "tests/people/test_recovery.py",
    ),
    Mutation(
        "recovery looks for what is wanted, not for what was sent",
        "fbridge/models/push.py",
        "        if not self.tried:\n            return self",
        "        return self",
        "tests/core/test_decide.py",
    ),
    Mutation(
        "numbers of earlier tries are forgotten",
        "fbridge/models/push.py",
        "return tuple(number for number in dict.fromkeys(earlier) if number not in self.numbers)",
        "return ()",
        "tests/core/test_decide.py",
    ),
    Mutation(
        "a claim takes an order on which a person acted",
        "fbridge/push/send.py",
        "            if changed:\n                continue\n",
        "",
        PEOPLE,
    ),
    Mutation(
        "a correction that came meanwhile is forgotten",
        "fbridge/push/receipt_keeping.py",
        "if self.wanted[row.shipment_id] != revision:",
        "if False:",
        PEOPLE,
    ),
    Mutation(
        "a correction during a check is forgotten",
        "fbridge/push/recover.py",
        "        if tried.revision != row.revision:\n",
        "        if False:\n",
        PEOPLE,
    ),
    Mutation(
        "the result is silent about what people did",
        "fbridge/push/run.py",
        "    _tell_what_people_did(run)\n",
        "",
        PEOPLE,
    ),
    Mutation(
        "a lost answer is sent again at once",
        "fbridge/push/decide.py",
        "    if row.in_doubt or (lifted and row.in_backup):\n        return _check(row, policy)\n",
        "",
        "tests/core/test_decide.py",
    ),
    Mutation(
        "a mail without consent",
        "fbridge/push/decide.py",
        "        and not policy.accepts_mail\n",
        "        and False\n",
        "tests/core/test_decide.py",
    ),
    Mutation(
        "a number that stood there before is evidence",
        "fbridge/push/judge.py",
        "        if entry not in before | sibling_entries and",
        "        if entry not in sibling_entries and",
        "tests/core/test_judge.py",
    ),
    Mutation(
        "a sibling's number is evidence",
        "fbridge/push/judge.py",
        "        if entry not in before | sibling_entries and",
        "        if entry not in before and",
        "tests/core/test_judge.py",
    ),
    Mutation(
        "a former number may stay on the store",
        "fbridge/push/judge.py",
        "    if stale:\n",
        "    if False:\n",
        "tests/core/test_judge.py",
    ),
    Mutation(
        "changed quantities prove nothing less",
        "fbridge/push/judge.py",
        "    if not untouched:\n",
        "    if False:\n",
        "tests/core/test_judge.py",
    ),
    Mutation(
        "a withdrawal after the store was told",
        "fbridge/shipping/shipment_rules.py",
        "    return not at_rest or push.claimed_at is not None or push.acknowledged_revision is not None",
        "    return False",
        "tests/core/test_shipments_corrected.py -k sqlite",
    ),
    Mutation(
        "a manifest is reopened after the store was told",
        "fbridge/shipping/manifests.py",
        "            _refuse_pushed(manifest)\n",
        "",
        "tests/core/test_manifests.py -k sqlite",
    ),
    Mutation(
        "waits have no end",
        "fbridge/push/receipts.py",
        "min(max(moment, now), now + LONGEST_WAIT)",
        "max(moment, now)",
        "tests/core/test_receipts.py",
    ),
    Mutation(
        "an answer without an entry for a shipment is a whole one",
        "fbridge/push/receipts.py",
        "        if wanted:\n",
        "        if False:\n",
        "tests/core/test_receipts.py",
    ),
    Mutation(
        "a passing fault is tried for ever",
        "fbridge/push/receipts.py",
        "    if tries >= MOST_TRIES:\n",
        "    if False:\n",
        "tests/core/test_receipts.py",
    ),
    Mutation(
        "a number proves a shipment whose sibling has it too",
        "fbridge_shopify/claims.py",
        "    return not others.issuperset(shipment.numbers)",
        "    return True",
        "tests/plugins/shopify/adapter/test_push_fences.py",
    ),
    Mutation(
        "a state that nobody knows is written over",
        "fbridge/push/decide.py",
        "    if held:\n",
        "    if False:\n",
        "tests/plugins/test_state_lists.py -k written_over",
    ),
    Mutation(
        "a later state is set back",
        "fbridge_woocommerce/push.py",
        "completed = order.status is OrderStatus.CLOSED",
        "completed = order.remote_status == COMPLETED",
        "tests/plugins/test_state_lists.py -k 'woocommerce and later'",
    ),
    Mutation(
        "a list that was changed reads nothing again",
        "fbridge/orders/fetch.py",
        "filter(None, (query.fingerprint, opened.meaning_print))",
        "(query.fingerprint,)",
        "tests/plugins/test_state_lists.py -k 'changed_later and woocommerce'",
    ),
    Mutation(
        "a tracking plugin that is gone is not missed",
        "fbridge_woocommerce/before_writing.py",
        '            if error.reason != "rest_no_route":\n',
        "            return frozenset()\n            if False:\n",
        "tests/plugins/woocommerce/adapter/test_push_vanished.py -k gone",
    ),
    Mutation(
        "the first mails show a slug that is none",
        "fbridge_woocommerce/sending.py",
        "        if self._place.keeps_rows and writer is None:\n",
        "        if False:\n",
        "tests/plugins/woocommerce/adapter/test_push_carrier_names.py -k every_mail",
    ),
    Mutation(
        "what was refunded since is shown as sent",
        "fbridge_woocommerce/fulfillment_meta.py",
        "free = line.quantity - line.removed - siblings[item.line_id]",
        "free = line.quantity - siblings[item.line_id]",
        "tests/plugins/woocommerce/adapter/test_push_refunded_goods.py",
    ),
    Mutation(
        "two mails for one parcel",
        "fbridge_woocommerce/tracking_place.py",
        "        and facts.completed_mail is False\n",
        "",
        "tests/plugins/woocommerce/adapter/test_push_fulfillment_mail.py",
    ),
    Mutation(
        "an order ships beside its parts",
        "fbridge_woocommerce/mapping.py",
        "        yield split_into_parts(raw.parts)\n",
        "        yield from ()\n",
        "tests/plugins/woocommerce/adapter/test_sub_orders.py",
    ),
    Mutation(
        "a drift is told at the first look",
        "fbridge/push/verify.py",
        "        if other is None or self.doubt or other.doubt:\n            return False\n",
        "        if other is None or self.doubt or other.doubt:\n            return not self.is_fine\n",
        "tests/contract/test_verify_old_pages.py -k lags",
    ),
    Mutation(
        "a page of before the push counts as drift",
        "fbridge/push/verify.py",
        "        why = earlier_change(order, known, group) or before_our_write(",
        "        why = earlier_change(order, known, group) and before_our_write(",
        "tests/contract/test_verify_old_pages.py -k lags",
    ),
    Mutation(
        "a guard stops nothing",
        "fbridge/push/run.py",
        "            refuse_stopped(name, planned.plan.stops)\n",
        "",
        "tests/core/cli/test_cli_guards.py -k stops_a_push",
    ),
    Mutation(
        "orders may have changed as they like",
        "fbridge/push/run_state.py",
        "        refuse_changed(self.name,",
        "        _ = (self.name,",
        "tests/core/cli/test_cli_guards.py -k too_many",
    ),
    Mutation(
        "an order counts as deleted after one look",
        "fbridge/orders/audit.py",
        "        gone = self._absent(absent)\n",
        "        gone = absent\n",
        "tests/contract/test_audit_faults.py -k looked_for_twice",
    ),
    Mutation(
        "what came in meanwhile was missed",
        "fbridge/orders/audit.py",
        "        fetch_changes(self.fetching, None)\n        self._bring(strange)\n",
        "        self._bring(strange)\n",
        "tests/contract/test_audit_faults.py -k meanwhile",
    ),
)


def main() -> int:
    """Try each."""
    parser = argparse.ArgumentParser(prog="python -m tests.mutations")
    parser.add_argument("names", nargs="*", help="part of a name; all without")
    names = parser.parse_args().names
    chosen = [one for one in MUTATIONS if not names or any(part in one.name for part in names)]
    unseen = [one.name for one in chosen if not _is_seen(one)]
    print(f"{len(chosen) - len(unseen)} of {len(chosen)} breaks were seen")
    return 1 if unseen or not chosen else 0


def _is_seen(mutation: Mutation) -> bool:
    if not _are_green(mutation.tests):
        print(f"RED    before the break: {mutation.tests}")
        return False
    with tempfile.TemporaryDirectory(prefix="fbridge-mutation-") as folder:
        for package in PACKAGES:
            shutil.copytree(ROOT / package, Path(folder) / Path(package).name)
        file = Path(folder) / mutation.file
        text = file.read_text("utf-8")
        if text.count(mutation.old) != 1:
            print(
                f"STALE  {mutation.name}: its text occurs {text.count(mutation.old)} times in {mutation.file}"
            )
            return False
        file.write_text(text.replace(mutation.old, mutation.new), "utf-8")
        code = _run_tests(folder, mutation.tests)
    print(f"{ {GREEN: 'UNSEEN', RED: 'seen  '}.get(code, 'ERROR ') } {mutation.name}", flush=True)
    return code == RED


@cache
def _are_green(tests: str) -> bool:
    """What fails anyway notices nothing."""
    return _run_tests("", tests) == GREEN


def _run_tests(folder: str, tests: str) -> int:
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-x",
        "-q",
        "--no-header",
        "-p",
        "no:cacheprovider",
        *shlex.split(tests),
    ]
    done = subprocess.run(
        command,
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": folder, "PYTHONDONTWRITEBYTECODE": "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        check=False,
    )
    if done.returncode not in {GREEN, RED}:
        print(done.stdout.decode()[-2000:])
    return done.returncode


if __name__ == "__main__":
    sys.exit(main())
