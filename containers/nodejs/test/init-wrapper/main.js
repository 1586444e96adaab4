"use strict";

const { createServer } = require("node:http");

createServer((request, response) => response.end(`parent ${process.ppid}\n`)).listen(process.env.PORT);
