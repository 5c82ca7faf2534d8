"""The full-screen terminal; imports no adapter and no driver."""
