"""The race in a real browser: on a page of Streamlit's, and by itself."""

import json
from dataclasses import replace

import numpy as np
import pytest
from playwright.sync_api import Page, expect

from facelab.plots import palette
from facelab.ui.race import Member, Metric, Plane, Ranking, View, pack
from facelab.ui.race.assets import CSS, HTML, JS
from tests.e2e.browser import place_in

pytestmark = pytest.mark.browser

PAGE = """<!doctype html>
<style>
:root { --st-text-color: #1B2530; --st-background-color: #FFFFFF; --st-font: sans-serif; }
@media (prefers-color-scheme: dark) { :root { --st-text-color: #E4EAEF; --st-background-color: #11171D; } }
body { margin: 16px; background: var(--st-background-color); }
%(css)s
</style>
%(html)s
<script type="module">
%(js)s
window.said = [];
window.show = (data) => race({ data, parentElement: document.body, setTriggerValue: (...event) => said.push(event) });
</script>"""
COLOURS = """canvas => new Set(new Uint32Array(
    canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data.buffer)).size"""
LEVELS = (0.9, 0.3, 0.6, 0.1)


def crowd(settings: int = 4, repeats: int = 1, records: int = 20, side: int = 8, status: str = "finished") -> View:
    """Settings "a0", "a1", ... whose accuracies rise evenly towards the level of each, and losses that fall."""
    random = np.random.default_rng(records)
    at = np.arange(records, dtype=np.float32)
    members = []
    for setting, repeat in np.ndindex(settings, repeats):
        level = LEVELS[setting % 4] + 0.01 * repeat
        accuracy = np.float32(level * at / 100)
        regions = random.integers(0, 2, (side, side), np.uint8) if side else None
        colour = palette.along(palette.DEPTH, settings)[setting]
        metrics = {"loss": 1 - accuracy, "accuracy": accuracy}
        rank = float(accuracy[-1]) if records else np.nan
        name = f"a{setting}"
        members.append(
            Member(f"{name}, {repeat}", name, colour, status, {"epoch": at}, metrics, rank, regions, regions)
        )
    plane = Plane(palette.CATEGORIES[:2], (-1, 1, -1, 1), random.uniform(-1, 1, (50, 2)), np.arange(50) % 2)
    metrics = (Metric("loss", "Loss (nats)", "nats"), Metric("accuracy", "Accuracy", "share"))
    ranking = Ranking("Accuracy", "share")
    return View(tuple(members), metrics, "epoch", "Epoch", ranking, "A race.", 100, "Rate", plane if side else None)


def changed(view: View, index: int, **changes) -> View:
    members = list(view.members)
    members[index] = replace(members[index], **changes)
    return replace(view, members=tuple(members))


def show(page: Page, view: View) -> None:
    page.evaluate("data => show(data)", pack(view))


def order(page: Page) -> list[str]:
    return page.locator(".row .name").all_inner_texts()


@pytest.fixture
def alone(page: Page) -> Page:
    """A page with nothing but the component."""
    page.emulate_media(reduced_motion="reduce")
    page.set_content(PAGE % {"css": CSS, "html": HTML, "js": JS})
    return page


def test_rows_and_pictures_tell_python_the_first_repeat(page: Page, components: str):
    page.goto(f"{components}?show=race")
    page.get_by_role("button", name="1: Rate a0").press("Enter")
    page.locator(".tile", has_text="a2").click()
    page.wait_for_function("() => JSON.parse(document.querySelector('code').textContent).length >= 2")
    assert json.loads(page.locator("code").inner_text()) == [["choose", 0], ["choose", 4]]


def test_the_ranking_is_best_first_with_the_diverged_last(alone: Page):
    view = changed(crowd(), 0, status="diverged")
    show(alone, view)
    assert order(alone) == ["a2", "a1", "a3", "a0"]
    expect(alone.locator(".row").last).to_have_attribute("aria-label", "4: Rate a0, no value, diverged")
    show(alone, replace(view, ranking=Ranking("Error", "share", highest_first=False)))
    assert order(alone) == ["a3", "a1", "a2", "a0"]


def test_a_row_tells_the_mean_and_its_interval(alone: Page):
    show(alone, crowd(1, 2, 101))
    expect(alone.locator(".row")).to_have_attribute("aria-label", "1: Rate a0, 90.5 %, 95 % interval 84.1 % to 96.9 %")


def test_rows_do_not_flicker_while_the_race_goes_on(alone: Page):
    view = crowd(status="running")
    show(alone, changed(view, 2, rank=0.172))
    assert order(alone)[0] == "a2"
    show(alone, changed(view, 2, rank=0.17))
    assert order(alone)[0] == "a2"
    show(alone, changed(view, 2, rank=0.15))
    assert order(alone)[0] == "a0"
    show(alone, changed(crowd(), 2, rank=0.172))
    assert order(alone)[0] == "a2"


def test_nothing_moves_away_from_under_the_pointer(alone: Page):
    show(alone, crowd(status="running"))
    alone.locator(".row").first.hover()
    show(alone, changed(crowd(status="running"), 3, rank=0.9))
    assert order(alone)[0] == "a0"
    alone.mouse.move(0, 0)
    expect(alone.locator(".row .name").first).to_have_text("a3")


def test_another_race_may_begin_under_the_pointer(alone: Page):
    show(alone, crowd())
    alone.locator(".row").first.hover()
    show(alone, changed(crowd(), 0, group="new"))
    assert order(alone) == ["new", "a2", "a1", "a3"]


@pytest.mark.parametrize("width", [420, 1400])
def test_a_curve_under_the_pointer_stands_out_everywhere_through_an_update(alone: Page, width):
    alone.set_viewport_size({"width": width, "height": 900})
    show(alone, crowd(4, 2, 101, status="running"))
    # The second chart ends at 0.605, the mean of its two repeats.
    alone.mouse.move(*place_in(alone.locator(".chart").nth(1), 0.8, 0.605 * 0.8))
    looked = alone.locator(".looked .name")
    expect(looked).to_have_text(["a2", "a2"])
    expect(alone.locator(".reading .moment")).to_have_text(["epoch 80", "epoch 80"])
    expect(alone.locator(".chart:nth-child(2) .reading .value")).to_have_text("48.4 % (48.0 % to 48.8 %)")
    show(alone, crowd(4, 2, 99, status="running"))
    expect(looked).to_have_text(["a2", "a2"])
    alone.mouse.move(0, 0)
    expect(looked).to_have_count(0)


def test_a_focused_row_keeps_its_focus_when_rows_move(alone: Page):
    show(alone, crowd(status="running"))
    alone.locator(".row", has_text="a3").focus()
    show(alone, changed(crowd(status="running"), 3, rank=0.9))
    assert order(alone)[0] == "a3"
    expect(alone.locator(".row").first).to_be_focused()
    alone.keyboard.press("Enter")
    assert alone.evaluate("said") == [["choose", 3]]


def test_axes_stand_still_while_curves_grow(alone: Page):
    def ground(records: int) -> bytes:
        show(alone, crowd(2, 1, records, status="running"))
        canvas = alone.locator(".chart canvas").first.bounding_box()
        return alone.screenshot(clip=canvas | {"width": 40})

    assert ground(5) == ground(60) == ground(100)


def test_the_loss_axis_can_be_logarithmic(alone: Page):
    show(alone, crowd(4, 1, 100))
    canvas = alone.locator(".chart canvas").first
    before = canvas.evaluate("canvas => canvas.toDataURL()")
    button = alone.get_by_role("button", name="Log axis")
    button.click()
    expect(button).to_have_attribute("aria-pressed", "true")
    assert canvas.evaluate("canvas => canvas.toDataURL()") != before
    expect(button).to_have_count(1)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [380, 1400])
@pytest.mark.parametrize("settings", [2, 25, 100])
def test_every_canvas_is_drawn_and_nothing_is_cut_off(alone: Page, settings, width, scheme):
    alone.set_viewport_size({"width": width, "height": 900})
    alone.emulate_media(color_scheme=scheme)
    show(alone, crowd(settings, 2))
    for name in (".chart canvas >> nth=0", ".chart canvas >> nth=1", ".tile canvas >> nth=0"):
        assert alone.locator(name).evaluate(COLOURS) > 5, name
    assert alone.evaluate("document.documentElement.scrollWidth") <= width
    rows = [row.bounding_box() for row in alone.locator(".row").all()]
    assert all(row["x"] + row["width"] <= width for row in rows)


def test_without_pictures_a_legend_names_the_settings(alone: Page):
    show(alone, crowd(25, 1, side=0))
    boxes = [chip.bounding_box() for chip in alone.locator(".tile").all()]
    assert len(boxes) == 25
    for index, a in enumerate(boxes):
        for b in boxes[index + 1 :]:
            assert a["y"] + a["height"] <= b["y"] or a["x"] + a["width"] <= b["x"]
    expect(alone.locator(".tiles .title")).to_have_text("Rate")


def test_more_settings_than_a_legend_can_name_are_left_to_the_ranking(alone: Page):
    show(alone, crowd(81, 1, side=0))
    expect(alone.locator(".row")).to_have_count(81)
    expect(alone.locator(".tiles")).to_be_hidden()


def test_a_race_that_has_not_begun_can_be_shown(alone: Page):
    show(alone, crowd(3, 2, records=0, side=0, status="queued"))
    expect(alone.locator(".row .note")).to_have_text(["queued"] * 3)
    assert alone.evaluate("said") == []


def test_hostile_names_are_only_text(alone: Page):
    name = "<img src=x onerror='window.broken = 1'>"
    show(alone, changed(crowd(), 0, group=name))
    expect(alone.locator(".row .name").first).to_have_text(name)
    assert alone.evaluate("window.broken") is None
