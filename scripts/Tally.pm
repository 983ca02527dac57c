# Tally: what `prove --formatter Tally` says: nothing of a test that passed; all that a failed one
# said; which were skipped and why; and as its last line "N passed, N failed", counted over the
# single tests.  A program that crashes, breaks its plan or says nothing is one failure more.
package Tally;
use strict;
use warnings;
use parent 'TAP::Formatter::Base';

sub prepare { $| = 1 }

sub open_test {
    my ($self, $name, $parser) = @_;
    return Tally::Session->new($name, $parser);
}

sub summary {
    my ($self, $aggregate) = @_;
    my $bad = $aggregate->failed;
    my %wrong;

    for my $name ($aggregate->parse_errors, $aggregate->exit, $aggregate->wait) {
        my ($parser) = $aggregate->parsers($name);
        $wrong{$name} = 1 if $parser->parse_errors || !$parser->failed;
    }
    printf "%d passed, %d failed\n", scalar $aggregate->passed, $bad + keys %wrong;
}

package Tally::Session;

sub new {
    my ($class, $name, $parser) = @_;
    return bless {name => $name, parser => $parser, said => '', skipped => []}, $class;
}

sub result {
    my ($self, $result) = @_;
    $self->{said} .= $result->raw . "\n";
    push @{$self->{skipped}}, $result->as_string
        if $result->is_test && $result->has_skip;
}

sub close_test {
    my ($self) = @_;
    my $parser = $self->{parser};
    my @wrong = $parser->parse_errors;
    push @wrong, 'died of signal ' . ($parser->wait & 127) if $parser->wait && $parser->wait & 127;
    push @wrong, 'exit status ' . $parser->exit if $parser->exit && !$parser->failed;
    push @{$self->{skipped}}, $parser->skip_all || 'no reason given' if defined $parser->skip_all;
    print "skipped: $self->{name}: $_\n" for @{$self->{skipped}};
    return if !@wrong && !$parser->failed;
    print "---- $self->{name}\n$self->{said}";
    print "---- $self->{name}: $_\n" for @wrong;
}

sub clear_for_close { }

1;
