"""The plane in a real browser: on a page of Streamlit's, and as an exported film."""

import json

import numpy as np
import pytest
from playwright.sync_api import Page, expect

from facelab.models.initialization import ACTIVATIONS
from facelab.ui.plane import film_html
from tests.ui.views import CENTRE, FEATURES, probabilities, tiny

pytestmark = pytest.mark.browser

COLOURS = """canvas => new Set(new Uint32Array(
    canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data.buffer)).size"""


def heard(page: Page, count: int) -> list:
    """The first `count` events that Python heard: [name, payload] each."""
    page.wait_for_function(f"() => JSON.parse(document.querySelector('code').textContent).length >= {count}")
    return json.loads(page.locator("code").inner_text())


def probe(page: Page) -> dict[str, float]:
    """The probabilities at the middle of the window, by name."""
    page.locator(".stage").focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowLeft")
    names = page.locator(".chance:visible .name").all_inner_texts()
    widths = page.locator(".chance:visible .bar").evaluate_all("bars => bars.map(bar => parseFloat(bar.style.width))")
    return {name: width / 100 for name, width in zip(names, widths, strict=True)}


def test_buttons_units_and_points_tell_python(page: Page, components: str):
    page.goto(f"{components}?show=plane")
    page.get_by_role("button", name="More units in layer 1").click()
    page.get_by_role("button", name="Fewer units in layer 2").click()
    page.get_by_role("button", name="Add a layer").click()
    assert [value for _, value in heard(page, 3)] == [[4, 3], [4, 2], [4, 2, 2]]

    page.get_by_role("button", name="Layer 3, unit 2").click()
    page.get_by_role("button", name="Switch off").click()
    unit = {"layer": 2, "unit": 1}
    assert heard(page, 5)[3:] == [["unit", unit | {"pinned": True}], ["toggle", unit]]

    page.get_by_role("radio", name="class 1").click()
    probe(page)
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Undo").click()
    page.get_by_role("button", name="Clear").click()
    assert heard(page, 8)[5:] == [["draw", [[*CENTRE, 1]]], ["undo", True], ["clear", True]]


def test_a_dragged_pointer_sprays_points(page: Page, components: str):
    page.goto(f"{components}?show=plane")
    box = page.locator(".ground").bounding_box()
    page.mouse.move(box["x"] + 200, box["y"] + 200)
    page.mouse.down()
    page.mouse.move(box["x"] + 260, box["y"] + 200, steps=30)
    page.mouse.up()
    [[name, points]] = heard(page, 1)
    xs, ys, classes = np.array(points).T
    assert name == "draw"
    assert len(points) >= 5
    assert (np.diff(xs) > 0).all()
    assert (ys == ys[0]).all()
    assert (classes == 0).all()


def test_an_update_draws_on_the_same_canvases(page: Page, components: str):
    page.goto(f"{components}?show=plane")
    canvases = page.locator(".stage canvas, .wires, .chart canvas, .unit canvas")
    expect(page.locator(".wires")).to_be_visible()
    before = canvases.element_handles()
    page.get_by_role("button", name="Again").click()
    page.get_by_role("button", name="Layer 1, unit 1").hover()
    page.wait_for_timeout(500)
    assert len(before) == 4 + 1 + 2 + 2 + 6 + 2
    assert all(canvas.evaluate("canvas => canvas.isConnected") for canvas in before)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [420, 1440])
def test_every_canvas_is_drawn_and_nothing_is_cut_off(page: Page, width, scheme):
    page.set_viewport_size({"width": width, "height": 900})
    page.emulate_media(color_scheme=scheme)
    page.set_content(film_html(tiny(aspect=1.2, is_map=True)))
    for name in (".ground", ".points", ".names", ".wires", ".unit canvas >> nth=0", ".chart canvas >> nth=0"):
        assert page.locator(name).evaluate(COLOURS) > 5, name
    assert page.evaluate("document.documentElement.scrollWidth") <= width


@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_the_probe_is_the_network(page: Page, activation):
    view = tiny(
        1,
        hidden=(7, 7),
        classes=3,
        residual=True,
        activation=activation,
        features=tuple(FEATURES),
        mean=np.linspace(-0.5, 0.5, 7),
        std=np.linspace(0.5, 2, 7),
        off=((1, 2),),
    )
    page.set_content(film_html(view))
    [expected] = probabilities(view, view.frames[0].layers, *np.array(CENTRE)[:, None])
    assert probe(page) == pytest.approx(dict(zip(view.names, expected, strict=True)), abs=1e-4)
    expect(page.locator(".place")).to_have_text("Width 11.20 cm, Height 20.8 cm")


def test_the_film_moves_everything(page: Page):
    page.set_content(film_html(tiny(3)))
    epoch = page.locator(".cell.epoch .value")
    pictures = [page.locator(name) for name in (".ground", ".wires", ".unit canvas >> nth=2", ".chart canvas >> nth=0")]
    expect(epoch).to_have_text("2")
    last = [picture.evaluate("canvas => canvas.toDataURL()") for picture in pictures]
    page.get_by_role("slider").press("Home")
    expect(epoch).to_have_text("0")
    first = [picture.evaluate("canvas => canvas.toDataURL()") for picture in pictures]
    assert all(one != other for one, other in zip(first, last, strict=True))
    page.get_by_role("button", name="Play the film").click()
    expect(epoch).to_have_text("2")
    expect(page.get_by_role("button", name="Play the film")).to_be_visible()


def test_hovering_names_wires_and_units(page: Page):
    view = tiny(1, hidden=(1,))
    page.set_content(film_html(view))
    first, unit = (page.get_by_role("button", name=name).bounding_box() for name in ("Input x", "Layer 1, unit 1"))
    middle = [(a + b) / 2 for a, b in zip(centre(first), centre(unit), strict=True)]
    page.mouse.move(*middle)
    weight = f"{view.frames[0].layers[0].weight[0, 0]:.3g}".replace("-", "−")
    expect(page.locator(".tip")).to_have_text(f"Input x to layer 1, unit 1: weight {weight}")
    page.mouse.move(*centre(unit))
    expect(page.locator(".what")).to_contain_text("Layer 1, unit 1")


def centre(box: dict[str, float]) -> tuple[float, float]:
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def test_points_can_be_hidden(page: Page):
    page.set_content(film_html(tiny(1)))
    page.get_by_role("button", name="Train", exact=True).click()
    page.get_by_role("button", name="Test", exact=True).click()
    expect(page.get_by_role("button", name="Test", exact=True)).to_have_attribute("aria-pressed", "false")
    assert page.locator(".points").evaluate(COLOURS) == 1


def test_hostile_names_are_only_text(page: Page):
    names = ("</script><script>window.broken = 1</script>", "<img src=x onerror='window.broken = 1'>")
    page.set_content(film_html(tiny(names=names)))
    expect(page.locator(".chip").first).to_have_text(names[0])
    assert page.evaluate("window.broken") is None
