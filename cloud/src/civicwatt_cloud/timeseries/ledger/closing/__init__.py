"""Reported months 关账, and the corrections 更正单 that alone change them."""
