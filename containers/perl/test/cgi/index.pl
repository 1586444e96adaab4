#!/usr/bin/perl
use strict;
use warnings;

print "Content-Type: text/plain\r\n\r\n";
print "a CGI script: $ENV{QUERY_STRING}\n";
