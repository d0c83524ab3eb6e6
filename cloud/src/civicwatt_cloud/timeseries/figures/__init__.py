"""Key figures of energy: what institutions used, how many people and m² they have, what that makes."""
