"""Understanding of a lesson's words: phases, moments that may show a competency, teacher moves.

Pure: values in, values out; the only files read are its own data and the framework's.
"""

from processing.understanding.framework import FrameworkData, load_framework, load_phases
from processing.understanding.understand import Understanding, understand

__all__ = ["FrameworkData", "Understanding", "load_framework", "load_phases", "understand"]
