"""Everything that runs on one machine, started, watched and stopped together: `bin/dev`."""
