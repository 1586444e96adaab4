"""Settings: one frozen value from a TOML file, then the environment; flags come on top of it.

THE TABLE of settings is read by the code, by the tests and by docs/reference/settings.md; each
subject has a module of its own. Unknown keys of the file are errors with their path, all at once.
"""

from slipcast.wiring.settings.decided import Settings
from slipcast.wiring.settings.loading import in_force, load
from slipcast.wiring.settings.table import SETTINGS

__all__ = ["SETTINGS", "Settings", "in_force", "load"]
