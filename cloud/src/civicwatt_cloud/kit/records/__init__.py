"""Records of the administrative modules: a field is described once, on its column."""
