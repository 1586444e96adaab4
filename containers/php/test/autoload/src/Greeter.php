<?php

namespace Example;

final class Greeter
{
    public function greet(): string
    {
        return "loaded by Composer\n";
    }
}
