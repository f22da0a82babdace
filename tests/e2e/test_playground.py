"""The Playground as a new user would walk it: spirals come apart, are scrubbed, poked at, and drawn by hand."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.browser import wait_until

pytestmark = pytest.mark.browser


def number(page: Page, title: str) -> float:
    """One of the big numbers; NaN where it is not known."""
    text = page.locator(".plane .cell", has_text=title).locator(".value").inner_text()
    return float(text.removesuffix(" %").replace("–", "nan"))


def play(page: Page, label: str = "Play") -> None:
    page.get_by_role("button", name=label, exact=True).click()


def test_spirals_come_apart_in_flight_and_on_film(page: Page, app: str):
    page.goto(f"{app}/playground")
    play(page)
    wait_until(page, lambda: number(page, "Test accuracy") > 80)

    before = number(page, "Epoch")
    rate = page.get_by_label("Learning rate", exact=True)
    rate.fill("0.003")
    rate.press("Enter")
    wait_until(page, lambda: number(page, "Epoch") > before + 50)
    expect(page).to_have_url(re.compile("optimizer.learning_rate=0.003"))
    play(page, "Pause")
    expect(page.get_by_role("button", name="Play", exact=True)).to_be_visible()

    page.get_by_text("Film", exact=True).click()
    slider = page.get_by_role("slider", name="Film of the training")
    slider.fill("0")
    assert number(page, "Epoch") == 0
    assert number(page, "Test accuracy") < 70
    expect(page.get_by_role("button", name="Film (GIF)")).to_be_visible()


def test_a_unit_is_switched_off_and_what_it_was_worth_is_said(page: Page, app: str):
    page.goto(f"{app}/playground?data.source=Circles&epochs=30&mode=Instant")
    wait_until(page, lambda: number(page, "Epoch") == 30)
    page.locator(".plane .unit").nth(3).click()
    page.get_by_role("button", name="Switch off").click()
    expect(page.get_by_text(re.compile(r"Without unit \d of layer 1"))).to_be_visible()


def test_instant_mode_answers_a_control(page: Page, app: str):
    page.goto(f"{app}/playground?data.source=Circles&epochs=100&mode=Instant")
    wait_until(page, lambda: number(page, "Epoch") == 100)
    before = number(page, "Test loss")
    rate = page.get_by_label("Learning rate", exact=True)
    rate.fill("0.0001")
    rate.press("Enter")
    wait_until(page, lambda: number(page, "Test loss") != before)
    assert number(page, "Test loss") > before


def test_a_cell_of_the_map_opens_its_network(page: Page, app: str):
    page.goto(f"{app}/playground?data.source=Moons&data.points=100&epochs=20&mode=Map")
    page.get_by_role("button", name="Train 100 networks").click()
    cells = page.locator(".js-plotly-plot .nsewdrag").first
    page.get_by_text("Each cell is a network").wait_for()
    box = cells.bounding_box()
    page.mouse.click(box["x"] + 0.55 * box["width"], box["y"] + 0.35 * box["height"])
    page.get_by_role("button", name="Take these settings").click()
    expect(page.get_by_label("Hidden units, layer by layer", exact=True)).to_have_value("12, 12, 12")
    expect(page.get_by_label("Learning rate", exact=True)).to_have_value("0.03")


def test_points_drawn_by_hand_are_learned(page: Page, app: str):
    page.goto(f"{app}/playground?data.source=Drawn+by+hand&batch_size=4&epochs=200&mode=Instant")
    page.get_by_text("Click or drag in the plane").wait_for()
    for label, ends in enumerate([((0.25, 0.2), (0.9, 0.25)), ((0.25, 0.8), (0.9, 0.75))]):
        page.locator(f".plane [data-id=class-{label}]").click()
        box = page.locator(".plane .stage").bounding_box()
        start, end = ((box["x"] + x * box["width"], box["y"] + y * box["height"]) for x, y in ends)
        page.mouse.move(*start)
        page.mouse.down()
        page.mouse.move(*end, steps=20)
        page.mouse.up()
        page.wait_for_timeout(500)
    wait_until(page, lambda: number(page, "Test accuracy") == 100)
    page.reload()
    wait_until(page, lambda: number(page, "Test accuracy") == 100)


def test_a_table_is_uploaded(page: Page, app: str, tmp_path):
    table = tmp_path / "table.csv"
    table.write_text("x,y,label\n" + "".join(f"{i % 7},{i % 5},{'ab'[i % 2]}\n" for i in range(60)) + "1,,a\n")
    page.goto(f"{app}/playground?data.source=Your+own+table&epochs=5")
    page.locator("input[type=file]").set_input_files(table)
    wait_until(page, lambda: number(page, "Test accuracy") >= 0)
    expect(page.get_by_text("line 62")).to_be_visible()
