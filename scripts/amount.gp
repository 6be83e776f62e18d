# amount.gp: an amount by size, a line a way to do it: the time of a flush, the
# throughput of a copy. Parameters: those of common.gp, and
#   unit            'ns' or 'GB/s'

if (unit eq 'ns') {
	set ytics ('1 ns' 1, '10 ns' 10, '100 ns' 100, '1 µs' 1e3, \
		'10 µs' 1e4, '100 µs' 1e5, '1 ms' 1e6, '10 ms' 1e7)
} else {
	set ytics ('0.01 GB/s' 0.01, '0.1 GB/s' 0.1, '1 GB/s' 1, \
		'10 GB/s' 10, '100 GB/s' 100, '1000 GB/s' 1000)
}
plot for [i = 1:n] $points index i - 1 using 1:3:4 \
		with filledcurves linestyle style[i], \
	for [i = 1:n] $points index i - 1 using 1:2 \
		with linespoints linestyle style[i]
