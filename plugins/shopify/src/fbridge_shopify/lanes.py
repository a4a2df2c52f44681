"""Which mutations of a chunk stand in one document, and which documents go one after another. Pure.

Shopify executes the mutations of a document in their order. What belongs to one order stands in one document, or in
several of one lane: lanes go side by side, and no two requests for one order are ever under way at once.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from fbridge_shopify.documents import Mutation
from fbridge_shopify.push import Step, Work

MOST_MUTATIONS = 10
"""In one document: a mutation takes 0.25 s and more on a live store, and Shopify cuts a request at 10 s."""

MOST_POINTS = 900
"""For one document: a dearer one than 1000 is refused, and costs change without notice."""

Steps: TypeAlias = list[tuple[Work, Step]]


@dataclass(slots=True)
class Lane:
    """Documents that are sent one after another, with the orders that they are about."""

    works: list[Work]
    documents: list[Steps]


def lanes_of(works: Sequence[Work], cost: Callable[[Sequence[Mutation]], float]) -> list[Lane]:
    """What waits, cut by number and by the ``cost`` of a document in points."""
    lanes: list[Lane] = []
    # The longest fulfillment sets the price of all in its document.
    for work in sorted(works, key=_most_lines):
        documents = _cut([(work, step) for step in work.waiting], cost)
        last = lanes[-1] if lanes else None
        if last and len(last.documents) == len(documents) == 1:
            joined = last.documents[0] + documents[0]
            if _fits(joined, cost):
                last.works.append(work)
                last.documents = [joined]
                continue
        lanes.append(Lane([work], documents))
    return lanes


def mutations_in(steps: Steps) -> list[Mutation]:
    """The mutations of a document."""
    return [step.mutation for _, step in steps]


def _cut(steps: Steps, cost: Callable[[Sequence[Mutation]], float]) -> list[Steps]:
    documents: list[Steps] = []
    for entry in steps:
        if documents and _fits([*documents[-1], entry], cost):
            documents[-1].append(entry)
        else:
            documents.append([entry])
    return documents


def _fits(steps: Steps, cost: Callable[[Sequence[Mutation]], float]) -> bool:
    return len(steps) <= MOST_MUTATIONS and cost(mutations_in(steps)) <= MOST_POINTS


def _most_lines(work: Work) -> int:
    return max(step.mutation.lines for step in work.waiting)
