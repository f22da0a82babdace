"""The component's page, style and script. The drawing of regions and the helpers are the plane's own files."""

from pathlib import Path

from facelab.ui.plane.assets import FOLDER as PLANE

FOLDER = Path(__file__).parent
SCRIPTS = (
    *(PLANE / f"{name}.js" for name in ("core", "field", "curves")),
    *(FOLDER / f"{name}.js" for name in ("scales", "link", "chart", "tiles", "ranking", "race")),
)
STYLES = ("race", "ranking")

HTML = '<div class="race"></div>'
CSS = "\n".join((FOLDER / f"{name}.css").read_text("utf-8") for name in STYLES)
JS = "\n".join(file.read_text("utf-8") for file in SCRIPTS)
"""One module: `race.js`, which comes last, exports the function that Streamlit calls."""
