"""``python -m surveykit`` is the command ``surveykit``."""

import sys

from surveykit.cli.main import main

if __name__ == "__main__":
    sys.exit(main())
