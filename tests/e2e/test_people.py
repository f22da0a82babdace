"""People enrolled, recognised, trained on and forgotten, as a person does it in a browser."""

import os
import re
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Browser, Page, expect

from facelab.data.generated import generate
from tests.e2e.browser import find_chromium

pytestmark = pytest.mark.browser

NAMES = ("Ann", "Bob")
ENROLLED, SEED = 3, 3
ACTORS = ("Angie_Harmon", "Bill_Hader", "Steve_Carell")
STRANGER = "Alec_Baldwin"
FEW, MANY, UNSEEN = 5, 12, 3
DONE = ".stApp[data-test-script-state=notRunning]"
"""There once the script has run through."""


@pytest.fixture(scope="module")
def files(tmp_path_factory) -> dict[str, list[Path]]:
    """Photos of two generated people, the last of each for later."""
    folder = tmp_path_factory.mktemp("photos")
    images = generate(len(NAMES), ENROLLED + 1, 192, SEED, difficulty="easy").images.permute(0, 2, 3, 1).numpy()
    found: dict[str, list[Path]] = {}
    for number, pixels in enumerate(images):
        name = NAMES[number // (ENROLLED + 1)]
        file = folder / f"{name} {number}.png"
        Image.fromarray(np.ascontiguousarray(pixels)).save(file)
        found.setdefault(name, []).append(file)
    return found


def enrol(page: Page, name: str, files: list[Path]) -> None:
    page.get_by_label("Name", exact=True).fill(name)
    page.get_by_label("Name", exact=True).press("Tab")
    page.locator("input[type=file]").set_input_files(files)
    expect(page.get_by_text(re.compile(rf"Added \d+ photos? of {name}"))).to_be_visible()


def ask(page: Page, file: Path, answer: str) -> None:
    """Upload a photo on the page that says who is on it, and expect an answer."""
    page.locator("input[type=file]").set_input_files(file)
    expect(page.get_by_role("button", name=f"Remove {file.name}")).to_be_visible()
    expect(page.locator(DONE)).to_be_attached()
    expect(page.get_by_role("heading", level=3, name=re.compile(answer, re.IGNORECASE)).first).to_be_visible()


def go_and_ask(page: Page) -> None:
    page.get_by_role("button", name="Who is it?").click()
    expect(page.get_by_role("heading", name="Who is it?")).to_be_visible()
    expect(page.get_by_role("radio", name="Enrolled people")).to_be_checked()
    page.get_by_role("radio", name="Upload").click()


def forget_everybody(page: Page) -> None:
    page.get_by_role("link", name="People").click()
    page.get_by_role("button", name="Forget everybody").click()
    page.get_by_role("button", name="Forget everybody").last.click()
    expect(page.get_by_text("Nobody is enrolled yet")).to_be_visible()
    expect(page.get_by_alt_text(re.compile("A face of"))).to_have_count(0)


def test_two_people_are_enrolled_recognised_and_forgotten(page: Page, app: str, files, tmp_path):
    (tmp_path / "letter.jpg").write_text("Dear diary")
    page.goto(f"{app}/people")
    expect(page.get_by_text("Nobody is enrolled yet")).to_be_visible()
    enrol(page, "Ann", [*files["Ann"][:ENROLLED], tmp_path / "letter.jpg"])
    expect(page.get_by_text("letter.jpg: This is not a photo")).to_be_visible()
    enrol(page, "Bob", files["Bob"][:ENROLLED])
    expect(page.get_by_alt_text("A face of Ann.")).to_have_count(ENROLLED)

    page.get_by_role("button", name="Throw out").first.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_alt_text("A face of Ann.")).to_have_count(ENROLLED - 1)

    go_and_ask(page)
    for name in NAMES:
        ask(page, files[name][-1], name)
    forget_everybody(page)


def test_another_tab_sees_nobody(page: Page, app: str, files):
    page.goto(f"{app}/people")
    enrol(page, "Ann", files["Ann"][:1])
    other = page.context.new_page()
    other.goto(f"{app}/people")
    expect(other.get_by_text("Nobody is enrolled yet")).to_be_visible()


def test_the_camera_takes_shot_after_shot(chromium: Browser, app: str, files, tmp_path):
    _film([Image.open(file) for file in files["Ann"][:2]], tmp_path / "film.y4m")
    camera = [
        "--no-sandbox",
        "--use-fake-device-for-media-stream",
        "--use-fake-ui-for-media-stream",
        f"--use-file-for-fake-video-capture={tmp_path / 'film.y4m'}",
    ]
    browser = chromium.browser_type.launch(executable_path=find_chromium(), args=camera)
    page = browser.new_page()
    page.goto(f"{app}/people")
    page.get_by_role("radio", name="Camera").click()
    for shots in (1, 2):
        # The film begins anew with every shot, and the same picture twice is one.
        page.wait_for_function(f"() => document.querySelector('video')?.currentTime > {0.4 * shots}")
        page.get_by_role("button", name="Take Photo").click()
        expect(page.get_by_alt_text("A face of Person 1.")).to_have_count(shots)
    browser.close()


def _film(pictures: list[Image.Image], file: Path, side: int = 480, frames: int = 12) -> None:
    """A raw film (YUV4MPEG2) that shows one picture after the other, brighter from frame to frame."""
    with file.open("wb") as film:
        film.write(f"YUV4MPEG2 W{side} H{side} F10:1 Ip A1:1 C420jpeg\n".encode())
        for picture in pictures:
            for frame in range(frames):
                bright = picture.resize((side, side)).point(lambda value, frame=frame: min(255, value + 2 * frame))
                luma, *chroma = bright.convert("YCbCr").split()
                film.write(b"FRAME\n" + luma.tobytes())
                for part in chroma:
                    film.write(part.resize((side // 2, side // 2)).tobytes())


@pytest.mark.skipif(not os.environ.get("FACELAB_DATA"), reason="FACELAB_DATA names no folder of real faces")
def test_three_actors_are_recognised_trained_on_and_forgotten(page: Page, app: str, tmp_path):
    folder = Path(os.environ["FACELAB_DATA"]) / "facescrub6"
    photos = {name: sorted((folder / name).glob("*.jpg")) for name in (*ACTORS, STRANGER)}
    page.goto(f"{app}/people")
    for name in ACTORS:
        enrol(page, name.replace("_", " "), photos[name][:FEW])
    go_and_ask(page)
    for name in ACTORS:
        for file in photos[name][-UNSEEN:]:
            ask(page, file, name.replace("_", " "))
    ask(page, photos[STRANGER][0], "Nobody I know")
    ask(page, _on_its_side(photos[ACTORS[0]][-1], tmp_path / "phone.jpg"), ACTORS[0].replace("_", " "))

    page.get_by_role("link", name="People").click()
    for name in ACTORS:
        enrol(page, name.replace("_", " "), photos[name][FEW:MANY])
    page.get_by_role("button", name="Train a network").click()
    page.get_by_role("button", name="Train", exact=True).click()
    expect(page.locator(".stMarkdownBadge", has_text="Finished")).to_be_visible(timeout=300_000)
    page.get_by_role("link", name="People").click()
    expect(page.get_by_role("heading", name="Trained or enrolled?")).to_be_visible()
    forget_everybody(page)
    expect(page.get_by_role("heading", name="Trained or enrolled?")).to_have_count(0)


def _on_its_side(photo: Path, file: Path) -> Path:
    """As a phone writes what was taken upright: lying, with a tag that says how to turn it."""
    tags = Image.Exif()
    tags[0x0112] = 6
    Image.open(photo).transpose(Image.Transpose.ROTATE_90).save(file, exif=tags, quality=95)
    return file
