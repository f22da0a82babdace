import numpy as np

from facelab.plots import Band, alt, drop_dots, lost_sheet, palette, ranking_bars, strength_curves

X = np.array([0, 0.5, 1])
ROTATION = Band("rotation", 1, X, np.array([0.8, 0.6, 0.2]), np.array([0.7, 0.5, 0.1]), np.array([0.9, 0.7, 0.3]))
FACES = np.zeros((5, 3, 8, 8), np.uint8)


def test_a_curve_lies_on_its_interval():
    band, line = strength_curves([ROTATION]).data
    np.testing.assert_allclose(line.y, [80, 60, 20])
    np.testing.assert_allclose(band.x, [0, 0.5, 1, 1, 0.5, 0])
    np.testing.assert_allclose(band.y, [90, 70, 30, 10, 50, 70])
    assert line.line.color == palette.category(1)
    assert band.legendgroup == line.legendgroup
    assert line.customdata[1] == "60.0 % (50.0 to 70.0)"


def test_notes_go_to_the_pointer_and_gaps_stay_gaps():
    empty = ROTATION._replace(y=np.array([0.8, np.nan, 0.2]), notes=["4 photos", "0 photos", "9 photos"])
    band, line = strength_curves([empty]).data
    assert len(band.x) == 4
    assert np.isnan(line.y[1])
    assert line.customdata[2].endswith("<br>9 photos")


def test_guessing_is_a_line():
    fig = strength_curves([ROTATION], chance=0.05)
    assert fig.layout.shapes[0].y0 == 5


def test_curves_in_words():
    assert alt(strength_curves([ROTATION])) == (
        "Accuracy against strength, 1 curve with 95 % intervals; rotation from 80 % to 20 %, at least 20 %."
    )
    assert alt(strength_curves([])) == "No photos have been tested yet."


def test_the_ranking_keeps_its_order_and_its_intervals():
    fig = ranking_bars(["flip", "rotation"], [0.9, 0.5], [0.8, 0.45], [1.02, 0.55])
    assert fig.layout.yaxis.ticktext == ("flip", "rotation")
    np.testing.assert_allclose(fig.data[0].error_x.array, [12, 5], rtol=1e-5)
    assert fig.layout.xaxis.range[1] == 104
    assert "least, 50 %, with rotation" in alt(fig)


def test_drops_stand_beside_the_published_ones():
    fig = drop_dots(["jitter", "blur"], 0.7, [0.2, -0.01], [0.15, -0.02], [0.25, 0.0], [0.195, None])
    ours, published = fig.data
    np.testing.assert_allclose(ours.x, [20, -1])
    assert ours.text[0] == "50.0 % right"
    assert (published.x, published.y) == ((19.5,), (0,))
    assert len(drop_dots(["jitter"], 0.7, [0.2], [0.15], [0.25]).data) == 1


def test_lost_photos_stand_above_what_became_of_them():
    captions = [f"photo {index}" for index in range(5)]
    fig = lost_sheet(FACES, FACES + 9, captions, columns=3)
    places = next(trace for trace in fig.data if trace.customdata is not None)
    assert list(places.text) == [*captions[:3], *captions[:3], *captions[3:], "", *captions[3:], ""]
    assert {trace.name for trace in fig.data if trace.mode == "lines"} == {"right (5)", "wrong (5)"}
    assert alt(fig).startswith("5 photos answered rightly")
    evenly = lost_sheet(FACES, FACES, captions, columns=4)
    assert max(next(trace for trace in evenly.data if trace.customdata is not None).x) < 3
    assert alt(lost_sheet(FACES[:0], FACES[:0], [])) == "No photo is lost."


def test_nothing_to_rank():
    assert "Nothing to rank" in alt(ranking_bars(["flip"], [np.nan], [np.nan], [np.nan]))
    assert alt(drop_dots([], 0.5, [], [], [])) == "No transforms have been tested yet."
