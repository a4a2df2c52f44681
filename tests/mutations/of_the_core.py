"""What breaks the core beside its pushes: orders, fetches, shipments, requests."""

from __future__ import annotations

from tests.mutations.mutation import Mutation

LEDGER = "tests/core/test_ledger.py -k sqlite"

MUTATIONS = (
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
        "a number whose arrival was in doubt is not replaced",
        "fbridge/models/fulfillments.py",
        "number not in {*self.acknowledged_numbers, *self.former_numbers}",
        "number not in self.acknowledged_numbers",
        "tests/people/test_restored.py",
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
        "a list that was changed reads nothing again",
        "fbridge/orders/fetch.py",
        "filter(None, (query.fingerprint, opened.meaning_print))",
        "(query.fingerprint,)",
        "tests/plugins/test_state_lists.py -k 'changed_later and woocommerce'",
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
