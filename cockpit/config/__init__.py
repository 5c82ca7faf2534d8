"""The configuration: TOML to frozen settings.

`settings` holds the shape, `secrets` the references, `durations` the units, `load` finds and reads the file,
`starter` writes a commented one.
"""
