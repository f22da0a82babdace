"""Two photos side by side, as a person compares them: the sample, the next one, two files, and a file that is none."""

import re

import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from facelab.data.generated import generate

pytestmark = pytest.mark.browser

VERDICT = re.compile("(the same person|two different people)$")


def test_sample_then_files_then_a_file_that_is_no_photo(page: Page, app: str, tmp_path):
    photos = generate(people=2, photos=1, size=128, seed=1).images.permute(0, 2, 3, 1).contiguous().numpy()
    for name, photo in zip("ab", photos, strict=True):
        Image.fromarray(photo).save(tmp_path / f"{name}.png")
    (tmp_path / "letter.jpg").write_text("Dear diary")

    page.goto(f"{app}/pair?pair.of=Generated+people")
    verdict = page.get_by_role("heading", name=VERDICT)
    expect(verdict).to_be_visible(timeout=120_000)
    expect(page.get_by_text("In truth they are the same person")).to_be_visible()
    picture = page.get_by_alt_text("Photo A, with 1 face found.")
    before = picture.get_attribute("src")
    page.get_by_role("button", name="Another pair").click()
    expect(page).to_have_url(re.compile("pair.number=2"))
    expect(picture).not_to_have_attribute("src", before)

    page.get_by_role("radio", name="Upload").first.click()
    files = page.locator("input[type=file]")
    expect(files).to_have_count(2)
    files.first.set_input_files(tmp_path / "a.png")
    expect(picture).to_be_visible()
    files.last.set_input_files(tmp_path / "b.png")
    expect(verdict).to_be_visible()

    expect(page.get_by_role("button", name="As found")).to_have_count(0)
    box = picture.bounding_box()
    page.mouse.move(box["x"] + 0.2 * box["width"], box["y"] + 0.3 * box["height"])
    page.mouse.down()
    page.mouse.move(box["x"] + 0.8 * box["width"], box["y"] + 0.9 * box["height"], steps=4)
    page.mouse.up()
    expect(page.get_by_role("button", name="As found")).to_be_visible()

    files.first.set_input_files(tmp_path / "letter.jpg")
    expect(page.get_by_text("not a photo that facelab reads")).to_have_count(1)
    expect(page.get_by_alt_text("Photo B, with 1 face found.")).to_be_visible()
    expect(verdict).to_have_count(0)
