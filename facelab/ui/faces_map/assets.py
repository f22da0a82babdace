"""The component's page, style and script, read once from the files beside this one. The helpers are the plane's."""

from pathlib import Path

from facelab.ui.plane.assets import FOLDER as PLANE

FOLDER = Path(__file__).parent
SCRIPTS = (PLANE / "core.js", *(FOLDER / f"{name}.js" for name in ("symbols", "scatter", "card", "hand", "map")))

HTML = '<div class="faces"></div>'
CSS = (FOLDER / "map.css").read_text("utf-8")
JS = "\n".join(file.read_text("utf-8") for file in SCRIPTS)
"""One module: `map.js`, which comes last, exports the function that Streamlit calls."""
