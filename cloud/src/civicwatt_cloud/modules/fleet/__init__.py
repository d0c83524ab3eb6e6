"""Official vehicles (公务用车, M03)."""
