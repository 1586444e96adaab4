const greeting = "Bundled at build time";

document.addEventListener("DOMContentLoaded", () => {
  document.body.append(greeting);
});
