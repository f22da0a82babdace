"""The component's page, style and script, read once from the files beside this one."""

from pathlib import Path

FOLDER = Path(__file__).parent
SCRIPTS = ("core", "forward", "wires", "network", "field", "probe", "curves", "controls", "plane")
STYLES = ("network", "field", "plane")

HTML = '<div class="plane"></div>'
CSS = "\n".join((FOLDER / f"{name}.css").read_text("utf-8") for name in STYLES)
JS = "\n".join((FOLDER / f"{name}.js").read_text("utf-8") for name in SCRIPTS)
"""One module: `plane.js`, which comes last, exports the function that Streamlit calls."""
