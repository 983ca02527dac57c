# Edits: lists of small changes to the source, and copies of the tree to apply them to: for what
# breaks the code on purpose (scripts/mutate) or turns a means of it off (test/bench/variants).
#
# A record of such a list; records are parted by empty lines, # begins a comment:
#
#   WORD: a-name
#   file: src/wire/packet.c     (fields, of names that the list's user says)
#        an unchanged line      (the change, in the form of a diff: whole lines, their first
#   -    old line                character being space, - or +)
#   +    new line
#   @@                          (parts the changes, if there are several)
package Edits;

use strict;
use warnings;

use Exporter qw(import);
use File::Basename qw(basename);

our @EXPORT = qw(read_edits edited slurp spew copy_tree);

my $me = basename($0);

sub slurp {
    my ($path) = @_;
    open my $f, '<', $path or die "$me: $path: $!\n";
    local $/;
    return scalar <$f>;
}

sub spew {
    my ($path, $text) = @_;
    open my $f, '>', $path or die "$me: $path: $!\n";
    print {$f} $text;
    close $f or die "$me: $path: $!\n";
}

# The records of a list: their name, fields, and hunks of old and new text, perhaps none.
sub read_edits {
    my ($path, $word, @fields) = @_;
    my $field = join '|', @fields;
    my (@records, $record, %names);

    open my $f, '<', $path or die "$me: $path: $!\n";
    while (<$f>) {
        chomp;
        if (/^\Q$word\E:\s*(\S+)$/) {
            die "$me: $path:$.: $1 is there twice\n" if $names{$1}++;
            push @records, $record = {name => $1, hunks => [{old => '', new => ''}]};
        } elsif ($record && /^($field):\s*(.*\S)/) {
            $record->{$1} = $2;
        } elsif ($record && /^([ +-])(.*)/) {
            $record->{hunks}[-1]{old} .= "$2\n" if $1 ne '+';
            $record->{hunks}[-1]{new} .= "$2\n" if $1 ne '-';
        } elsif ($record && $_ eq '@@') {
            push @{$record->{hunks}}, {old => '', new => ''};
        } elsif (!/^(?:#.*|\s*)$/) {
            die "$me: $path:$.: what is this: $_\n";
        }
    }
    for my $r (@records) {
        $r->{hunks} = [] if @{$r->{hunks}} == 1 && $r->{hunks}[0]{old} . $r->{hunks}[0]{new} eq '';
        for my $h (@{$r->{hunks}}) {
            die "$me: $path: $r->{name} changes nothing\n" if $h->{old} eq '' || $h->{old} eq $h->{new};
        }
    }
    return @records;
}

# The text after the change; or undef, and how often the old text was found.
sub edited {
    my ($r, $text) = @_;
    my $at = "\n$text";

    for my $h (@{$r->{hunks}}) {
        my $times = () = $at =~ /(?<=\n)\Q$h->{old}\E/g;

        return (undef, $times) if $times != 1;
        $at =~ s/(?<=\n)\Q$h->{old}\E/$h->{new}/;
    }
    return (substr($at, 1), 1);
}

# The tree that is the present folder: what git knows and what is new, but not what it is told to
# ignore; without git, all but build/.
sub copy_tree {
    my ($to) = @_;
    my $list = -e '.git' ? 'git ls-files --cached --others --exclude-standard'
        : 'find . -path ./build -prune -o -type f -print';
    mkdir $to or die "$me: $to: $!\n";
    system("$list | while read -r f; do [ ! -e \"\$f\" ] || echo \"\$f\"; done"
            . " | tar -cf - -T - | tar -xf - -C '$to'") == 0 or die "$me: cannot copy the tree\n";
}

1;
