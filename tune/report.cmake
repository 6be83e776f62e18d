# What shows a run to people: the verb report. Its gnuplot scripts and style
# sheets are compiled in (embed.c), so that the program is one file.

add_library(pmem_report STATIC
	comparison.c counts.c embed.c figure.c figure_gain.c figure_measured.c
	format.c html.c page_counts.c page_decisions.c page_figures.c
	page_gain.c page_goals.c page_program.c page_registry.c
	page_sensitivity.c plot.c plot_script.c plot_svg.c program.c reached.c
	registry.c registry_judge.c registry_text.c report.c report_goals.c
	report_html.c report_judge.c report_program.c report_read.c
	report_text.c series.c text.c)
target_link_libraries(pmem_report PUBLIC pmem_tune)

set(scripts ${PROJECT_SOURCE_DIR}/scripts)
set(here ${CMAKE_CURRENT_SOURCE_DIR})
set_source_files_properties(embed.c PROPERTIES
	COMPILE_DEFINITIONS "SCRIPTS_DIR=\"${scripts}\";TUNE_DIR=\"${here}\"")
set_property(SOURCE embed.c PROPERTY OBJECT_DEPENDS
	${scripts}/common.gp ${scripts}/amount.gp ${scripts}/ratio.gp
	${here}/page.css ${here}/plot.css)
