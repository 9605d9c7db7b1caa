# SPDX-License-Identifier: BSD-2-Clause
"""Random topologies, acted out for real, whose wait-for graph is known by construction."""
