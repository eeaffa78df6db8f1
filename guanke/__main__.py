"""`python -m guanke` is the command."""

import sys

from guanke.cli import main

sys.exit(main())
