# SPDX-License-Identifier: BSD-2-Clause
"""The parts of tests/checker.py. They share no code with dltrace, and read only /proc."""
