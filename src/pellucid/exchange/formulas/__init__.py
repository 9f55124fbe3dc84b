"""A machine as formulas: columns in, answers out, in a few shapes that SQL and Python can say."""
