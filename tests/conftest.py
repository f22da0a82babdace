"""Every test has a home of its own: no test reads or writes the user's runs and caches."""

import os
import tempfile

os.environ["FACELAB_HOME"] = tempfile.mkdtemp(prefix="facelab-test-home-")
os.environ.pop("FACELAB_STORE", None)
os.environ.pop("FACELAB_SCHEDULER", None)
