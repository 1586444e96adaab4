<?php
echo 'limit ', ini_get('memory_limit'), ' from ', basename(__DIR__), "\n";
