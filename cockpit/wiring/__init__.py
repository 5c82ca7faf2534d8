"""The composition root: the only rooms that know everyone."""
