"""Who is it, as a person asks: the sample, the next one, a photo of two people, one face of it, and a box by hand."""

import re

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from facelab.data.generated import generate

pytestmark = pytest.mark.browser

ANSWER = re.compile(r"^(Very probably|Probably|Perhaps) |\? Unlike everybody it knows$")


def test_sample_then_a_group_then_one_of_it(page: Page, app: str, tmp_path):
    photos = generate(people=2, photos=1, size=160, seed=1).images.permute(0, 2, 3, 1).contiguous().numpy()
    Image.fromarray(np.concatenate(list(photos), axis=1)).save(tmp_path / "two.png")

    page.goto(f"{app}/classify")
    answer = page.get_by_role("heading", name=ANSWER)
    expect(answer).to_be_visible(timeout=240_000)
    expect(page.get_by_text("In truth this is")).to_be_visible()
    picture = page.get_by_alt_text("the photo, with 1 face found.")
    before = picture.get_attribute("src")
    page.get_by_role("button", name="Another photo").click()
    expect(page).to_have_url(re.compile("who.number=2"))
    expect(picture).not_to_have_attribute("src", before)

    page.get_by_role("radio", name="Upload").click()
    page.locator("input[type=file]").set_input_files(tmp_path / "two.png")
    group = page.get_by_alt_text("the photo, with 2 faces found.")
    expect(group).to_be_visible()
    expect(answer).to_be_visible()
    expect(page.locator(".face span")).to_have_count(2)
    other = page.locator(".face:not(.on)")
    name = other.inner_text()
    box = other.bounding_box()
    page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    expect(page.get_by_role("heading", name=re.compile(re.escape(name)))).to_be_visible()

    box = group.bounding_box()
    page.mouse.move(box["x"] + 0.55 * box["width"], box["y"] + 0.2 * box["height"])
    page.mouse.down()
    page.mouse.move(box["x"] + 0.9 * box["width"], box["y"] + 0.9 * box["height"], steps=4)
    page.mouse.up()
    expect(page.get_by_role("button", name="As found")).to_be_visible()
    expect(page.locator(".face span")).to_have_count(3)
