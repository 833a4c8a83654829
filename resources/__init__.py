"""What travels with Downslope and is not code: the sample, icons, documentation."""
