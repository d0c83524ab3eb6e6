"""The way to the cloud: Sparkplug sessions that send until a record is acked."""
