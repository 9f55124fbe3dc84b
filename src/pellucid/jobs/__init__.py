"""Whole jobs, as the command line runs them: fit, cluster, encode.

Each folder holds one job: settings, the job itself, its result, its model file, its statements.

Notes: §1.0.6
"""
