"""A photo that somebody gives a page: where it comes from (`source`), and the faces on it (`faces`)."""
