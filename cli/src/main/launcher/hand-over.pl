# Licensed under the Apache License, Version 2.0; see LICENSE.
#
# Hands a command line over to a standby and shows what it answers: what StandbyLine does in Java, in a process that is there in
# milliseconds. What goes over the socket is described in Wire.java. No modules: each costs as much as all of this.
#
#   perl hand-over.pl FOLDER TERMINAL MILLIS LAUNCHER WORD...
#
# FOLDER is what relative paths begin with, TERMINAL is true or false, MILLIS the time since 1970-01-01 UTC. LAUNCHER does what no
# standby does, and goes on where one is gone before its end.
use strict;

my ($folder, $terminal, $millis, $launcher, @given) = @ARGV;
my ($socket, $taken, @words);
while (@given) {
    my $word = shift @given;
    if ($word eq '--standby' && @given) {
        $socket = shift @given;
    } elsif ($word =~ /\A--standby=(.*)\z/s) {
        $socket = $1;
    } else {
        push @words, $word;
    }
}
$| = 1;
$SIG{PIPE} = 'IGNORE';

# The exit status of the command line; dies where the standby does not do it to its end.
sub done_by_standby {
    die "command line of more than 1024 words\n" if @words > 1024;
    my $errand = pack('a4 C C N/a N', 'VMCS', 1, $terminal eq 'true' ? 1 : 0, $folder, scalar @words)
        . join('', map { pack('N/a', $_) } @words);
    die "command line of more than 1048576 bytes\n" if length $errand > 1 << 20;
    die "path of more than 107 bytes\n" if length $socket > 107;

    # AF_UNIX and SOCK_STREAM of Linux.
    socket(my $standby, 1, 1, 0) or die "$!\n";
    connect($standby, pack('S a108', 1, $socket)) or die "$!\n";
    for (my $sent = 0; $sent < length $errand;) {
        $sent += syswrite($standby, $errand, length($errand) - $sent, $sent) || die "$!\n";
    }
    my %most = (a => 0, o => 64 << 10, e => 64 << 10, x => 4);
    while (1) {
        my ($kind, $length) = unpack('a N', received($standby, 5));
        die sprintf("answer of kind %d, expected one of a, o, e, x\n", ord $kind) unless exists $most{$kind};
        die "answer '$kind' of $length bytes, expected " . ($kind eq 'x' ? '' : 'at most ') . "$most{$kind}\n"
            if $length > $most{$kind} || $kind eq 'x' && $length != 4;
        my $bytes = received($standby, $length);
        print STDOUT $bytes if $kind eq 'o';
        print STDERR $bytes if $kind eq 'e';
        $taken = 1 if $kind eq 'a';
        return unpack('N', $bytes) if $kind eq 'x';
    }
}

sub received {
    my ($standby, $length) = @_;
    my $bytes = '';
    (read($standby, $bytes, $length) // die "$!\n") == $length or die "the connection ended\n";
    return $bytes;
}

# Most of a vmcore that a standby is given, in GiB; StandbyLine has the same. It compiles with the first tier only, so that it describes
# pages at a fraction of the speed of a process that starts and compiles to the last. That shows in what keeps little of its memory:
# at 128 GiB the start weighs more, at 256 GiB as much, at 1 TiB it does not any more (docs/performance.md, "Growth with the guest").
my $most_gib = 256;

# Whether the files named have more than a standby is given, and can be read here: what only the standby may read is the standby's.
sub too_large {
    my @files = grep { -f $_ } @words;
    my $bytes = 0;
    $bytes += -s $_ for @files;
    return $bytes > $most_gib * 2**30 && !grep { !open(my $file, '<', $_) } @files;
}

# Standard input no standby can read.
if (!defined $socket || grep { $_ eq '-' } @words) {
    undef $socket;
} elsif (too_large()) {
    print STDERR "vmcore-stream: vmcore of more than $most_gib GiB, which takes longer by the standby at $socket, capturing without it\n";
    undef $socket;
}
if (defined $socket) {
    my $status = eval { done_by_standby() };
    exit $status if defined $status;
    chomp(my $reason = $@);
    if ($taken) {
        print STDERR "vmcore-stream: the standby at $socket is gone ($reason), going on without it\n";
        push @words, '--handed-over', $millis;
    } else {
        print STDERR "vmcore-stream: no standby at $socket ($reason), capturing without it\n";
    }
}
exec { $launcher } $launcher, @words or die "vmcore-stream: $launcher: $!\n";
