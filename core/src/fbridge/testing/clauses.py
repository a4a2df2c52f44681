"""The clauses of the contract in one sentence each, and the mistakes by which a test of one mostly turns red.

The mistakes were made: by adapters that authors wrote, and by copies of a good one that were broken on purpose.
"""

from __future__ import annotations

from collections.abc import Iterator

CLAUSES = {
    "C01": "No order version is lost, and none is applied twice; an order arrives as it was sold.",
    "C02": "One malformed order does not stop the others.",
    "C03": "Quantities are by line id.",
    "C04": "A push is idempotent.",
    "C05": "Recovery is followed after an unconfirmed attempt.",
    "C06": "Tracking is written before the call that makes the store mail the customer.",
    "C07": "Every distinct tracking number arrives, once.",
    "C08": "A corrected number replaces the old one.",
    "C09": 'A remote "no" is `refused`, a passing fault is `retry`, a missing answer is `unconfirmed`.',
    "C10": "The receipt states what the store now holds.",
    "C11": "No mail leaves that the plan did not show.",
    "C12": "Credentials never appear.",
    "C13": "A planned mail that did not leave is told, and asked for once.",
    "C14": "A number is never written under somebody else's carrier, nor onto goods that left with another one.",
    "C15": "A shipment is taken back as the plan showed it, and nothing is half told.",
}

OF_CLAUSE = {
    "C01": (
        "the list is read by page numbers, or is not sorted by (changed, id) explicitly",
        "Feed.page gives `next` = None on a page that is full, or a position past rows of the same second",
        "an order is rejected that only lacks what a shipment can do without",
    ),
    "C02": (
        "an exception of the mapping leaves the loop over the rows: use adapterkit.needed.understood",
        "RejectedOrder.remote_id is not the order's id",
    ),
    "C03": (
        "the write names goods by SKU or by place, and not by Item.line_id",
        "refunded pieces are missing in OrderLine.removed, or shipped ones in OrderLine.shipped",
        "the order is finished although Fulfillment.completes_order is false, or the other way round",
    ),
    "C04": (
        "what the order shows already (by mark, remote_ids or number) is written again",
        "StoreShipment.mark is not read back, so the adapter does not know its own work",
    ),
    "C05": (
        "a write is sent twice, or its missing answer is told as a no: only what the AnswerTable lists is proof",
        "Order.marks is true, and not every shipment that fbridge made shows its mark",
        "orders that are asked for by id are not read with fresh=True",
    ),
    "C06": ("the status, or whatever mails, is written before the tracking number",),
    "C07": (
        "a number is read as a numeral, or only the first of FulfillmentShipment.numbers is written",
        "the whole list of numbers is replaced, also those of siblings and of other people",
        "the carrier is written neither by its site_code nor, where there is none, by its label",
    ),
    "C08": (
        "former numbers stay on the store: see FulfillmentShipment.replaces and former_numbers",
        "a correction makes a second shipment: the first one is found by mark or remote_ids",
        "a corrected number asks for a second mail: look at FulfillmentShipment.mail",
    ),
    "C09": (
        "what a proxy or a firewall says is taken for the store's: only its own form of an error counts",
        "Outcome.REFUSED or RETRY is told where no answer came",
        "ShipmentReceipt.words are the adapter's own, and not the store's",
    ),
    "C10": (
        "ShipmentReceipt.remote_ids or made_by are left at their defaults",
        "ShipmentReceipt.holds or effects repeat what was asked for: read them from the store's answer",
        "Effects.status is done although the order is not finished, or Effects.tracking without the number there",
    ),
    "C11": (
        "a mail is asked for although Fulfillment.notify is false, or FulfillmentShipment.mail is not `not_sent`",
        "preview_push names fewer mails than the push asks for",
        "a check, a fetch or a list of carriers writes something",
    ),
    "C12": (
        'a secret field of the settings lacks metadata={"secret": True}',
        "a token is put into a URL, a cursor, adapter_data or words",
        "a token that was obtained on the way is not given to store.http.hide",
        "adapter_data or Platform.exchange_fields hold names, streets or phone numbers",
        "something is kept in the adapter or its module for all stores: use adapterkit.memory.Memory",
        "a request is made by another library than store.http, or something is printed",
    ),
    "C13": (
        "Effects.mail says `sent` because a mail was asked for, and not because the store reports it",
        "mail_again asks a second time for what may have left",
    ),
    "C14": (
        "goods that somebody else shipped are looked at by number only: see adapterkit.adopting.carrier_of_others",
    ),
    "C15": (
        "undo_fulfillment takes back more than the steps of preview_undo, such as a sibling's parcel",
        "a missing answer is told as done, or what is left is not done when it is called again",
    ),
}

OF_TEST = {
    "C01_an_order_has_the_lines_and_the_total_of_its_sale": (
        "lines come in another sequence than they were sold in",
        "OrderLine.name is the SKU, or its accents are lost or read in another coding",
        "Order.total lacks the shipping or the tax; Order.number is not what people call the order",
    ),
    "C01_an_order_was_made_when_it_was_sold": ("created_at is taken from the field of the last change",),
    "C01_an_order_has_the_currency_of_its_sale": (
        "the currency is a constant, or the shop's and not the order's",
    ),
    "C01_cash_on_delivery_comes_with_what_the_courier_collects": (
        "the payment method is not known as cash on delivery: see adapterkit.cash_on_delivery",
        "Payment.amount_due is 0 or None",
    ),
    "C01_a_paid_order_owes_nothing": ("Payment.amount_due is the total although the order is paid",),
    "C01_an_order_goes_to_the_address_of_its_sale": (
        "ship_to is the address of the bill",
        "a name loses its accents: decode the answer as the platform writes it, mostly UTF-8",
        "street, postcode or phone is missing, or taken from the other address",
    ),
    "C01_the_bill_of_an_order_goes_to_who_pays": ("bill_to is the delivery address, or the two are swapped",),
    "C01_times_are_aware_utc": (
        "the store's local time is taken for UTC",
        "datetime.now() or fromisoformat() without a zone: use adapterkit.payloads.moment with the store's zone",
    ),
    "C01_orders_asked_for_by_id_come_and_others_are_named_absent": (
        "OrderPage.absent does not name an id that the store has not",
        "OrderQuery.order_ids is not looked at",
    ),
    "C01_more_orders_than_a_page_holds_all_come_by_their_ids": (
        "all ids are asked for at once, but a page holds fewer: ask in parts (models.parts.in_parts)",
        "StoreUnderTest.page_size is not the most orders that the adapter reads with one request",
    ),
    "C01_a_page_is_handed_over_before_all_others_are_read": (
        "all pages are collected before the first one is yielded",
    ),
    "C01_the_last_cursor_leads_past_what_was_read": ("every fetch begins where the first one began",),
    "C01_what_changed_before_since_is_left_out": ("OrderQuery.since is not handed to the store",),
    "C01_a_killed_fetch_goes_on": ("a page carries the cursor of the next one",),
    "C01_each_cursor_is_json_and_goes_on_after_its_page": ("a page carries the cursor of the next one",),
    "C01_hundreds_of_orders_in_one_second_arrive": (
        "reading goes on after the last second of a page, past what else changed in it",
    ),
    "C01_a_later_version_arrives": ("a state is mapped to open that is none, such as on hold",),
    "C01_a_fetch_that_could_not_read_says_so": ("an error of a read is swallowed and ends the loop",),
    "C03_a_cancelled_order_ships_nothing": ("a cancelled or refunded order is mapped to OrderStatus.OPEN",),
    "C03_virtual_goods_need_no_carrier": ("OrderLine.shippable is true for downloads and vouchers",),
    "C03_refunded_pieces_need_not_leave": ("OrderLine.removed lacks the refunded pieces",),
    "C03_the_last_part_completes_the_order": (
        "the write of the last part does not ask for the finished order (Fulfillment.completes_order)",
    ),
    "C03_a_partial_push_leaves_the_rest_open": ("the order is finished with its first part",),
    "C03_goods_leave_from_the_place_that_the_shipment_names": (
        "FulfillmentShipment.location is not written",
    ),
    "C05_parts_without_a_number_are_never_doubled": (
        "a lost write is sent again without a look",
        "Order.marks is true although a shipment without a number shows no mark",
    ),
    "C07_the_carrier_is_written_with_its_number": (
        "ResolvedCarrier.site_code is not written, or one carrier for all",
    ),
    "C07_the_public_page_of_a_number_is_written_with_it": ("TrackingNumber.url is dropped",),
    "C07_a_number_arrives_letter_by_letter": ("the number is read as a numeral, trimmed or put in capitals",),
    "C07_one_number_for_three_parcels_arrives_once": (
        "a number is written for each parcel: FulfillmentShipment.numbers has each once",
    ),
    "C07_siblings_do_not_overwrite_each_other": (
        "the first shipment that the store shows is taken for ours: compare marks and remote_ids",
    ),
    "C08_a_late_number_arrives_without_a_second_shipment_or_mail": (
        "a shipment without a number is taken for finished, and nothing more is written",
        "where the platform cannot do it, declare late_numbers = no",
    ),
    "C09_wrong_credentials_stop_the_store": (
        "the platform's 401 is not listed as Verdict.CREDENTIALS, or NotSent does not name the untouched orders",
    ),
    "C09_retry_after_is_heeded": ("ShipmentReceipt.not_before is not set from Response.wait_asked",),
    "C09_every_fulfillment_has_one_receipt_with_its_outstanding_shipments": (
        "one receipt for each shipment instead of one for each order, or in another revision",
    ),
    "C12_no_personal_data_is_in_what_an_order_carries": ("Order.adapter_data holds the raw order",),
    "C12_no_personal_data_is_in_the_record_of_exchanges": (
        "Platform.exchange_fields names a key such as name, address or shipping",
    ),
}


def mistakes_of(test: str) -> Iterator[str]:
    """What it mostly is where this test is red: of the test itself, else of its clause."""
    name = test.removeprefix("test_")
    yield from OF_TEST.get(name) or OF_CLAUSE[name[:3]]
