// As PID 1 a program that does not handle SIGTERM would ignore it, because the kernel applies no
// default action there. This gives it the action it has everywhere else; a handler of the program's
// own, whenever it is installed, is left to do its work alone.
"use strict";

if (process.pid === 1) {
  process.on("SIGTERM", () => {
    if (process.listenerCount("SIGTERM") === 1) {
      process.exit(143);
    }
  });
}
