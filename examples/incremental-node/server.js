"use strict";

const express = require("express");

const application = express();

application.use(express.static("public"));
application.get("/", (request, response) => {
  response.send('<!doctype html><title>Incremental</title><script src="page.js"></script>');
});

application.listen(process.env.PORT || 8080);
