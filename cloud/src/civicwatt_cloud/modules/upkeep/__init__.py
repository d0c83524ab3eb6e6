"""报修、设备与安全: tickets with their clock, equipment with its certificates, hazards, gates."""
