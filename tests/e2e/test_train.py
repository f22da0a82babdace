"""The main path, as a person walks it: open, train, watch, reload, find the run kept."""

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.e2e.browser import LOSS_POINTS

pytestmark = pytest.mark.browser

EPOCH = re.compile(r"Epoch (\d+\.\d) of 20")
TINY = "data.people=4&data.photos=10&data.size=28&epochs=2&batch_size=8"


def epoch(page: Page) -> float:
    return float(EPOCH.search(page.get_by_text(EPOCH).first.inner_text())[1])


def status(page: Page, text: str) -> Locator:
    """The badge with the run's status."""
    return page.locator(".stMarkdownBadge", has_text=text)


def points(page: Page) -> int:
    return page.evaluate(LOSS_POINTS)


def test_default_network_on_generated_faces(page: Page, app: str):
    page.goto(app)
    expect(page.get_by_role("heading", name="See how a network learns faces")).to_be_visible()
    page.get_by_role("link", name="Train a network").click()
    page.get_by_role("button", name="Train", exact=True).click()

    expect(status(page, "Training")).to_be_visible()
    page.wait_for_function(f"({LOSS_POINTS})() > 0")
    before = points(page)
    page.wait_for_function(f"({LOSS_POINTS})() > {before}")
    assert epoch(page) < 20, "the curve did not move before the run ended"

    page.reload()
    expect(status(page, "Finished")).to_be_visible(timeout=120_000)
    expect(page.get_by_text("Test accuracy")).to_be_visible()
    expect(page.get_by_text("95 % interval")).to_be_visible()
    assert points(page) > before


def test_second_tab_sees_the_same_run_and_may_stop_it(page: Page, app: str):
    page.goto(f"{app}/train?{TINY.replace('epochs=2', 'epochs=5000')}")
    page.get_by_role("button", name="Train", exact=True).click()
    expect(status(page, "Training")).to_be_visible()
    other = page.context.new_page()
    other.goto(page.url)
    other.get_by_role("button", name="Stop", exact=True).click()
    expect(status(other, "Stopped")).to_be_visible()
    expect(status(page, "Stopped")).to_be_visible()
    expect(page.get_by_role("button", name="Resume")).to_be_visible()


def test_settings_are_in_the_address(page: Page, app: str):
    page.goto(f"{app}/train?{TINY}&optimizer.name=SGD&model.kind=MLP&model.hidden=7, 5")
    expect(page.get_by_role("textbox", name="Hidden units, layer by layer")).to_have_value("7, 5")
    rate = page.get_by_role("spinbutton", name="Learning rate")
    rate.fill("0.5")
    rate.press("Enter")
    expect(page).to_have_url(re.compile(r"optimizer\.learning_rate=0\.5"))


def test_an_impossible_network_is_refused_with_the_layer_named(page: Page, app: str):
    page.goto(f"{app}/train?{TINY}&model.blocks=6")
    expect(page.get_by_text(re.compile("^Block 5"))).to_be_visible()
    expect(page.get_by_role("button", name="Train", exact=True)).to_be_disabled()
