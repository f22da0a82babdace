import base64
import io

import numpy as np
import pytest
from PIL import Image

from facelab.plots import alt, drift, pair_sheet, score_histogram

SAME = np.arange(8) < 4
DISTANCES = np.array([0.0, 0.2, 0.3, 0.7, 0.4, 0.6, 0.9, 1.0])
PAIRS = np.random.default_rng(0).integers(0, 256, (5, 2, 3, 10, 10), dtype=np.uint8)


def area(bars):
    return float(np.sum(np.asarray(bars.y) * bars.width))


def ends(bars):
    middle, half = np.asarray(bars.x), np.asarray(bars.width) / 2
    return pytest.approx(((middle - half).min(), (middle + half).max()))


def test_each_kind_sums_to_100_per_cent():
    same, different, *_ = score_histogram(DISTANCES, SAME, 0.5).data
    assert (np.sum(same.y), np.sum(different.y)) == (pytest.approx(100), pytest.approx(100))
    assert (same.name, different.name) == ("same person (4 pairs)", "different people (4 pairs)")


def test_what_is_on_the_wrong_side_is_dark_up_to_the_threshold_itself():
    same, different, rejects, accepts = score_histogram(DISTANCES, SAME, 0.51).data
    assert (rejects.name, accepts.name) == ("false rejects 25.0 %", "false accepts 25.0 %")
    assert ends(rejects) == (0.51, 1)
    assert ends(accepts) == (0, 0.51)
    assert area(rejects) + area(accepts) < area(same) + area(different)
    assert rejects.marker.color != same.marker.color


def test_bars_stand_still_while_the_threshold_moves():
    first, second = (score_histogram(DISTANCES, SAME, threshold).data for threshold in (0.3, 0.31))
    for before, after in zip(first[:2], second[:2], strict=True):
        np.testing.assert_array_equal(before.y, after.y)
        np.testing.assert_array_equal(before.x, after.x)


@pytest.mark.parametrize("threshold", [-1, 2])
def test_a_threshold_beyond_all_distances_is_shown(threshold):
    fig = score_histogram(DISTANCES, SAME, threshold)
    low, high = fig.layout.xaxis.range
    assert low < threshold < high
    empty = fig.data[3 if threshold < 0 else 2]
    assert len(empty.x) == 0


def test_the_present_pair_is_named_at_its_place():
    fig = score_histogram(DISTANCES, SAME, 0.5, [("this pair", 1.3), ("dlib", 0.2)])
    assert [line.x0 for line in fig.layout.shapes] == [0.5, 1.3, 0.2]
    assert [note.text for note in fig.layout.annotations][1:] == ["<b>this pair</b> 1.3", "<b>dlib</b> 0.2"]
    assert fig.layout.xaxis.range[1] > 1.3
    assert alt(fig) == (
        "Histograms of the distances of 4 same and 4 different pairs; at the threshold of 0.5, 25.0 % of the different "
        "pairs are accepted and 25.0 % of the same pairs rejected; this pair is at 1.3, beyond the threshold; dlib is "
        "at 0.2, within the threshold."
    )


def test_histograms_of_little():
    assert alt(score_histogram([], [], 0.5)) == "There are no pairs to compare."
    assert score_histogram([0.1, np.nan], [1, 0], 0.5).data[3].name == "false accepts unknown"
    assert len(score_histogram(np.ones(4), [1, 1, 0, 0], 1).data[0].x) > 0


def test_pairs_lie_side_by_side_and_answer_with_their_index():
    fig = pair_sheet(PAIRS, columns=2, face=10)
    pixels = np.asarray(Image.open(io.BytesIO(base64.b64decode(fig.layout.images[0].source.split(",")[1]))))
    first = pixels[:40:4, :84:4, :3]
    np.testing.assert_array_equal(first[:, :10], PAIRS[0, 0].transpose(1, 2, 0))
    np.testing.assert_array_equal(first[:, 11:], PAIRS[0, 1].transpose(1, 2, 0))
    assert fig.data[-1].customdata == (0, 1, 2, 3, 4)
    assert fig.data[-1].text[4] == "pair 5"
    assert alt(fig) == "A sheet of 5 pairs of photos."


def test_grey_pairs_and_marks():
    fig = pair_sheet(PAIRS[:, :, :1], ["a", "b", "c", "d", "e"], [True, False, None, True, True])
    assert fig.data[-1].text == ("a", "b", "c", "d", "e")
    assert alt(fig) == "A sheet of 5 pairs of photos; 3 of 4 are judged rightly."
    assert alt(pair_sheet(PAIRS[:0])) == "No pairs to show."


def training(epochs):
    at = np.arange(1, epochs + 1)
    spread = np.array([-0.1, 0, 0.1])
    return at, 1 / at[:, None] + spread, np.ones((epochs, 1)) + spread, np.full(epochs, 0.5)


def test_drift_shows_medians_over_bands():
    fig = drift(*training(4), last=(DISTANCES, SAME), total_epochs=10)
    band, median, *_ = fig.data
    np.testing.assert_allclose(median.y, [1, 1 / 2, 1 / 3, 1 / 4], rtol=1e-6)
    assert (min(band.y), max(band.y)) == (pytest.approx(0.15), pytest.approx(1.1))
    assert fig.layout.xaxis.range == (0, pytest.approx(10.15))
    beside = [bars for bars in fig.data if bars.xaxis == "x2"]
    assert [float(np.sum(bars.x)) for bars in beside] == pytest.approx([100, 100])
    assert alt(fig) == (
        "Distances of pairs over 4 epochs: the median is 1 for the same person and 1 for different people at first, "
        "0.25 for the same person and 1 for different people at last."
    )


def test_drift_without_thresholds_or_epochs():
    at, same, different, _ = training(2)
    assert not drift(at, same, different, np.full(2, np.nan), (DISTANCES, SAME)).layout.shapes
    assert alt(drift(*training(0))) == "No finished epoch yet."


def test_drift_stays_light_to_send():
    assert len(drift(*training(5000), (DISTANCES, SAME)).to_json()) < 60_000
