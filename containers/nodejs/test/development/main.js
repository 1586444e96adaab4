"use strict";

const { createServer } = require("node:http");

createServer((request, response) => response.end(`NODE_ENV is ${process.env.NODE_ENV}\n`)).listen(process.env.PORT);
