"""The outbox on the disk: nothing accepted is lost, nothing acked is sent again."""
