"""Why a shipment is not sent, told from codes and quantities and never from the store's translated words. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from fbridge.models.fulfillments import FulfillmentShipment
from fbridge.models.orders import Order
from fbridge.models.problems import Problem, refused_as_it_stands
from fbridge.models.states import Delivery, OrderStatus, Outcome

PAYMENT_REVIEW = "payment_review"


def quantities_left(order: Order) -> Counter[str]:
    """How many pieces of each line the store would still ship."""
    told = order.adapter_data.get("open")
    if isinstance(told, Mapping):
        return Counter({str(line_id): int(quantity) for line_id, quantity in told.items()})
    return Counter({line.id: line.remaining for line in order.lines})


def status_refusal(order: Order) -> Problem | None:
    """Why nothing of the order may be shipped, from its codes; None where something may be."""
    status = f"({order.remote_status})"
    if PAYMENT_REVIEW in (order.adapter_data.get("state"), order.remote_status):
        words = f"The payment of order {order.number} is in review on the store {status}; decide that there first."
        return refused_as_it_stands("in_review", words)
    if order.status is OrderStatus.ON_HOLD:
        words = f"Order {order.number} is on hold on the store {status}; release it there first."
        return refused_as_it_stands("on_hold", words)
    if order.status is OrderStatus.CANCELLED:
        words = f"Order {order.number} is cancelled or refunded on the store {status}; it is left as it is."
        return refused_as_it_stands("order_cancelled", words)
    if order.delivery is Delivery.NONE:
        return refused_as_it_stands(
            "nothing_to_ship", f"Order {order.number} has nothing that a carrier takes."
        )
    return None


def more_than_remains(shipment: FulfillmentShipment, order: Order, left: Counter[str]) -> Problem:
    """The store would take only what is left, and say nothing."""

    def told() -> Iterator[str]:
        for item in shipment.items:
            if left[item.line_id] < item.quantity:
                line = order.line(item.line_id)
                name = (line.sku or line.name) if line else item.line_id
                yield f"{name}: {item.quantity} left the house, {max(left[item.line_id], 0)} remain there"

    words = (
        f"The store has less to ship than this shipment holds ({'; '.join(told())}). Compare the goods with the "
        "shipments and refunds there."
    )
    return refused_as_it_stands("more_than_remains", words)


def capped(line_ids: Sequence[str], shipment_id: str, outcome: Outcome) -> Problem:
    """The store took only what was left."""
    words = (
        f"The store's shipment {shipment_id} holds fewer pieces than left the house (line {', '.join(line_ids)}), "
        "because no more was to be shipped there. Compare it with the goods."
    )
    return Problem(outcome=outcome, reason="quantities_capped", words=words)


def too_many_lines(lines: int, most: int) -> Problem:
    """The store takes no list so long; only a shipment of all that is left can do without naming its lines."""
    words = (
        f"The store takes at most {most} entries in a list, and this shipment has {lines} lines. Raise the Input "
        "List Limit at Stores > Configuration > Services > Magento Web API, then `fbridge push --resend SHIPMENT`, "
        f"or withdraw it, and make shipments of at most {most} lines each."
    )
    return refused("too_many_lines", words)


def refused(reason: str, words: str) -> Problem:
    """A lasting no of our own, before anything is sent."""
    return Problem(outcome=Outcome.REFUSED, reason=reason, words=words)
