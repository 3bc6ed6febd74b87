#pragma once
#include "core/principal.hpp"
#include "server/http.hpp"
#include "server/json.hpp"
#include "server/outcome.hpp"
#include "server/services.hpp"
#include "server/signals.hpp"

namespace hb::server {

// Handlers about kept signals: routes/signals.cpp (lists and acts), routes/signal_evidence.cpp
// (what stands beside one), routes/signal_tempo.cpp.
Response get_signals(Request&, const Principal&, Services&);
Response get_signal(Request&, const Principal&, Services&);
Response get_signal_quality(Request&, const Principal&, Services&);
Response get_signal_workload(Request&, const Principal&, Services&);
Response post_signal_workload(Request&, const Principal&, Services&);
Response verify_signal(Request&, const Principal&, Services&);
Response investigate_signal(Request&, const Principal&, Services&);
Response reopen_signal(Request&, const Principal&, Services&);
Response note_signal(Request&, const Principal&, Services&);
Response get_signal_series(Request&, const Principal&, Services&);
Response get_signal_compare(Request&, const Principal&, Services&);
Response get_signal_tempo(Request&, const Principal&, Services&);
Response get_signal_line_list(Request&, const Principal&, Services&);
Response get_tuning(Request&, const Principal&, Services&);  // routes/tuning.cpp
Response post_tuning(Request&, const Principal&, Services&);
Response post_known_outbreaks(Request&, const Principal&, Services&);
Response get_tuning_run(Request&, const Principal&, Services&);
Response cancel_tuning(Request&, const Principal&, Services&);
Response decide_tuning(Request&, const Principal&, Services&);

/// The house of signals, or the answer where the scenes have none.
Parsed<SignalHouse*> signal_house(Services& services);
/// The signal that {id} names, if the asker's areas hold it; else 404.
Parsed<signals::Kept> signal_of(const Request& request, const Principal& principal,
                                Services& services);
json::object signal_object(const signals::Kept& kept, Services& services);
/// {"zh","en"} of a disease; null when there is none.
json::value disease_name(const Services& services, const std::string& disease);

}  // namespace hb::server
