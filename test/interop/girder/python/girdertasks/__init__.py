"""A Girder plugin that sends tasks when a test requests it. The folder `python` is on PYTHONPATH: nothing is installed."""
