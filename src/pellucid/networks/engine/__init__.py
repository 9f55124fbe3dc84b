"""What layers and training stand on: compiled functions, precision, the product for weights."""
