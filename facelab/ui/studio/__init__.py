"""The studio: a person of the dataset or a new one, and a photo of them directed by hand."""
