"""The parts of the page that explains an answer."""
