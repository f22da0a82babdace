"""The map of faces in a real browser, with a ready-made network."""

import re

import pytest


@pytest.fixture
def faces(app, page):
    """The map, drawn."""
    page.goto(f"{app}/inside?run=ready-made-convnet&inside.view=Map+of+faces")
    host = page.get_by_role("application", name="A map of")
    host.wait_for()
    return host


def test_a_face_is_told_of_kept_and_let_go_by_keyboard(page, faces):
    from playwright.sync_api import expect

    faces.focus()
    faces.press("ArrowRight")
    told = re.compile(r"(\w+), (train|validation|test) photo\. [✓✕] network: \w+, [\d.]+ %")
    first = page.locator(".spoken")
    expect(first).to_have_text(told)
    name = told.match(first.text_content())[1]
    expect(page.locator(".card .name")).to_have_text(name)
    faces.press("Enter")
    expect(page.get_by_text("What the network finds most like it")).to_be_visible()
    expect(page.get_by_text(re.compile(f"^{name}, a \\w+ photo"))).to_be_visible()
    faces.press("ArrowLeft")
    expect(first).not_to_have_text("")
    faces.press("Escape")
    expect(page.locator(".card")).to_be_hidden()


def test_wheel_and_reset_change_what_is_seen(page, faces):
    from playwright.sync_api import expect

    reset = page.get_by_role("button", name="Show the whole map")
    expect(reset).to_be_disabled()
    whole = faces.screenshot()
    faces.hover()
    page.mouse.wheel(0, -600)
    expect(reset).to_be_enabled()
    assert faces.screenshot() != whole
    reset.click()
    expect(reset).to_be_disabled()


def test_the_legend_holds_a_group(page, faces):
    from playwright.sync_api import expect

    chip = page.get_by_role("group", name="Groups").get_by_role("button").first
    chip.click()
    expect(chip).to_have_attribute("aria-pressed", "true")
    chip.click()
    expect(chip).to_have_attribute("aria-pressed", "false")
