"""The words of the domain as frozen values; standard library only, no input or output, no clock."""
