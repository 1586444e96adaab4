# Serves a directory of CGI scripts (*.pl, *.cgi) and files, for applications that have no PSGI file.
use strict;
use warnings;

use Plack::App::CGIBin;
use Plack::App::File;

my $root  = $ENV{HOME};
my $cgi   = Plack::App::CGIBin->new(root => $root)->to_app;
my $files = Plack::App::File->new(root => $root)->to_app;

sub {
    my $env  = shift;
    my $path = $env->{PATH_INFO};

    # What a repository holds besides the application is not part of it.
    if ($path =~ m{(?:^|/)\.(?!well-known/)} or $path =~ m{\A/(?:cpanfile|lib/)}) {
        return [403, ['Content-Type' => 'text/plain'], ["Forbidden\n"]];
    }
    if ($path eq '' or $path =~ m{/\z}) {
        $path = '/' if $path eq '';
        $path .= -e "$root$path/index.pl" ? 'index.pl' : 'index.html';
        $env = { %$env, PATH_INFO => $path };
    }
    return $path =~ m{\.(?:pl|cgi)(?:/|\z)} ? $cgi->($env) : $files->($env);
};
