"""Value types: parsed once at the edge, compared and printed everywhere. No I/O, no clock."""
