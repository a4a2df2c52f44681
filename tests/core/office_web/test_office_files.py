"""A file is dropped, shown row by row, taken, and its refused rows are given back."""

from __future__ import annotations

import io
import os
import time
from pathlib import Path

import pytest
from tests.core.office_web.conftest import ADDRESS, Browser

from fbridge.office_web import files
from fbridge.office_web.uploads import MOST_KEPT
from fbridge.testing.office import Office


def hand_in(browser: Browser, content: bytes, name: str = "erp.csv", kind: str = "shipments") -> str:
    """The page of a file that was dropped."""
    fields = {"form_token": browser.form_token(), "file": (io.BytesIO(content), name)}
    answer = browser.client.post(f"/files/{kind}", base_url=ADDRESS, data=fields)
    assert answer.status_code == 303, (name, answer.text)
    return str(answer.location)


def test_a_file_is_shown_taken_and_its_refused_rows_come_back(office: Office, clerk: Browser) -> None:
    order = office.store.new_order([("HAT", 2)])
    office.fetch()
    office.bridge.carriers.add("GLS")
    content = f"order;carrier;document;year\nT{order};GLS;1;2026\nnobody;GLS;2;2026\n".encode()
    page = hand_in(clerk, content, "../../evil/..\\ordini & più.csv")
    shown = clerk.text(page)
    assert "1 taken 1 refused" in shown
    assert "ordini & più.csv" in shown
    assert not office.bridge.shipments.list()
    token = {"form_token": clerk.form_token()}
    assert clerk.post(f"{page}/take", token).status_code == 303
    assert clerk.post(f"{page}/take", token).status_code == 303, "twice is once"
    (made,) = office.bridge.shipments.list()
    assert made.carrier.code == "GLS"
    assert [one.number for one in office.bridge.manifests.list()], "on its carrier's manifest"
    assert "This was taken." in clerk.text(page)
    back = clerk.get(f"{page}/refused")
    assert "nobody;GLS;2;2026" in back.text
    back.close()
    assert back.headers["Content-Disposition"].startswith("attachment; filename=")
    kept = sorted(path for path in office.bridge.context.settings.home.data.rglob("uploads/*/*"))
    assert all(path.is_relative_to(office.bridge.context.settings.home.data) for path in kept)

    numbers = hand_in(clerk, b"document;year;tracking\n1;2026;FB000000001IT\n", "gls.csv", "tracking")
    clerk.post(f"{numbers}/take", token)
    assert office.bridge.shipments.list()[0].numbers == ("FB000000001IT",)


@pytest.mark.slow
def test_what_is_wrong_with_a_file_is_said_as_on_the_terminal_and_mended_without_a_new_file(
    office: Office, clerk: Browser
) -> None:
    office.fetch()
    bad = clerk.get(hand_in(clerk, b"%PDF-1.7 \x00\x01", "orders.csv"))
    assert bad.status_code == 400
    assert "orders.csv is no table; save it as CSV, XLSX, ODS or JSON." in bad.text
    assert str(office.bridge.context.settings.home.data) not in bad.text
    page = hand_in(clerk, b"document;tracking\n1;FB000000001IT\n", "brt.csv", "tracking")
    token = {"form_token": clerk.form_token()}
    assert clerk.post(page, token | {"year": "soon"}).status_code == 303
    assert "&#39;soon&#39; is no year" in clerk.get(page).text
    clerk.post(page, token | {"year": "2026"})
    assert clerk.get(page).status_code == 200
    files.MOST_ROWS, most = 1, files.MOST_ROWS
    try:
        many = clerk.get(hand_in(clerk, b"document;tracking\n1;A\n2;B\n", "brt.csv", "tracking"))
    finally:
        files.MOST_ROWS = most
    assert "brt.csv has more than 1 rows" in many.text
    clerk.post(page, token | {"encoding": "klingon"})
    assert "the form: field" in clerk.get(page).text.replace("&#34;", '"')


def test_a_file_is_for_whoever_handed_it_in_and_names_are_no_paths(clerk: Browser, manager: Browser) -> None:
    page = hand_in(clerk, b"order\nx\n", "'><script>alert(1)<x>.csv")
    assert "<script>alert" not in clerk.get(page).text
    for path in (page, f"{page}/refused", "/file/..", "/file/..%2F..%2Fconfig.toml", "/file/" + "a" * 22):
        assert manager.get(path).status_code == 404, path
    assert manager.post(f"{page}/take", {"form_token": manager.form_token()}).status_code == 404
    ours = b'{"file": "x", "plan": false, "rows": [], "refused_file": "../../../secrets.toml", "counts": {}}'
    page = hand_in(clerk, ours, "result.json")
    assert "This was taken." not in clerk.get(page).text
    assert clerk.get(f"{page}/refused").status_code == 404, "a file is none of ours, whatever it is called"


@pytest.mark.slow
def test_a_file_is_forgotten_after_a_day_and_may_be_called_anything(
    office: Office, clerk: Browser, tmp_path: Path
) -> None:
    page = hand_in(clerk, b"order\nx\n")
    folder = office.bridge.context.settings.home.data / "uploads" / page.rpartition("/")[2]
    os.utime(folder, (time.time() - 90_000,) * 2)
    assert clerk.get(page).status_code == 404
    clerk.get("/files")
    assert not folder.exists(), "what names customers is forgotten"
    for name in (
        "upload.json",
        "refused",
        "file",
        "..",
        ".",
        "/",
        "CON",
        "a" * 400 + ".csv",
        "\x00.csv",
        ".csv",
    ):
        assert clerk.get(hand_in(clerk, b"order\nx\n", name)).status_code == 200, name
    newest = [hand_in(clerk, b"order\nx\n", f"{at}.csv") for at in range(MOST_KEPT)]
    assert [clerk.get(one).status_code for one in newest] == [200] * MOST_KEPT
    assert len(list(folder.parent.iterdir())) == MOST_KEPT, "nobody fills the disk with them"
    assert not list(tmp_path.rglob("*script*/*"))


def test_a_large_file_is_refused_before_it_is_read(clerk: Browser, visitor: Browser) -> None:
    large = {"form_token": clerk.form_token(), "file": (io.BytesIO(b"x" * 70_000), "a.csv")}
    assert clerk.client.post("/files/shipments", base_url=ADDRESS, data=large).status_code == 303

    class Unread(io.BytesIO):
        def read(self, *_: object) -> bytes:
            raise AssertionError("it was read")

        readline = read  # type: ignore[assignment]

    length = {"CONTENT_LENGTH": str(2**30), "CONTENT_TYPE": "multipart/form-data; boundary=x"}
    for browser, told in ((clerk, "a file may have 64 MiB"), (visitor, "sign in first")):
        environment = {**length, "wsgi.input": Unread()}
        answer = browser.client.post("/files/shipments", base_url=ADDRESS, environ_overrides=environment)
        assert answer.status_code == 413
        assert told in answer.text
