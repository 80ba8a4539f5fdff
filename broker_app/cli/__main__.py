"""``python -m broker_app.cli``."""

import sys

from broker_app.cli.program import main

if __name__ == "__main__":
    sys.exit(main())
