"""Built-in data sources, one a file; each gives ``Samples``. Read first: ``sample_images.py``."""
