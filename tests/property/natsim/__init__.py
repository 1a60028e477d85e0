# SPDX-License-Identifier: MIT
"""A packet-level simulation of NATs and WireGuard, to judge compiled artifacts by."""
