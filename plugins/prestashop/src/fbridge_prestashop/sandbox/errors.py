"""The errors of the Webservice, word for word as a real store answers them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence


class WebserviceError(Exception):
    """An answer with one or more of ``code`` and ``message``."""

    def __init__(self, status: int, *errors: tuple[int, str]) -> None:
        super().__init__(errors[0][1])
        self.status = status
        self.errors = errors

    @property
    def is_of_list(self) -> bool:
        """Whether a list cannot be had as it was asked for."""
        return self.errors[0][0] in range(32, 39)


class Crash(Exception):  # noqa: N818 - an answer, not a mistake of the emulator
    """PHP died: 500 with an empty body, and the reason in the shop's log alone.

    With ``words`` a module ended the program itself, and these are the answer: 200.
    """

    def __init__(self, words: str = "") -> None:
        super().__init__(words)
        self.words = words


class NotFoundWithoutBody(Exception):  # noqa: N818
    """Reading an id that is not there: 404 with an empty body."""


def bad_key_format() -> WebserviceError:
    """A key that does not have 32 characters."""
    return WebserviceError(401, (18, "Invalid authentication key format"))


def key_not_active() -> WebserviceError:
    """A key that is unknown or switched off: the two look the same."""
    return WebserviceError(
        401,
        (20, "Authentification key is not active"),
        (21, "No permission for this authentication key"),
    )


def webservice_disabled() -> WebserviceError:
    """The Webservice is switched off; comes before the key is looked at."""
    return WebserviceError(
        503,
        (22, "The PrestaShop webservice is disabled. Please activate it in the PrestaShop Back Office"),
    )


def method_not_valid(method: str) -> WebserviceError:
    """A method that this version does not know."""
    return WebserviceError(405, (23, f"Method {method} is not valid"))


def method_not_allowed(method: str, resource: str) -> WebserviceError:
    """The key may do something with the resource, but not this."""
    return WebserviceError(
        405,
        (25, f"Method {method} is not allowed for the resource {resource} with this authentication key"),
    )


def resource_not_allowed(resource: str) -> WebserviceError:
    """The key may do nothing with the resource: 401, as for a bad key."""
    return WebserviceError(
        401, (26, f'Resource of type "{resource}" is not allowed with this authentication key')
    )


def unknown_resource(resource: str, known: Sequence[str]) -> WebserviceError:
    """There is no such resource."""
    return WebserviceError(
        400, (27, f'Resource of type "{resource}" does not exists. {_did_you_mean(resource, known)}')
    )


def unknown_filter(name: str, known: Sequence[str]) -> WebserviceError:
    """``filter[...]`` of a field that is not there, or of a date without ``date=1``."""
    return WebserviceError(400, (32, f"This filter does not exist. {_did_you_mean(name, known)}"))


def empty_filter(name: str) -> WebserviceError:
    """``filter[...]=`` without a value."""
    return WebserviceError(400, (33, f'The filter "{name}" is malformed.'))


def dynamic_filter(name: str) -> WebserviceError:
    """A field that is computed, such as ``orders.shipping_number``."""
    return WebserviceError(
        400,
        (34, f'The field "{name}" is dynamic. It is not possible to filter GET query with this field.'),
    )


def unknown_display(name: str, known: Iterable[str]) -> WebserviceError:
    """``display=[...]`` of a field that is not there."""
    return WebserviceError(
        400,
        (35, f'Unable to display this field "{name}". However, these are available: {", ".join(known)}'),
    )


def malformed_sort() -> WebserviceError:
    """``sort`` without a direction."""
    return WebserviceError(
        400,
        (
            37,
            (
                'The "sort" value has to be formed as this example: "field_ASC" or '
                "'[field_1_DESC,field_2_ASC,field_3_ASC,...]' (\"field\" has to be an available field)"
            ),
        ),
    )


def unknown_sort(known: Iterable[str], translated: Iterable[str]) -> WebserviceError:
    """``sort`` by a field that is not there, or by a date without ``date=1``."""
    return WebserviceError(
        400,
        (
            38,
            f"Unable to filter by this field. However, these are available: {', '.join(known)}, "
            f"for i18n fields: {', '.join(translated)}".rstrip(),
        ),
    )


def malformed_limit() -> WebserviceError:
    """``limit`` that is neither a number nor two."""
    return WebserviceError(400, (39, 'The "limit" value has to be formed as this example: "5,25" or "10"'))


def field_required(name: str) -> WebserviceError:
    """POST or PUT without a field that must be there."""
    return WebserviceError(400, (41, f'parameter "{name}" required'))


def not_saved() -> WebserviceError:
    """Said of what was not saved, and also of what was saved but could not be mailed."""
    return WebserviceError(500, (46, "Unable to save resource"))


def unknown_language() -> WebserviceError:
    """``language`` of an id that the shop does not have."""
    return WebserviceError(400, (81, "language is not available"))


def invalid_field(class_name: str, name: str, what: str = "is not valid") -> WebserviceError:
    """A value that its field does not allow; the arrow is an HTML entity in JSON as well."""
    return WebserviceError(400, (85, f'Validation error: "Property {class_name}-&gt;{name} {what}"'))


def too_long_field(class_name: str, name: str, length: int, size: int) -> WebserviceError:
    """A text that is longer than its column; checked since 9.0."""
    words = (
        f"The length of property {class_name}->{name} is currently {length} chars. It must be between 0 and {size} "
        "chars."
    )
    return WebserviceError(400, (85, f'Validation error: "{words}"'))


def duplicate_id() -> WebserviceError:
    """Two entities of one body have the same id."""
    return WebserviceError(400, (89, "id is duplicate in request"))


def id_required() -> WebserviceError:
    """PUT or PATCH of an entity without an id in the body."""
    return WebserviceError(400, (90, "id is required when modifying a resource"))


def id_forbidden() -> WebserviceError:
    """POST of an entity with an id."""
    return WebserviceError(400, (91, "id is forbidden when adding a new resource"))


def invalid_id() -> WebserviceError:
    """PUT or PATCH of an id that is not there."""
    return WebserviceError(404, (92, "Invalid ID"))


def with_php_warnings(error: WebserviceError, version: str) -> WebserviceError:
    """The errors of a list with the warnings that PHP gives on the way out; those make a 500 of it."""
    first = 1319 if version.startswith("9.") else 1333
    words = "[PHP Warning #2] Trying to access array offset on value of type bool"
    file = "/srv/shop/www/classes/webservice/WebserviceRequest.php"
    warnings = [(3, f"{words} ({file}, line {line})") for line in range(first, first + 4)]
    return WebserviceError(500, *error.errors, *warnings)


def php_warning(*then: tuple[int, str]) -> WebserviceError:
    """PHP warned while an entity was written: the answer is about that alone, and the entities after it are left.

    ``then``: what the Webservice itself has to say of that entity comes after it, in a 500 all the same.
    """
    words = "[PHP Unknown error #16384] a module says: old (/srv/shop/www/modules/foo/foo.php, line 12)"
    return WebserviceError(500, (15, words), *then)


def broken_xml(body: bytes) -> WebserviceError:
    """A body that is not XML; it is sent back whole, whatever stands in it."""
    text = body.decode("utf-8", "replace")
    return WebserviceError(
        500,
        (
            127,
            f"XML error : String could not be parsed as XML\nXML length : {len(body)}\nOriginal XML : {text}",
        ),
    )


def unknown_shop_group() -> WebserviceError:
    """``id_group_shop`` that the installation does not have."""
    return WebserviceError(500, (999, "This shop group doesn't have shops"))


def _did_you_mean(name: str, known: Sequence[str]) -> str:
    listed = ", ".join(f'"{one}"' for one in known)
    return f'Did you mean: "{closest(name, known)}"? The full list is: {listed}'


def closest(name: str, known: Sequence[str]) -> str:
    """The known word with the fewest changes; the last one of several."""
    return min(reversed(known), key=lambda word: _edits(name, word))


def _edits(one: str, other: str) -> int:
    """Levenshtein's distance, as PHP's function of that name counts it."""
    previous = list(range(len(other) + 1))
    for row, letter in enumerate(one, start=1):
        current = [row]
        for column, other_letter in enumerate(other, start=1):
            change = previous[column - 1] + (letter != other_letter)
            current.append(min(previous[column] + 1, current[-1] + 1, change))
        previous = current
    return previous[-1]
