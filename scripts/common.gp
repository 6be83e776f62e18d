# common.gp: what all plots share; read before the script of a kind of plot
#
# Parameters, set by the caller before:
#   n               number of lines
#   label[n]        their names, written at their right ends
#   place[n]        heights of the names, as a share of the plot
#   style[n]        colour and marker of each, 1 to 5
#   label_width     room for the names, as a share of the picture
#   xmin xmax       range of sizes in bytes
#   ymin ymax       range of values
#   mark            chosen threshold in bytes; 0: none to show
#   mark_lo mark_hi its interval in bytes
#   mark_label      what is written above it
#   $points         per line "size value low high", lines apart by two blanks
#
# Colours are those of Okabe and Ito, told apart with every colour vision, the
# lighter two darkened so that names in them can be read on white; the
# style sheet exchanges them by their values in dark mode (plot.css).

set terminal svg size 440,280 dynamic noenhanced font 'sans-serif,13'
set encoding utf8
set bmargin 2
set tmargin mark_label eq '' ? 0.6 : 1.7
set lmargin 9
set rmargin at screen 1 - label_width
unset key

set style line 1 lc rgb '#0072b2' lw 2 pt 7 ps 0.45
set style line 2 lc rgb '#bf5000' lw 2 pt 5 ps 0.40
set style line 3 lc rgb '#007f5c' lw 2 pt 9 ps 0.50
set style line 4 lc rgb '#aa4499' lw 2 pt 13 ps 0.50
set style line 5 lc rgb '#767676' lw 2 pt 11 ps 0.45
set style fill transparent solid 0.18 noborder

set border 1 lc rgb '#8c8c8c'
set tics textcolor rgb '#4d4d4d' font ',12'
set grid ytics lc rgb '#e0e0e0' lw 1 dt 1

set logscale x 2
set logscale y 10
# A little wider, so that rounding drops no tick.
set xrange [xmin / 1.02:xmax * 1.02]
set yrange [ymin:ymax]
set tics scale 0.6, 0
set ytics scale 0
# Names of lines that are long leave no room for all sizes.
if (label_width < 0.27) {
	set xtics nomirror ('8 B' 8, '128 B' 128, '2 KiB' 2048, \
		'32 KiB' 32768, '512 KiB' 524288, '16 MiB' 16777216)
} else {
	set xtics nomirror ('8 B' 8, '512 B' 512, '32 KiB' 32768, \
		'2 MiB' 2097152)
}

do for [i = 1:n] {
	set label i label[i] at graph 1.025, place[i] \
		textcolor linestyle style[i]
}
if (mark_label ne '' && mark_lo < mark_hi) {
	set object 1 rectangle from mark_lo, graph 0 to mark_hi, graph 1 \
		behind fillcolor rgb '#8c8c8c' fillstyle solid 0.15 noborder
}
if (mark > 0) {
	set arrow 1 from mark, graph 0 to mark, graph 1 nohead \
		lc rgb '#4d4d4d' lw 1.5 dt (6, 4)
}
if (mark_label ne '') {
	# Above the plot, over the line, as far as it stays in the picture.
	where = log(mark > 0 ? mark / xmin : 1) / log(xmax / xmin)
	if (where < 0.3) {
		set label n + 1 mark_label left at graph where, 1.055 \
			textcolor rgb '#4d4d4d'
	} else {
		set label n + 1 mark_label center at graph where, 1.055 \
			textcolor rgb '#4d4d4d'
	}
}
