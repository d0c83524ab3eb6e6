"""Notices: what people should know, in their inbox, by e-mail and in the groups of their messengers."""
