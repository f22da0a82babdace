"""Errors a user can cause. The text of each is one plain sentence: what was wrong, and what to do."""


class FacelabError(Exception):
    """Base of every error that facelab raises on purpose; pages and the command line print `str(error)`."""


class SettingsError(FacelabError, ValueError):
    """A setting has a value it cannot have."""


class DataError(FacelabError):
    """A dataset is missing, too small, or not what it should be."""


class PhotoError(DataError):
    """One photo cannot be used."""


class ShapeError(FacelabError):
    """A layer would produce a feature map below 1x1; the text names the layer."""


class RunError(FacelabError):
    """A run does not exist, or cannot do what was asked of it in its present state."""


class StoreError(FacelabError):
    """The run store cannot be opened or written."""


class AnalysisError(FacelabError):
    """A network cannot be looked into in the way that was asked for."""


class RecognitionError(FacelabError):
    """Faces cannot be found or compared on this computer."""
