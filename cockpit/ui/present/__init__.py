"""Pure functions from the words of the domain to coloured text; they know no widget and no colour value."""
