"""Where CPU time goes, process by process: `sitecustomize` samples, `reading` tells."""
