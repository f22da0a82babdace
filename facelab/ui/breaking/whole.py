"""The whole test set: accuracy against strength for every transform, for one network or several."""

from collections.abc import Callable

import numpy as np
import streamlit as st
from torch import Tensor

from facelab import plots
from facelab.analysis import sample_rows
from facelab.analysis.invariance import (
    PUBLISHED,
    STRENGTHS,
    TRANSFORMS,
    Sweep,
    apply,
    drops,
    hardest_hit,
    in_words,
    lost_first,
    ranking,
    sweep,
)
from facelab.analysis.invariance.published import ACCURACY, CLEAN
from facelab.ui.figures import show
from facelab.ui.measuring import measure
from facelab.ui.results import percent
from facelab.ui.trained import Trained, beside

USUAL = (
    "brightness",
    "contrast",
    "hue",
    "gaussian_blur",
    "gaussian_noise",
    "rotation",
    "translation",
    "scale",
    "shear",
    "perspective",
    "occlusion",
    "resolution",
)
MOST_PHOTOS = 1000
MOST_BESIDE = 3
DRAWS = 3
LOST = 12


def view(trained: Trained) -> None:
    """What each transform costs this network, and those beside it."""
    names = st.pills(
        "Transforms",
        list(TRANSFORMS),
        default=list(USUAL),
        format_func=lambda name: TRANSFORMS[name].title,
        selection_mode="multi",
        key="break.transforms",
        bind="query-params",
        wrap=True,
    )
    with st.container(horizontal=True, vertical_alignment="bottom"):
        draws = st.number_input(
            "Draws for each photo",
            1,
            20,
            1,
            key="break.draws",
            bind="query-params",
            width=180,
            help="How often each photo is rotated, shifted and so on by chance. More draws take longer and tell more "
            "about these photos, but nothing about others.",
        )
        others = beside(trained, MOST_BESIDE)
    names = tuple(name for name in TRANSFORMS if name in names)
    if not names:
        st.info("Choose a transform.")
        return
    found = {each: measured(each, names, draws) for each in (trained, *others)}
    own = found[trained]
    st.markdown(in_words(own, trained.faces.classes))
    rank, cost = st.columns(2, gap="large")
    with rank:
        order = ranking(own)
        show(
            plots.ranking_bars(
                [TRANSFORMS[each.name].title for each in order],
                np.array([each.kept for each in order]),
                np.array([each.low for each in order]),
                np.array([each.high for each in order]),
            ),
            "ranking",
            "How much of its accuracy the network keeps, on average from no change to a strong one: at the top what it "
            "is invariant to. Lines are 95 % intervals.",
        )
    with cost:
        _show_published(trained)
    _show_curves(found)
    _show_people(trained, own)
    _show_lost(trained, own)


def measured(trained: Trained, names: tuple[str, ...], draws: int, strengths: tuple[float, ...] = STRENGTHS) -> Sweep:
    """The sweep of a network's test photos."""
    images, labels = _tested(trained)
    return measure(
        f"{trained.key} {names} {draws} {strengths}",
        lambda: sweep(trained.model, images, labels, names, strengths, draws),
        f"Changing photos for {trained.run.name}",
    )


def _tested(trained: Trained) -> tuple[Tensor, Tensor]:
    """The photos that are tested on, and who is on them: all of the test split, or as many as time allows."""
    rows = sample_rows(len(trained.faces.splits["test"]), MOST_PHOTOS)
    images, labels = trained.faces.split("test")
    return images[rows], labels[rows]


def _show_published(trained: Trained) -> None:
    """The settings that were published, and their figures beside ours."""
    found = drops(measured(trained, tuple(PUBLISHED), DRAWS, (1.0,)))
    show(
        plots.drop_dots(
            [PUBLISHED[each.name].title for each in found],
            found[0].clean,
            np.array([each.drop for each in found]),
            np.array([each.low for each in found]),
            np.array([each.high for each in found]),
            [CLEAN - ACCURACY[each.name] if each.name in ACCURACY else None for each in found],
        ),
        "published",
        f"The settings of a published study, whose ConvNet fell from {percent(CLEAN)} on other faces by the diamonds. "
        "To the right of zero is lost accuracy, with the 95 % interval of the paired difference.",
    )
    with st.expander("As a table", icon=":material/table:"):
        st.dataframe(
            [
                {
                    "Transform": PUBLISHED[each.name].title,
                    "Setting": PUBLISHED[each.name].sentence,
                    "Accuracy (%)": 100 * each.accuracy,
                    "Drop (points)": 100 * each.drop,
                    "95 % interval": _span(each.low, each.high, 1),
                    "Published (%)": 100 * ACCURACY[each.name] if each.name in ACCURACY else None,
                }
                for each in found
            ],
            hide_index=True,
            column_config={
                name: st.column_config.NumberColumn(format="%.1f")
                for name in ("Accuracy (%)", "Drop (points)", "Published (%)")
            },
            key="published table",
            alt="The published transforms with the accuracy of this network and of the published one.",
        )


def _show_curves(found: dict[Trained, Sweep]) -> None:
    """Accuracy against strength: all transforms of one network, or one transform of several."""
    st.subheader("Accuracy against strength")
    names = next(iter(found.values())).names
    if len(found) == 1:
        (own,) = found.values()
        order = ranking(own)
        chosen = st.pills(
            "Curves",
            names,
            default=[each.name for each in (*order[:2], *order[2:][-2:])],
            format_func=lambda name: TRANSFORMS[name].title,
            selection_mode="multi",
            key="break.curves",
            wrap=True,
            label_visibility="collapsed",
        )
        curves = [band(own, name, TRANSFORMS[name].title, index) for index, name in enumerate(chosen)]
        axis = "Strength (0 none, 1 strong)"
    else:
        name = st.selectbox("Transform", names, format_func=lambda name: TRANSFORMS[name].title, key="break.curve")
        curves = [
            band(result, name, trained.run.name, index, TRANSFORMS[name].magnitude)
            for index, (trained, result) in enumerate(found.items())
        ]
        axis = f"{TRANSFORMS[name].title} ({TRANSFORMS[name].unit})"
        st.caption(TRANSFORMS[name].sentence)
    classes = next(iter(found)).faces.classes
    show(
        plots.strength_curves(curves, axis, 1 / classes),
        "curves",
        "A flat line is invariance. The band is the 95 % interval; on the dotted line the network guesses.",
    )


def band(result: Sweep, name: str, label: str, colour: int, scale: Callable[[float], float] = float) -> plots.Band:
    """A transform's curve."""
    place = result.names.index(name)
    intervals = result.intervals[place]
    return plots.Band(
        label,
        colour,
        np.array([scale(strength) for strength in result.strengths]),
        result.accuracy[place],
        intervals[:, 0],
        intervals[:, 1],
    )


def _span(low: float, high: float, digits: int) -> str:
    """An interval in points, with real minuses."""
    return f"{100 * low:.{digits}f} to {100 * high:.{digits}f}".replace("-", "−")


def _show_people(trained: Trained, own: Sweep) -> None:
    st.subheader("Who suffers most")
    names = trained.faces.names
    st.dataframe(
        [
            {
                "Person": names[each.person],
                "Photos": each.photos,
                "As they are (%)": 100 * each.clean,
                "Changed (%)": 100 * each.accuracy,
                "Drop (points)": 100 * each.drop,
                "95 % interval": _span(each.low, each.high, 0),
            }
            for each in hardest_hit(own, trained.faces.classes)
        ],
        hide_index=True,
        column_config={
            name: st.column_config.NumberColumn(format="%.0f")
            for name in ("As they are (%)", "Changed (%)", "Drop (points)")
        },
        height=300,
        key="people",
        alt="Every person with the accuracy on their photos as they are and changed, the largest drop first.",
    )
    st.caption("The mean over all transforms and strengths. With few photos of a person the intervals are wide.")


def _show_lost(trained: Trained, own: Sweep) -> None:
    """The photos that go first, beside what made them go."""
    st.subheader("Photos lost first")
    lost = lost_first(own, most=LOST)
    if not lost:
        st.caption("None is lost.")
        return
    images, labels = _tested(trained)
    after = [apply(images[each.photo][None], each.name, each.strength, first=each.photo)[0].numpy() for each in lost]
    captions = [
        f"{plots.plain(trained.faces.names[labels[each.photo]])}<br>{TRANSFORMS[each.name].title}, "
        f"{TRANSFORMS[each.name].words(each.strength)}"
        for each in lost
    ]
    show(
        plots.lost_sheet(images[[each.photo for each in lost]].numpy(), np.stack(after), captions),
        "lost",
        "Above as it is, and right; below as it was changed, and wrong. Point at a photo for the change. These lay "
        "closest to a border.",
    )
