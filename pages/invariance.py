"""Try to break a network: one photo, the whole test set, true pose and light, and the cure."""

from facelab.ui.breaking import cure, one, truth, whole
from facelab.ui.trained import head, show_view

VIEWS = {
    "One photo": one.view,
    "The whole test set": whole.view,
    "True pose and light": truth.view,
    "Cure": cure.view,
}
SUITS = {"True pose and light": truth.suits}

show_view(head("Try to break it"), VIEWS, SUITS, "break.view")
