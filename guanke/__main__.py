"""`python -m guanke` is the command; a supervised child ties its life to its parent first."""

import sys

from guanke.children import PARENT_OPTION, die_with_parent


def start() -> int:
    """Run the command; everything that takes long to load is loaded after the tie is made."""
    if PARENT_OPTION in sys.argv:
        die_with_parent(int(sys.argv[sys.argv.index(PARENT_OPTION) + 1]))
    from guanke.cli import main

    return main()


sys.exit(start())
