"""Running the cloud: schema, health, metrics, backup and restore; nothing here knows a figure."""
