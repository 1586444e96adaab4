"use strict";

const express = require("express");

const port = process.env.PORT || 8080;
const application = express();

application.get("/", (request, response) => {
  response.type("text").send("Hello from Express!\n");
});

application.get("/about", (request, response) => {
  response.json({ node: process.version, environment: process.env.NODE_ENV, uid: process.getuid() });
});

application.listen(port, () => console.log(`listening on port ${port}`));
