"""A map of two settings: how well the network does at every pair of their values."""

import numpy as np
import plotly.graph_objects as go

from facelab.plots import palette
from facelab.plots.frame import figure, nothing

CELL = 44  # px


def settings_map(
    accuracy: np.ndarray, x: list[str], y: list[str], x_title: str, y_title: str, what: str = "Test accuracy"
) -> go.Figure:
    """Cells coloured by accuracy, each with its value; the best one framed, those that diverged crossed.

    A transparent marker on each cell lets a page ask which was chosen: its x is the column, its y the row.

    Args:
        accuracy: float [rows, columns], 0 to 1; NaN where training diverged.
        x: one text per column.
        y: one text per row, drawn upwards.
        x_title, y_title: the settings.
        what: the accuracy's name.
    """
    accuracy = np.asarray(accuracy, dtype=np.float32)
    rows, columns = accuracy.shape
    if not accuracy.size:
        return nothing("There are no values to compare.", x=x_title, y=y_title)
    known = np.isfinite(accuracy)
    best = np.unravel_index(np.nanargmax(accuracy), accuracy.shape) if known.any() else None
    fig = figure(_alt(accuracy, x, y, x_title, y_title, what, best), 90 + CELL * rows, x=x_title, y=y_title)
    fig.add_heatmap(
        z=100 * accuracy,
        zmin=100 * float(np.nanmin(accuracy)) if known.any() else 0,
        zmax=100 * float(np.nanmax(accuracy)) if known.any() else 100,
        colorscale=palette.colorscale(palette.SEQUENTIAL),
        text=[[f"{100 * value:.0f}" if np.isfinite(value) else "×" for value in row] for row in accuracy],
        texttemplate="%{text}",
        textfont_size=palette.SMALL,
        xgap=1,
        ygap=1,
        hoverinfo="skip",
        colorbar={"title": {"text": f"{what} (%)", "side": "right"}, "thickness": palette.BAR, "outlinewidth": 0},
    )
    across, up = np.meshgrid(np.arange(columns), np.arange(rows))
    fig.add_scatter(
        x=across.ravel(),
        y=up.ravel(),
        mode="markers",
        marker={"size": CELL - 8, "opacity": 0, "symbol": "square", "color": palette.GREY},
        text=[
            f"{x_title} {x[column]}<br>{y_title} {y[row]}<br>"
            + (f"<b>{100 * accuracy[row, column]:.1f} %</b>" if known[row, column] else "<b>diverged</b>")
            for row, column in zip(up.ravel(), across.ravel(), strict=True)
        ],
        hovertemplate="%{text}<extra></extra>",
        selected_marker_opacity=0,
        unselected_marker_opacity=0,
        showlegend=False,
        name="",
    )
    if best is not None:
        row, column = (int(place) for place in best)
        fig.add_shape(
            type="rect",
            x0=column - 0.5,
            x1=column + 0.5,
            y0=row - 0.5,
            y1=row + 0.5,
            line={"color": palette.ORANGE, "width": palette.FRAME},
        )
    # Crosses on cells that have no colour need the colour of the page's text, so the theme's, not the heatmap's.
    fig.update_xaxes(
        tickvals=list(range(columns)), ticktext=x, showgrid=False, showspikes=False, range=[-0.5, columns - 0.5]
    )
    fig.update_yaxes(tickvals=list(range(rows)), ticktext=y, showgrid=False, showspikes=False, range=[-0.5, rows - 0.5])
    return fig.update_layout(hovermode="closest", dragmode=False)


def _alt(accuracy, x, y, x_title, y_title, what, best) -> str:
    start = f"{what} of {accuracy.size} trainings over {x_title} and {y_title}"
    if best is None:
        return f"{start}: all diverged."
    row, column = best
    lowest, highest = 100 * np.nanmin(accuracy), 100 * np.nanmax(accuracy)
    lost = int((~np.isfinite(accuracy)).sum())
    return f"{start}: from {lowest:.0f} % to {highest:.0f} %, best at {x_title} {x[column]} and {y_title} {y[row]}" + (
        f"; {lost} diverged." if lost else "."
    )
