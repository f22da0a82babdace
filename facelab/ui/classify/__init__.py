"""The parts of the page that says who is on a photo."""
