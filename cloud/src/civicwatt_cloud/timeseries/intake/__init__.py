"""From the broker to the store: validate, store, mark, acknowledge."""
