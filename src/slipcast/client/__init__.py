"""The Api port over HTTP: `wire` says what a request and an answer look like, `http` sends."""
