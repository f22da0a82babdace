"""Look inside a trained network: its units, its layers, its mistakes, and where it puts faces."""

from facelab.ui.inside import gradients, layers, mistakes, places, units
from facelab.ui.trained import head, show_view

VIEWS = {
    "Mistakes": mistakes.view,
    "Hidden units": units.view,
    "Layers": layers.view,
    "Map of faces": places.view,
    "Gradients": gradients.view,
}
SUITS = {"Hidden units": units.suits, "Layers": layers.suits}

show_view(head("Look inside"), VIEWS, SUITS, "inside.view")
