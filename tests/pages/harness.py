"""Opening pages and finding things on them."""

from pathlib import Path

from streamlit.testing.v1 import AppTest

ROOT = Path(__file__).parents[2]
TINY = {"data.people": "4", "data.photos": "10", "data.size": "28", "epochs": "2", "batch_size": "8"}


def open_page(name: str, tiny: bool = True, **query: str) -> AppTest:
    """A page at an address; `tiny` adds the settings of a small training."""
    app = AppTest.from_file(str(ROOT / "pages" / f"{name}.py"), default_timeout=120)
    for key, value in ((TINY if tiny else {}) | query).items():
        app.query_params[key] = value
    return app.run()


def button(app: AppTest, key: str):
    return next(button for button in app.button if button.key == key)


def texts(app: AppTest) -> str:
    return "\n".join(element.value for kind in (app.markdown, app.caption, app.error, app.info) for element in kind)
