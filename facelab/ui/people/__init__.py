"""The parts of the page on which people are enrolled, and whose faces this session may see."""
