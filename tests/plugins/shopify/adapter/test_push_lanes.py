"""However many mutations orders want and whatever they cost: each is sent once, in its place, by one lane."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain
from typing import Any, cast

from hypothesis import given
from hypothesis import strategies as st

from fbridge_shopify.documents import Kind, Mutation
from fbridge_shopify.lanes import MOST_MUTATIONS, MOST_POINTS, lanes_of
from fbridge_shopify.push import Step, Work

MUTATIONS = st.builds(Mutation, st.sampled_from(Kind), st.just({}), st.integers(1, 250))
PRICES = st.fixed_dictionaries({kind: st.integers(1, 1200) for kind in Kind})


def work_of(mutations: Sequence[Mutation]) -> Work:
    return Work(cast("Any", None), (), "", [Step(mutation, ()) for mutation in mutations])


@given(st.lists(st.lists(MUTATIONS, min_size=1, max_size=25), max_size=30), PRICES)
def test_each_step_is_in_one_document_of_the_one_lane_of_its_order(
    wanted: list[list[Mutation]], prices: dict[Kind, int]
) -> None:
    def cost(mutations: Sequence[Mutation]) -> float:
        return sum(prices[mutation.kind] for mutation in mutations)

    def fits(mutations: Sequence[Mutation]) -> bool:
        return len(mutations) <= MOST_MUTATIONS and cost(mutations) <= MOST_POINTS

    works = [work_of(mutations) for mutations in wanted]
    lanes = lanes_of(works, cost)
    assert sorted(id(work) for lane in lanes for work in lane.works) == sorted(map(id, works))
    for lane in lanes:
        sent = list(chain.from_iterable(lane.documents))
        for work in lane.works:
            assert [id(step) for owner, step in sent if owner is work] == [id(step) for step in work.steps]
            if fits([step.mutation for step in work.steps]):
                assert len(lane.documents) == 1
        assert {id(owner) for owner, _ in sent} == {id(work) for work in lane.works}
        for document in lane.documents:
            assert len(document) == 1 or fits([step.mutation for _, step in document])
