#pragma once
#include "core/principal.hpp"
#include "server/http.hpp"
#include "server/services.hpp"

namespace hb::server {

// Handlers about reported figures and published numbers: routes/figures.cpp,
// routes/figure_acts.cpp.
Response get_figures(Request&, const Principal&, Services&);
Response get_figure(Request&, const Principal&, Services&);
Response get_figure_conflicts(Request&, const Principal&, Services&);
Response get_figure_template(Request&, const Principal&, Services&);
Response import_figure_file(Request&, const Principal&, Services&);
Response post_figure_acts(Request&, const Principal&, Services&);
Response post_figure_decision(Request&, const Principal&, Services&);
Response get_vintages(Request&, const Principal&, Services&);
Response post_vintages(Request&, const Principal&, Services&);

}  // namespace hb::server
