"""The tree of meters 总分表: which stands below which, and whether the parts make up the whole."""
