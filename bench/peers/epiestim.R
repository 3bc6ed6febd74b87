# R_t of one curve of 300 days with EpiEstim: CPU milliseconds per curve. The curve of bench/tempo.
suppressMessages(library(EpiEstim))
t <- 1:300
cases <- round(100 + 95 * sin(t / 16) + (t * 37) %% 11)
config <- make_config(list(mean_si = 6.8, std_si = 4.1, t_start = 2:294, t_end = 8:300))
run <- function() suppressWarnings(suppressMessages(estimate_R(cases, method = "parametric_si", config = config)))
invisible(run())
time <- system.time(for (i in 1:20) run())
cat(sprintf("%.3f\n", 1000 * (time[["user.self"]] + time[["sys.self"]]) / 20))
