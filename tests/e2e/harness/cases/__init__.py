# SPDX-License-Identifier: BSD-2-Clause
"""All cases. A module here is an area; each has its POSITIVES and NEAR_MISSES."""
import importlib
import pkgutil

from harness.places import placed

_AREAS = [importlib.import_module(f"{__name__}.{module.name}") for module in pkgutil.iter_modules(__path__)]

POSITIVES = [placed(case) for area in _AREAS for case in area.POSITIVES]
NEAR_MISSES = [case for area in _AREAS for case in area.NEAR_MISSES]
