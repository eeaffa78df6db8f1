"""A file's name as people read it; it is shown and kept, and never becomes a path of ours."""

import os
import unicodedata


def shown_name(name: str) -> str:
    """Return `name` in readable Unicode.

    Recorders on Chinese Windows write names in GBK over FTP, and those are no UTF-8. A character
    that would steer a terminal or hide others is replaced.
    """
    try:
        name.encode()
    except UnicodeEncodeError:  # bytes that Python could not read as UTF-8
        name = os.fsencode(name).decode("gb18030", errors="replace")
    return "".join("\ufffd" if unicodedata.category(c)[0] == "C" else c for c in name)
