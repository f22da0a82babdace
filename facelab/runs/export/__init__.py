"""What can be taken away from a run: its settings, curves and weights, its faces, and a script that trains it again."""

from facelab.runs.export.archive import faces_zip, folder_names
from facelab.runs.export.files import config_json, history_csv, weights
from facelab.runs.export.script import script

__all__ = ["config_json", "faces_zip", "folder_names", "history_csv", "script", "weights"]
