"use strict";

const { readFileSync } = require("node:fs");
const { createServer } = require("node:http");

createServer((request, response) => response.end(readFileSync("built.txt"))).listen(process.env.PORT);
