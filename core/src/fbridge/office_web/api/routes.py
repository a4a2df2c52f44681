"""What a path of the API is: one table, of which the application and its document are made."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from marshmallow import Schema

from fbridge import Bridge, Job
from fbridge.models.accounts import Right
from fbridge.models.api_tokens import ApiToken
from fbridge.office_web.api.bodies import NoBody
from fbridge.office_web.api.problems import ProblemError
from fbridge.office_web.api.queries import NoQuery

PREFIX = "/api/v1"


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A request as it was understood. ``job_id`` is the same for the same request again."""

    token: ApiToken
    path: Mapping[str, str]
    query: Mapping[str, Any] = field(default_factory=dict)
    body: Mapping[str, Any] = field(default_factory=dict)
    job_id: str = ""

    @property
    def ref(self) -> str:
        """What the path names."""
        return self.path["ref"]

    def refuse_without(self, scope: Right) -> None:
        """Raise ProblemError where the token is not good for this."""
        if scope not in self.token.scopes:
            raise ProblemError(
                f"The token {self.token.name!r} lacks the scope {scope.value!r}; a token that has it is made with: "
                f"fbridge office token add NAME --scope {scope.value}",
                reason="scope_lacks",
                status=403,
            )


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """A part of a list. ``following`` are the words behind the ``?`` that the next part has; None on the last one."""

    items: Sequence[object]
    following: Mapping[str, object] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """What an act has made, and the path where it is."""

    what: object
    place: str


Act = Callable[[Bridge, Asked], object]


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """One path and method. ``answer`` is the type that is answered with, ``is_list`` a page of it.

    ``in_parts``: the act asks stores or takes in many things, in several write units; the same again does what is
    left.
    """

    method: str
    path: str
    scope: Right
    act: Act
    answer: Any
    is_list: bool = False
    status: int = 200
    query: type[Schema] = NoQuery
    body: type[Schema] | None = None
    in_parts: bool = False


class Routes(list[Route]):
    """The routes of one module: each function says by a decorator where it is."""

    def reads(self, path: str, answer: Any, query: type[Schema] = NoQuery) -> Callable[[Act], Act]:
        """One thing."""
        return self._route(method="GET", path=path, scope=Right.READ, answer=answer, query=query)

    def lists(self, path: str, answer: Any, query: type[Schema] = NoQuery) -> Callable[[Act], Act]:
        """A list, page by page."""
        return self._route(
            method="GET", path=path, scope=Right.READ, answer=answer, query=query, is_list=True
        )

    def writes(
        self,
        path: str,
        scope: Right,
        answer: Any,
        body: type[Schema] = NoBody,
        *,
        makes: bool = False,
        in_parts: bool = False,
    ) -> Callable[[Act], Act]:
        """An act; it needs an ``Idempotency-Key``."""
        return self._route(
            method="POST",
            path=path,
            scope=scope,
            answer=answer,
            body=body,
            status=201 if makes else 200,
            in_parts=in_parts,
        )

    def begins(self, path: str, scope: Right, body: type[Schema]) -> Callable[[Act], Act]:
        """Long work: it is answered with the job, and where to look how far it is."""
        return self._route(
            method="POST", path=path, scope=scope, answer=Job, body=body, status=202, in_parts=True
        )

    def _route(self, **what: Any) -> Callable[[Act], Act]:
        def kept(act: Act) -> Act:
            self.append(Route(act=act, **what))
            return act

        return kept
