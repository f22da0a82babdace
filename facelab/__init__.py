"""facelab: a visual laboratory for seeing how neural networks learn faces."""

__version__ = "0.1.0"
