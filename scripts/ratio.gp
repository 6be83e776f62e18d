# ratio.gp: a ratio of two times by size, with its interval: cached by stream,
# baseline by library. Parameters: those of common.gp, and
#   direction       what a ratio below and above 1 means

if (ymax / ymin < 12) {
	set ytics ('0.25×' 0.25, '0.35×' 0.35, '0.5×' 0.5, '0.7×' 0.7, \
		'0.85×' 0.85, '1×' 1, '1.2×' 1.2, '1.4×' 1.4, '1.7×' 1.7, \
		'2×' 2, '2.5×' 2.5, '3×' 3, '4×' 4, '6×' 6, '8×' 8)
} else {
	set ytics ('0.06×' 0.0625, '0.125×' 0.125, '0.25×' 0.25, '0.5×' 0.5, \
		'1×' 1, '2×' 2, '4×' 4, '8×' 8, '16×' 16, '32×' 32)
}
set arrow 2 from graph 0, first 1 to graph 1, first 1 nohead \
	lc rgb '#8c8c8c' lw 1.5
set ylabel direction font ',12' offset -0.5, 0 textcolor rgb '#4d4d4d'
plot for [i = 1:n] $points index i - 1 using 1:3:4 \
		with filledcurves linestyle style[i], \
	for [i = 1:n] $points index i - 1 using 1:2 \
		with linespoints linestyle style[i]
