"""The Playground page: its forms, its training, and what it shows."""
