# amount.gp: an amount by size, a line a way to do it: the time of a flush, the
# throughput of a copy. Parameters: those of common.gp, and
#   unit            'ns' or 'GB/s'

if (unit eq 'ns' && ymax / ymin > 1000) {
	set ytics ('0.1 ns' 0.1, '1 ns' 1, '10 ns' 10, '100 ns' 100, \
		'1 µs' 1e3, '10 µs' 1e4, '100 µs' 1e5)
}
if (unit eq 'ns' && ymax / ymin <= 1000) {
	set ytics ('0.1 ns' 0.1, '0.2 ns' 0.2, '0.5 ns' 0.5, '1 ns' 1, \
		'2 ns' 2, '5 ns' 5, '10 ns' 10, '20 ns' 20, '50 ns' 50, \
		'100 ns' 100, '200 ns' 200, '500 ns' 500, '1 µs' 1e3, \
		'2 µs' 2e3, '5 µs' 5e3, '10 µs' 1e4)
}
if (unit eq 'GB/s') {
	set ytics ('0.01 GB/s' 0.01, '0.1 GB/s' 0.1, '1 GB/s' 1, \
		'10 GB/s' 10, '100 GB/s' 100, '1000 GB/s' 1000)
}
plot for [i = 1:n] $points index i - 1 using 1:3:4 \
		with filledcurves linestyle style[i], \
	for [i = 1:n] $points index i - 1 using 1:2 \
		with linespoints linestyle style[i]
