"""The mutations that start and end bulk operations, and the place for their files."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from fbridge_shopify.sandbox.bulk_checks import check_bulk_mutation, check_bulk_query
from fbridge_shopify.sandbox.bulk_runs import read_everything, run_for_each
from fbridge_shopify.sandbox.connections import View
from fbridge_shopify.sandbox.errors import user_error
from fbridge_shopify.sandbox.gids import number_of
from fbridge_shopify.sandbox.viewer import Viewer

MOST_BYTES = 100 * 1024 * 1024
UPLOADS = "/staged-uploads/"


def _run_query(viewer: Viewer, **args: Any) -> View:
    query, grouped = args["query"], args["groupObjects"]
    ast = check_bulk_query(query, viewer.version)
    bulk = viewer.shop.bulk
    number = bulk.begin("QUERY", query, viewer.url, lambda: read_everything(viewer, ast, grouped=grouped))
    return {"bulkOperation": bulk.begun(number)}


def _run_mutation(viewer: Viewer, **args: Any) -> View:
    mutation, name = args["mutation"], args.get("clientIdentifier")
    _check_identifier(name)
    ast = check_bulk_mutation(mutation, viewer.version)
    bulk = viewer.shop.bulk
    content = bulk.uploads.get(args["stagedUploadPath"])
    if content is None:
        raise user_error(
            "The JSONL file could not be found. Try uploading the file again, and check that you've entered the "
            "URL correctly for the stagedUploadPath mutation argument.",
            code="NO_SUCH_FILE",
        )
    if not content.strip():
        raise user_error("The input file is empty.", code="INVALID_STAGED_UPLOAD_FILE")
    if len(content) > MOST_BYTES:
        raise user_error(
            "The input file size exceeds the maximum allowed size of 100 MB.",
            code="INVALID_STAGED_UPLOAD_FILE",
        )
    number = bulk.begin("MUTATION", mutation, viewer.url, lambda: run_for_each(viewer, ast, content))
    return {"bulkOperation": bulk.begun(number)}


def _check_identifier(name: str | None) -> None:
    shortest, longest = 10, 255
    if name is not None and len(name) < shortest:
        message = f"is too short (minimum is {shortest} characters)"
        raise user_error(message, "clientIdentifier", code="INVALID_MUTATION")
    if name is not None and len(name) > longest:
        message = f"is too long (maximum is {longest} characters)"
        raise user_error(message, "clientIdentifier", code="INVALID_MUTATION")


def _cancel(viewer: Viewer, **args: Any) -> View:
    bulk = viewer.shop.bulk
    try:
        number = number_of(args["id"], "BulkOperation")
        cancelled = bulk.cancel(number)
    except (LookupError, ValueError):
        raise user_error("Bulk operation does not exist", "id") from None
    if not cancelled:
        raise user_error("A bulk operation cannot be canceled when it is completed")
    return {"bulkOperation": bulk.view(number)}


def _staged_uploads(viewer: Viewer, **args: Any) -> View:
    bulk = viewer.shop.bulk
    targets = []
    for given in args["input"]:
        key = bulk.new_upload(given["filename"])
        targets.append(
            {
                "url": f"{viewer.url}{UPLOADS}",
                "resourceUrl": f"{viewer.url}{UPLOADS}",
                "parameters": [
                    {"name": "Content-Type", "value": given["mimeType"]},
                    {"name": "success_action_status", "value": "201"},
                    {"name": "acl", "value": "private"},
                    {"name": "key", "value": key},
                ],
            }
        )
    return {"stagedTargets": targets}


BULK_MUTATIONS: dict[str, tuple[tuple[str, ...], Callable[..., View]]] = {
    "bulkOperationRunQuery": (("bulkOperation",), _run_query),
    "bulkOperationRunMutation": (("bulkOperation",), _run_mutation),
    "bulkOperationCancel": (("bulkOperation",), _cancel),
    "stagedUploadsCreate": (("stagedTargets",), _staged_uploads),
}
