# CPU seconds per series of R's surveillance, median of several runs:  Rscript surveillance.R <folder of series>
# Prints name,seconds. Workloads are those of bench/surveillance/detect_bench.cpp.
suppressMessages(library(surveillance))
dir <- commandArgs(TRUE)[1]
cpu <- function(runs, f) { t <- numeric(runs); for (i in seq_len(runs)) { p <- proc.time(); f(); q <- proc.time() - p; t[i] <- q[1] + q[2] }; median(t) }
x <- read.csv(file.path(dir, "stsNewport.csv"))
newport <- sts(observed = matrix(x$observed), start = c(2000, 1), frequency = 52, epoch = as.Date(x$date), epochAsDate = TRUE)
n <- nrow(newport)
improved <- list(range = (n - 103):n, b = 5, w = 3, noPeriods = 10, pastWeeksNotIncluded = 26, pThresholdTrend = 1,
                 thresholdMethod = "nbPlugin", weightsThreshold = 2.58, alpha = 0.01, glmWarnings = FALSE)
cat("farrington-flexible,", cpu(3, function() farringtonFlexible(newport, control = improved)), "\n", sep = "")
set.seed(42); day <- 0:999
y <- rpois(1000, 4 * ifelse(day %% 7 < 5, 1.1, 0.75) * (1 + 0.4 * cos(2 * pi * day / 365)))
daily <- sts(observed = matrix(y), start = c(2019, 1), frequency = 365)
for (m in c("C1", "C2", "C3"))   # ten in a row: one is at the edge of the clock
  cat("ears-", tolower(m), ",", cpu(5, function() for (i in 1:10) earsC(daily, control = list(method = m))) / 10, "\n", sep = "")
