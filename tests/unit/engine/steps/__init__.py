"""Kinds of steps, without a screen and without servers."""
