"""Faults of networks, gateways and hosts on demand: a proxy on loopback between an adapter and its store."""

from __future__ import annotations

from fbridge.testing.faults.catalogue import (
    NOTICE,
    REFUSED_CONNECTION,
    answers_of_a_cache,
    confusing_read_faults,
    read_faults,
    unlucky_write_faults,
    write_faults,
)
from fbridge.testing.faults.proxy import FaultProxy, Passed
from fbridge.testing.faults.rules import Answer, Fault, On, Rule
from fbridge.testing.faults.stand_ins import (
    AddedHeaders,
    Noisy,
    Repeating,
    ShiftedClock,
    StaleReplica,
    StandIn,
    UrlCache,
)
from fbridge.testing.faults.strangers import some_strangers, strangers

__all__ = [
    "NOTICE",
    "REFUSED_CONNECTION",
    "AddedHeaders",
    "Answer",
    "Fault",
    "FaultProxy",
    "Noisy",
    "On",
    "Passed",
    "Repeating",
    "Rule",
    "ShiftedClock",
    "StaleReplica",
    "StandIn",
    "UrlCache",
    "answers_of_a_cache",
    "confusing_read_faults",
    "read_faults",
    "some_strangers",
    "strangers",
    "unlucky_write_faults",
    "write_faults",
]
