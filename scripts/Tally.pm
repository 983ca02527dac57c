# Tally: what `prove --formatter Tally` says: nothing of a test that passed; all that a failed one
# said; which were skipped and why; and as its last line "N passed, N failed", counted over the
# single tests.  A program that crashes, breaks its plan or says nothing is one failure more.
#
# If $CLAUSES_SEEN names a file, it also keeps there which clauses stood in the names of tests that
# passed, and has scripts/trace hold them against what the sources claim: tests like the others, the
# last to run, and in the count and the exit status as these are.
package Tally;
use strict;
use warnings;
use parent 'TAP::Formatter::Base';
use TAP::Parser;

my %seen;    # program => word => 1: the ids of clauses, and "skip" if a test was skipped

sub prepare { $| = 1 }

sub open_test {
    my ($self, $name, $parser) = @_;
    return Tally::Session->new($name, $parser, $seen{$name} //= {});
}

# The last stage: a program's line has its name, a tab, and its words.
sub ask_trace {
    my ($path, $aggregate) = @_;
    my $name   = 'scripts/trace --seen';
    my $parser = TAP::Parser->new({exec => ['scripts/trace', '--seen', $path]});
    my $session;

    open my $f, '>', $path or die "Tally: $path: $!\n";
    print {$f} "$_\t@{[sort keys %{$seen{$_}}]}\n" for sort keys %seen;
    close $f or die "Tally: $path: $!\n";
    $session = Tally::Session->new($name, $parser, {});
    while (defined(my $result = $parser->next)) {
        $session->result($result);
    }
    $session->close_test;
    $aggregate->add($name, $parser);
}

sub summary {
    my ($self, $aggregate, $interrupted) = @_;
    my %wrong;

    ask_trace($ENV{CLAUSES_SEEN}, $aggregate) if $ENV{CLAUSES_SEEN} && !$interrupted;
    my $bad = $aggregate->failed;

    for my $name ($aggregate->parse_errors, $aggregate->exit, $aggregate->wait) {
        my ($parser) = $aggregate->parsers($name);
        $wrong{$name} = 1 if $parser->parse_errors || !$parser->failed;
    }
    printf "%d passed, %d failed\n", scalar $aggregate->passed, $bad + keys %wrong;
}

package Tally::Session;

sub new {
    my ($class, $name, $parser, $seen) = @_;
    return bless {name => $name, parser => $parser, seen => $seen, said => '', skipped => []}, $class;
}

sub result {
    my ($self, $result) = @_;
    $self->{said} .= $result->raw . "\n";
    return if !$result->is_test;
    if ($result->has_skip) {
        push @{$self->{skipped}}, $result->as_string;
        $self->{seen}{skip} = 1;
    } elsif ($result->is_actual_ok) {
        $self->{seen}{$_} = 1 for $result->description =~ /(?<![\w.-])([FSRX][\w.]*(?:-[A-Z]{2})?-\d+)/g;
    }
}

sub close_test {
    my ($self) = @_;
    my $parser = $self->{parser};
    my @wrong = $parser->parse_errors;
    push @wrong, 'died of signal ' . ($parser->wait & 127) if $parser->wait && $parser->wait & 127;
    push @wrong, 'exit status ' . $parser->exit if $parser->exit && !$parser->failed;
    if (defined $parser->skip_all) {
        push @{$self->{skipped}}, $parser->skip_all || 'no reason given';
        $self->{seen}{skip} = 1;
    }
    print "skipped: $self->{name}: $_\n" for @{$self->{skipped}};
    return if !@wrong && !$parser->failed;
    print "---- $self->{name}\n$self->{said}";
    print "---- $self->{name}: $_\n" for @wrong;
}

sub clear_for_close { }

1;
