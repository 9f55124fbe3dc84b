"""`python -m pellucid`."""

from pellucid.cli import run

if __name__ == "__main__":
    run()
