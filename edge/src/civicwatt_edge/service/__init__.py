"""The running gateway as others see it: systemd, the control socket, how devices answer."""
