"""The Compare page: what varies, the race of the members, and what came of it."""
