"""Widgets that several pages share. Only this package and the pages import Streamlit."""
