"use strict";

const { createServer } = require("node:http");

const server = createServer((request, response) => response.end(`started with ${process.argv[2]}\n`));

process.on("SIGTERM", () => server.close(() => process.exit(0)));
server.listen(process.env.PORT);
