"""What breaks the adapters, and the kit on which they stand."""

from __future__ import annotations

from tests.mutations.mutation import Mutation

MUTATIONS = (
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
        "a number proves a shipment whose sibling has it too",
        "fbridge_shopify/claims.py",
        "    return not others.issuperset(shipment.numbers)",
        "    return True",
        "tests/plugins/shopify/adapter/test_push_fences.py",
    ),
    Mutation(
        "a later state is set back",
        "fbridge_woocommerce/push.py",
        "completed = order.status is OrderStatus.CLOSED",
        "completed = order.remote_status == COMPLETED",
        "tests/plugins/test_state_lists.py -k 'woocommerce and later'",
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
        '        yield split_into_parts([f"{part} ({one})" for part, one in raw.parts.items()])\n',
        "        yield from ()\n",
        "tests/plugins/woocommerce/adapter/test_sub_orders.py",
    ),
)
