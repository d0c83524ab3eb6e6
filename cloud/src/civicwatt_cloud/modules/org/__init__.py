"""机构、人员: the organisation tree and how it changes, posts, people and what happens to them."""
