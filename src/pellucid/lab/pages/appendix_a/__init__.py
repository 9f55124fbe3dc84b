"""Pages of appendix A."""
