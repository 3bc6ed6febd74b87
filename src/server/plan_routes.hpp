#pragma once
#include "core/principal.hpp"
#include "server/http.hpp"
#include "server/services.hpp"

namespace hb::server {

// Handlers about targets, plans and what is handed on: routes/measure_plan.cpp, routes/plans.cpp,
// routes/figures_out.cpp, routes/reports.cpp.
Response get_measure_compare(Request&, const Principal&, Services&);
Response get_measure_outlook(Request&, const Principal&, Services&);
Response get_measure_gap(Request&, const Principal&, Services&);
Response get_plan_assessment(Request&, const Principal&, Services&);
Response get_plan_check(Request&, const Principal&, Services&);
Response get_measure_reports(Request&, const Principal&, Services&);
Response get_adx(Request&, const Principal&, Services&);
Response get_reports(Request&, const Principal&, Services&);
Response get_report(Request&, const Principal&, Services&);
Response get_odata(Request&, const Principal&, Services&);
Response get_odata_metadata(Request&, const Principal&, Services&);
Response get_odata_figures(Request&, const Principal&, Services&);

}  // namespace hb::server
