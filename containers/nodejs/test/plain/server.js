"use strict";

const { createServer } = require("node:http");

createServer((request, response) => response.end("no package.json\n")).listen(process.env.PORT);
