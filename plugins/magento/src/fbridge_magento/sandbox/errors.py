"""The error answers of Magento's REST API, word for word as a real store gives them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from fbridge_magento.sandbox.data import read_json, read_text

NO_ENTITY = "The entity that was requested doesn't exist. Verify the entity and try again."
SQL_MESSAGE = (
    "SQLSTATE[42S22]: Column not found: 1054 Unknown column '{column}' in 'WHERE', query was: "
    "SELECT `main_table`.* FROM `{table}` AS `main_table` WHERE ((`{column}` = 'x'))"
)
VALIDATION_HEADING = "Shipment Document Validation Error(s):"

Parameters = Mapping[str, Any] | Sequence[Any] | None


class RestError(Exception):
    """An answer ``{"message": template, "parameters": list or object}``."""

    def __init__(self, status: int, message: str, parameters: Parameters = None) -> None:
        super().__init__(message)
        self.status = status
        self.message = message
        self.parameters = parameters

    def body(self, *, language: str, with_trace: bool) -> dict[str, Any]:
        """The JSON of the answer; line by line translated where the language pack has the text."""
        message = "\n".join(_translated(line, language) for line in self.message.split("\n"))
        body: dict[str, Any] = {"message": message}
        if self.parameters is not None:
            body["parameters"] = self.parameters
        return body | ({"trace": read_json("site.json")["trace"]} if with_trace else {})


class SqlError(RestError):
    """The database did not understand the query: the client's fault, and told as the server's."""

    def __init__(self, column: str, table: str) -> None:
        super().__init__(500, "Internal Error. Details are available in Magento log file. Report ID: %s")
        self._column = column
        self._table = table

    def body(self, *, language: str, with_trace: bool) -> dict[str, Any]:
        """Developers are told the statement, everybody else a number to look for in the log."""
        if not with_trace:
            return {"message": self.message % report_id(self._column)}
        message = SQL_MESSAGE.format(column=self._column, table=self._table)
        body = super().body(language=language, with_trace=True)
        return body | {"message": message, "code": 42}


class PageError(Exception):
    """An answer that is a page for people."""

    def __init__(self, status: int, page: str, content_type: str = "text/html; charset=UTF-8") -> None:
        super().__init__(page)
        self.status = status
        self.page = page
        self.content_type = content_type


def report_id(seed: str) -> str:
    """The number of an error in the log."""
    return f"webapi-{abs(hash(seed)) % (1 << 52):013x}"


def not_authorized(resource: str) -> RestError:
    """No token, a wrong one, or one without this right: all the same to Magento."""
    return RestError(401, "The consumer isn't authorized to access %resources.", {"resources": resource})


def no_route() -> RestError:
    """No such route, or not with this method."""
    return RestError(404, "Request does not match any route.")


def unknown_store() -> RestError:
    """No such store view in the path."""
    return RestError(400, "Specified request cannot be processed.")


def no_entity() -> RestError:
    """Nothing with this id."""
    return RestError(404, NO_ENTITY)


def decoding_error() -> RestError:
    """The body says JSON and is none."""
    return RestError(400, "Decoding error.")


def required(name: str) -> RestError:
    """A parameter without which the service does not act."""
    return RestError(400, '"%fieldName" is required. Enter and try again.', {"fieldName": name})


def unknown_property(name: str) -> RestError:
    """A key that this data object does not have; ``name`` in upper camel case."""
    return RestError(
        400, '"%fieldName" is not supported. Correct the field name and try again.', {"fieldName": name}
    )


def wrong_type(value: object, expected: str, *, field: str | None = None) -> RestError:
    """A value that cannot be turned into the type of its field."""
    within = f'Error occurred during "{field}" processing. ' if field else ""
    return RestError(
        400,
        f'{within}The "{value}" value\'s type is invalid. The "{expected}" type was expected. '
        "Verify and try again.",
    )


def too_many_entries(interface: str, most: int) -> RestError:
    """A list in the body is longer than the store's "Input List Limit"."""
    return RestError(400, 'Maximum items of type "%type" is %max', {"type": interface, "max": most})


def not_shippable(messages: Iterable[str]) -> RestError:
    """The list of reasons why no shipment was made."""
    return RestError(400, "\n".join((VALIDATION_HEADING, *messages)))


def could_not_ship() -> RestError:
    """The database refused the shipment; all was undone."""
    return RestError(400, "Could not save a shipment, see error log for details")


def could_not_track() -> RestError:
    """Whatever is wrong with a track."""
    return RestError(400, "Could not save the shipment tracking.")


def broken_entity() -> RestError:
    """A module threw something while an entity was made ready."""
    message = "Internal Error. Details are available in Magento log file. Report ID: %s"
    return RestError(500, message % report_id("entity"))


def maintenance() -> PageError:
    """The store is closed for a while."""
    return PageError(503, read_text("maintenance.html"))


def broken_page() -> PageError:
    """Something broke before Magento knew how to answer."""
    return PageError(500, read_text("error.html"))


def broken_application() -> PageError:
    """The same, in the words of the outermost layer."""
    words = "An error has happened during application run. See exception log for details.\n"
    return PageError(500, words, "text/plain;charset=UTF-8")


def _translated(line: str, language: str) -> str:
    if language != "it":
        return line
    translated: str = read_json("site.json")["translations"].get(line, line)
    return translated
