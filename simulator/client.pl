# The client of the resident simulator; install.ts puts `#!…perl` and `my %at = (…)` before it and calls it `zfs`.
# Perl, because Debian's base has it and it starts in a tenth of Bun's time; no `use`, because each costs some of that.
#
# One call is one connection. We send our words; the resident answers with frames: a letter, a length, that many bytes.
#   a     begins now: from here on what was asked may be done already, and is never asked again
#   1 2   for stdout, for stderr
#   o     nothing was done: run it in a process of its own (streams, stdin, whatever takes time)
#   x     over, with this exit code
# Without a resident we start one, and where that does not help run the command in a process of its own ourselves.

my ($tool) = $0 =~ m{([^/]+)$};
my $patience = 600;    # seconds for an answer; a stuck resident is an error, not a hang
# EINTR and EAGAIN, which have names only in a module.
my ($interrupted, $full) = (4, $^O eq 'linux' ? 11 : 35);

if ($ENV{ZWITNESS_SIM_CALLS} && open(my $calls, '>>', $ENV{ZWITNESS_SIM_CALLS})) {
    syswrite($calls, join(' ', $tool, @ARGV) . "\n");
}
$SIG{PIPE} = 'IGNORE';
$SIG{ALRM} = sub { fail("did not answer within $patience s") };
my $begun = 0;

my $resident = ($ENV{ZWITNESS_SIM_DIR} // '') =~ m{^/} ? (reach() // start()) : undef;
own() if !$resident;
alarm($patience);
my $request = join("\0", $$, $ENV{TZ} // '', $ENV{ZWITNESS_SIM_DIR}, $ENV{ZWITNESS_SIM_USER} || 'root', $tool, @ARGV);
put($resident, pack('N', length($request)) . $request) or own();

my $unread = '';
while (1) {
    my ($what, $length) = unpack('aN', bytes(5));
    my $content = bytes($length);
    if    ($what eq 'a') { $begun = 1 }
    elsif ($what eq 'o') { own() }
    elsif ($what eq 'x') { exit($content) }
    else {
        # A reader that went away ends us as it ends the real one.
        $SIG{PIPE} = 'DEFAULT';
        put($what eq '1' ? \*STDOUT : \*STDERR, $content) or exit(1);
        $SIG{PIPE} = 'IGNORE';
    }
}

# So many bytes of the answer.
sub bytes {
    my ($wanted) = @_;
    while (length($unread) < $wanted) {
        my $got = sysread($resident, $unread, 262144, length($unread));
        next if $got || !defined($got) && $! == $interrupted;
        fail('ended before it had answered') if $begun;
        own();
    }
    return substr($unread, 0, $wanted, '');
}

# Writes it all, also where the other side made the pipe non-blocking.
sub put {
    my ($to, $what) = @_;
    for (my $at = 0; $at < length($what);) {
        my $written = syswrite($to, $what, length($what) - $at, $at);
        if    (defined $written)      { $at += $written }
        elsif ($! == $full)           { select(undef, undef, undef, 0.001) }
        elsif ($! != $interrupted)    { return 0 }
    }
    return 1;
}

sub fail {
    put(\*STDERR, "$tool: the resident simulator $_[0]; what was asked may be done or not\n");
    exit(70);
}

# A connection to the resident, undef where nobody listens.
sub reach {
    my $path    = "$at{directory}/socket";
    my $address = $^O eq 'linux' ? pack('S a108', 1, $path) : pack('C C a104', 106, 1, $path);
    socket(my $socket, 1, 1, 0) or return undef;
    return connect($socket, $address) ? $socket : undef;
}

# Starts a resident, or waits for one that starts. The lock is held by whoever starts it and then by the resident,
# which inherits it, to its end: it is free exactly when there is none. @returns a connection, or undef.
sub start {
    mkdir($at{directory}, 0700);
    for (1 .. 1000) {
        local $^F = 255;    # the lock is to outlive an exec
        open(my $lock, '>>', "$at{directory}/lock") or return undef;
        if (flock($lock, 2 | 4)) {
            # Again: it may have died while we waited for it. Once is enough, for it may never start here.
            return undef if our $tried++;
            my $child = fork() // return undef;
            if (!$child) {
                # No child of ours: whoever ends us and ours is not to end it.
                my $resident = fork();
                become($lock) if defined($resident) && $resident == 0;
                exit(0);
            }
            waitpid($child, 0);
        }
        close($lock);
        my $found = reach();
        return $found if $found;
        select(undef, undef, undef, 0.01);
    }
    return undef;
}

# Turns this process into the resident: with nothing open but the lock, for a pipe that it held open would never end.
sub become {
    my ($lock) = @_;
    require POSIX;
    POSIX::setsid();
    chdir('/');
    for my $descriptor (3 .. 255) { POSIX::close($descriptor) if $descriptor != fileno($lock) }
    open(STDIN,  '<',  '/dev/null');
    open(STDOUT, '>',  '/dev/null');
    open(STDERR, '>>', "$at{directory}/log");
    %ENV = map { defined $ENV{$_} ? ($_ => $ENV{$_}) : () } qw(PATH HOME TMPDIR);
    exec($at{bun}, '--no-install', $at{resident}, $at{directory}, $at{owner});
    POSIX::_exit(1);
}

sub own {
    alarm(0);
    $SIG{PIPE} = 'DEFAULT';
    close($resident) if $resident;
    exec($at{bun}, '--no-install', $at{program}, $tool, @ARGV);
    print STDERR "$tool: $at{bun} could not be started: $!\n";
    exit(127);
}
