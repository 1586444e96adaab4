<?php
// A page that says which PHP made it.
$who = htmlspecialchars($_GET['name'] ?? 'world');
?>
<!doctype html>
<html lang="en">
  <meta charset="utf-8">
  <title>A PHP page</title>
  <h1>Hello from PHP, <?= $who ?>!</h1>
  <p>PHP <?= PHP_MAJOR_VERSION ?> under <?= PHP_SAPI ?>, user <?= posix_getuid() ?>.</p>
</html>
