"""The studio in a real browser: everything that is taken hold of answers to the pointer and to keys."""

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.e2e.browser import wait_until

pytestmark = pytest.mark.browser


@pytest.fixture
def studio(page: Page, app: str) -> Page:
    """The studio, drawn."""
    page.goto(f"{app}/data?view=Studio&data.people=4&data.photos=10&data.size=28")
    page.locator(".sitter img").wait_for()
    return page


def await_new(page: Page, act) -> None:
    """Do something, and wait until the portrait is another."""
    portrait = page.locator(".sitter img")
    before = portrait.get_attribute("src")
    act()
    wait_until(page, lambda: portrait.get_attribute("src") != before)


def drag(page: Page, host: Locator, start: tuple[float, float], end: tuple[float, float]) -> None:
    """From one place to another, in shares of the host's box, letting go at the end."""
    box = host.bounding_box()
    places = [(box["x"] + x * box["width"], box["y"] + y * box["height"]) for x, y in (start, end)]
    page.mouse.move(*places[0])
    page.mouse.down()
    page.mouse.move(*places[1], steps=6)
    page.mouse.up()


def test_a_slider_answers_to_keys_and_while_it_is_dragged(studio: Page):
    age = studio.get_by_role("slider", name="Age")
    age.focus()
    age.press("Home")
    await_new(studio, lambda: age.press("ArrowRight"))
    expect(studio).to_have_url(re.compile(r"person\.age=18\.5"))
    box = age.bounding_box()
    studio.mouse.move(box["x"] + 8, box["y"] + box["height"] / 2)
    studio.mouse.down()
    await_new(studio, lambda: studio.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2, steps=4))
    expect(studio).to_have_url(re.compile(r"person\.age=18\.5"))
    studio.mouse.up()
    expect(studio).to_have_url(re.compile(r"person\.age=46"))


def test_the_head_turns_and_the_lamp_moves(studio: Page):
    portrait = studio.get_by_role("application", name="years old")
    await_new(studio, lambda: drag(studio, portrait, (0.5, 0.5), (0.6, 0.5)))
    expect(studio).to_have_url(re.compile(r"photo\.yaw=[1-9]"))
    expect(portrait).to_have_accessible_name(re.compile("to the right"))
    portrait.focus()
    await_new(studio, lambda: portrait.press("ArrowUp"))
    expect(studio).to_have_url(re.compile(r"photo\.pitch=5"))

    studio.get_by_role("tab", name="Photo", exact=True).click()
    studio.get_by_text("Light", exact=True).click()
    lamp = studio.get_by_role("application", name="Direction of the light")
    expect(lamp).to_have_accessible_name("Direction of the light: 30° from the left, 30° from above")
    await_new(studio, lambda: drag(studio, lamp, (0.3, 0.3), (0.7, 0.5)))
    expect(lamp).to_have_accessible_name(re.compile("^Direction of the light: 31° from the right"))
    lamp.focus()
    await_new(studio, lambda: lamp.press("ArrowDown"))
    expect(studio).to_have_url(re.compile(r"photo\.light_elevation=-5"))
    studio.reload()
    expect(portrait).to_have_accessible_name(re.compile("to the right and 5° up"))


def test_a_picture_is_sent_and_the_studio_is_as_it_was_left(studio: Page):
    await_new(studio, studio.get_by_role("button", name="Surprise me").click)
    expect(studio).to_have_url(re.compile(r"person\.number=\d+"))
    address = studio.url
    left = studio.locator(".sitter img").get_attribute("src")
    studio.get_by_role("tab", name="Send it").click()
    studio.get_by_role("button", name="Explain it").click()
    expect(studio.get_by_text("This is the picture that you sent")).to_be_visible(timeout=180_000)
    studio.get_by_role("link", name="Data").click()
    expect(studio.locator(".sitter img")).to_have_attribute("src", left)
    assert set(re.split("[?&]", studio.url)) == set(re.split("[?&]", address))
