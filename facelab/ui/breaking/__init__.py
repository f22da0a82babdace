"""The parts of the page that tries to break a network."""
