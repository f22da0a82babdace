"""A real server and a real browser. Without Chromium these tests skip and say so, unless FACELAB_REQUIRE_BROWSER is
set, as CI does: then they fail."""

import os
from collections.abc import Iterator

import pytest

from tests.e2e.browser import find_chromium, launch, serve


@pytest.fixture(scope="session")
def chromium():
    """A running Chromium."""
    path = find_chromium()
    if path is None:
        reason = "no Chromium found: install it, or name it in CHROMIUM"
        if os.environ.get("FACELAB_REQUIRE_BROWSER"):
            pytest.fail(reason)
        pytest.skip(reason)
    from playwright.sync_api import expect

    expect.set_options(timeout=60_000)
    with launch(path) as browser:
        yield browser


@pytest.fixture(scope="session")
def app(tmp_path_factory) -> Iterator[str]:
    """The address of the running app."""
    with serve(tmp_path_factory.mktemp("home")) as url:
        yield url


@pytest.fixture(scope="session")
def components(tmp_path_factory) -> Iterator[str]:
    """The address of a page that shows one component, and what it has said as JSON."""
    with serve(tmp_path_factory.mktemp("home"), script="tests/e2e/components.py") as url:
        yield url


@pytest.fixture
def page(chromium):
    """A fresh tab."""
    context = chromium.new_context(viewport={"width": 1440, "height": 1000})
    page = context.new_page()
    page.set_default_timeout(60_000)
    yield page
    context.close()
