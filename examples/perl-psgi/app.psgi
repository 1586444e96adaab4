# An application for PSGI: a function from a request to a response.
use strict;
use warnings;

use Plack::Request;

my $application = sub {
    my $request = Plack::Request->new(shift);

    if ($request->path ne '/') {
        return [404, ['Content-Type' => 'text/plain'], ["Nothing here.\n"]];
    }
    my $name = $request->param('name') // 'world';
    return [200, ['Content-Type' => 'text/plain'], ["Hello from Perl, $name!\n"]];
};

$application;
