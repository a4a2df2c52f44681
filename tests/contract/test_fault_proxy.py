"""The faults are what they say: a bare client meets each of them, and the server behind says whether it acted."""

from __future__ import annotations

import json
import time
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from werkzeug.wrappers import Request, Response

from fbridge.sandbox import ServedSandbox
from fbridge.testing.faults import (
    REFUSED_CONNECTION,
    Answer,
    Fault,
    FaultProxy,
    On,
    ShiftedClock,
    StaleReplica,
    UrlCache,
    answers_of_a_cache,
    confusing_read_faults,
    read_faults,
    unlucky_write_faults,
    write_faults,
)

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

PATIENCE = 0.3
LATE = 0.2


class Counter:
    """A server that counts writes, and lists them."""

    def __init__(self) -> None:
        self.written: list[str] = []
        self.hosts: list[str] = []

    @property
    def control(self) -> Counter:
        return self

    def store_settings(self) -> dict[str, Any]:
        return {}

    def wsgi(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        request = Request(environ)
        self.hosts.append(request.host)
        if request.method == "POST":
            self.written.append(request.get_data(as_text=True))
        body = json.dumps({"written": self.written, "path": request.full_path})
        return Response(body, content_type="application/json")(environ, start_response)


@pytest.fixture
def counter() -> Counter:
    return Counter()


@pytest.fixture
def proxy(counter: Counter) -> Iterator[FaultProxy]:
    with ServedSandbox(counter, "127.0.0.1", 0) as served, FaultProxy(served.url) as proxy:
        yield proxy


@pytest.fixture
def client(proxy: FaultProxy) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=proxy.url, timeout=PATIENCE) as client:
        yield client


def post(client: httpx.Client, content: str) -> httpx.Response | None:
    """The answer, or None where none came whole."""
    try:
        return client.post("/things", content=content)
    except httpx.TransportError:
        return None


def test_without_a_fault_all_passes_with_the_clients_host(
    client: httpx.Client, counter: Counter, proxy: FaultProxy
) -> None:
    assert client.get("/things?a=1").json() == {"written": [], "path": "/things?a=1"}
    assert client.post("/things", content="x").json()["written"] == ["x"]
    assert counter.hosts == [f"127.0.0.1:{proxy.port}"] * 2
    assert [(one.method, one.write) for one in proxy.passed] == [("GET", False), ("POST", True)]


@pytest.mark.parametrize("fault", write_faults(), ids=str)
def test_a_fault_strikes_once_and_the_server_acted_as_it_says(
    client: httpx.Client, counter: Counter, proxy: FaultProxy, fault: Fault
) -> None:
    proxy.strike(fault)
    answer = post(client, "first")
    assert counter.written == (["first"] if fault.acts else [])
    assert _is_good(answer) == (fault.answer is Answer.WRONG_TYPE)
    assert _is_good(post(client, "second"))
    assert proxy.struck == 1


@pytest.mark.parametrize("fault", unlucky_write_faults(timeout=PATIENCE, late=LATE), ids=str)
def test_a_late_act_is_done_after_the_client_has_gone(
    client: httpx.Client, counter: Counter, proxy: FaultProxy, fault: Fault
) -> None:
    proxy.strike(fault)
    answer = post(client, "first") if fault.answer is not Answer.DRIP else None
    if fault.answer is Answer.DRIP:
        with pytest.raises(httpx.TransportError), client.stream("POST", "/things", content="first") as slow:
            _read_for(slow, PATIENCE)
    assert not _is_good(answer)
    assert counter.written == (["first"] if fault.acts else [])
    proxy.wait_for_late_acts()
    expected = fault.acts or fault.acts_after is not None
    assert counter.written == (["first"] if expected else [])


@pytest.mark.parametrize("fault", [*read_faults(), *confusing_read_faults()], ids=str)
def test_writes_pass_while_reads_fail(client: httpx.Client, proxy: FaultProxy, fault: Fault) -> None:
    proxy.strike(fault, on=On.READ)
    assert _is_good(post(client, "first"))
    assert proxy.struck == 0


def test_connections_are_refused_until_healed(client: httpx.Client, proxy: FaultProxy) -> None:
    proxy.strike(REFUSED_CONNECTION, on=On.READ)
    assert client.get("/things").status_code == 200
    with pytest.raises(httpx.ConnectError):
        client.get("/things")
    proxy.heal()
    assert client.get("/things").status_code == 200


def test_the_nth_request_is_struck_so_many_times(client: httpx.Client, proxy: FaultProxy) -> None:
    proxy.strike(Fault(name="502", answer=Answer.STATUS, status=502), path="things", nth=2, times=2)
    answers = [post(client, str(count)) for count in range(4)]
    assert [answer.status_code for answer in answers if answer] == [200, 502, 502, 200]


def test_a_swap_reaches_the_server_only(client: httpx.Client, counter: Counter, proxy: FaultProxy) -> None:
    proxy.swap(b"sent", b"kept")
    client.post("/things", content="sent")
    assert counter.written == ["kept"]


def test_redirects_lead_to_a_server_that_notes_who_comes(client: httpx.Client, proxy: FaultProxy) -> None:
    proxy.strike(Fault(name="redirect", answer=Answer.REDIRECT, status=302), on=On.READ)
    client.get("/things", follow_redirects=True)
    assert proxy.strangers == ["GET /elsewhere"]


def test_pages_are_reversed_or_repeated(client: httpx.Client, counter: Counter, proxy: FaultProxy) -> None:
    reordered, repeated = confusing_read_faults()
    counter.written = ["a", "b"]
    proxy.strike(reordered, on=On.READ)
    assert client.get("/things").json()["written"] == ["b", "a"]
    counter.written = ["c"]
    proxy.strike(repeated, on=On.READ)
    assert client.get("/things?page=2").json()["written"] == ["a", "b"]


def _is_good(answer: httpx.Response | None) -> bool:
    if answer is None or answer.status_code != 200 or len(answer.content) > 10_000_000:
        return False
    try:
        return isinstance(answer.json(), dict)
    except ValueError:
        return False


def _read_for(slow: httpx.Response, seconds: float) -> None:
    """Read pieces of an answer until patience ends."""
    end = time.monotonic() + seconds
    for _ in slow.iter_raw():
        if time.monotonic() > end:
            raise httpx.ReadTimeout("too slow")


# What stands between for long


def test_a_url_cache_gives_its_first_answer_to_each_url(proxy: FaultProxy, client: httpx.Client) -> None:
    cache = UrlCache(("Age", "5"))
    proxy.put_between(cache)
    first = client.get("orders?id=1")
    client.post("orders", content="a")
    kept = client.get("orders?id=1")
    assert kept.json() == first.json()
    assert (first.headers.get("age"), kept.headers.get("age")) == (None, "5")
    assert client.get("orders?id=1&fbridge_read=a").json()["written"] == ["a"]
    assert cache.hits == 1
    cache.forget()
    assert client.get("orders?id=1").json()["written"] == ["a"]


def test_a_url_cache_may_ignore_parameters(proxy: FaultProxy, client: httpx.Client) -> None:
    proxy.put_between(UrlCache(ignored="fbridge_read"))
    client.get("orders?id=1&fbridge_read=a&oauth_nonce=1")
    client.post("orders", content="a")
    assert client.get("orders?id=1&fbridge_read=b&oauth_nonce=2").json()["written"] == []
    assert client.get("orders?id=2&fbridge_read=c").json()["written"] == ["a"]


def test_a_replica_shows_the_store_as_it_was_some_writes_ago(proxy: FaultProxy, client: httpx.Client) -> None:
    proxy.put_between(StaleReplica(writes=1))
    shown = []
    for word in "abc":
        client.post("orders", content=word)
        shown.append(client.get("orders").json()["written"])
    assert shown == [["a"], ["a"], ["a", "b"]]


def test_a_replica_shows_the_store_as_it_was_some_time_ago(proxy: FaultProxy, client: httpx.Client) -> None:
    now = [100.0]
    replica = StaleReplica(seconds=10, clock=lambda: now[0])
    proxy.put_between(replica)
    client.get("orders")
    client.post("orders", content="a")
    for second, seen in ((101, []), (109, []), (110, ["a"]), (111, ["a"])):
        now[0] = float(second)
        assert client.get("orders?fbridge_read=x").json()["written"] == seen
    assert replica.old_answers == 2


def test_the_date_is_shifted(proxy: FaultProxy, client: httpx.Client) -> None:
    proxy.put_between(ShiftedClock(timedelta(hours=-1)))
    apart = datetime.now(UTC) - parsedate_to_datetime(client.get("orders").headers["date"])
    assert timedelta(minutes=59) < apart < timedelta(minutes=61)


def test_the_answers_of_a_cache_that_gave_up_are_alike_and_mean_different_things(
    proxy: FaultProxy, client: httpx.Client, counter: Counter
) -> None:
    acted = []
    for fault in answers_of_a_cache(late=LATE):
        counter.written.clear()
        proxy.strike(fault)
        answer = client.post("orders", content="a")
        assert (answer.status_code, answer.headers["retry-after"]) == (503, "5")
        at_once = len(counter.written)
        proxy.wait_for_late_acts()
        acted.append((at_once, len(counter.written)))
    assert acted == [(0, 0), (1, 1), (0, 1)]
