# Tally: what `prove --formatter Tally` says: nothing of a test that passed; all that a failed one
# said; which were skipped and why; and as its last line "N passed, N failed", counted over the
# single tests.  A program that crashes, breaks its plan or says nothing is one failure more.
#
# A test that talks to real processes may fail for want of time on a machine that has other work. So
# the files of test/e2e, test/real, test/system and test/wire that failed run a second time, one by
# one, when all else is done; what the first run said stands there all the same, and "unsteady: FILE"
# before the last line, that somebody may mend it. The second run counts. Not if more than three
# failed: that is no want of time; nor with STRICT=1.
#
# If $CLAUSES_SEEN names a file, it also keeps there which clauses stood in the names of tests that
# passed, and has scripts/trace hold them against what the sources claim: tests like the others, the
# last to run, and in the count and the exit status as these are.
package Tally;
use strict;
use warnings;
use parent 'TAP::Formatter::Base';
use TAP::Parser;
use TAP::Parser::Aggregator;

my $OF_PROCESSES = qr{(?:^|/)test/(?:e2e|real|system|wire)/[^/]+\.t$};
my $TIRED        = 3;    # so many files are run again, at most

my %seen;    # program => word => 1: the ids of clauses, and "skip" if a test was skipped

sub prepare { $| = 1 }

sub open_test {
    my ($self, $name, $parser) = @_;
    return Tally::Session->new($name, $parser, $seen{$name} //= {});
}

sub run_again {
    my ($name) = @_;
    my $parser  = TAP::Parser->new({exec => [$name]});
    my $session = Tally::Session->new($name, $parser, $seen{$name} = {});

    while (defined(my $result = $parser->next)) {
        $session->result($result);
    }
    $session->close_test;
    return $parser;
}

# What failed for want of time gets a second run; $aggregate then has that one's results. Returns the
# names of those that passed it.
sub give_time {
    my ($aggregate) = @_;
    my @failed = grep { is_wrong($aggregate, $_) } $aggregate->descriptions;
    my @again  = grep { /$OF_PROCESSES/ } @failed;
    my ($anew, @unsteady);

    return if $ENV{STRICT} || !@again || @failed > $TIRED;
    my %second = map { $_ => run_again($_) } @again;
    $anew = TAP::Parser::Aggregator->new;
    $anew->add($_, $second{$_} // $aggregate->parsers($_)) for $aggregate->descriptions;
    @unsteady = grep { !is_wrong($anew, $_) } @again;
    $anew->{$_} = $aggregate->{$_} for qw(start_time end_time);
    %$aggregate = %$anew;
    return @unsteady;
}

sub is_wrong {
    my ($aggregate, $name) = @_;
    my ($parser) = $aggregate->parsers($name);

    return $parser->failed || $parser->parse_errors || $parser->exit || $parser->wait;
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
    my (%wrong, @unsteady);

    @unsteady = give_time($aggregate) if !$interrupted;
    ask_trace($ENV{CLAUSES_SEEN}, $aggregate) if $ENV{CLAUSES_SEEN} && !$interrupted;
    my $bad = $aggregate->failed;

    for my $name ($aggregate->parse_errors, $aggregate->exit, $aggregate->wait) {
        my ($parser) = $aggregate->parsers($name);
        $wrong{$name} = 1 if $parser->parse_errors || !$parser->failed;
    }
    print "unsteady: $_: failed, and passed when it ran again, alone\n" for @unsteady;
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
