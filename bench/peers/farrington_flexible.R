# R's farringtonFlexible on weekly series of a district:  Rscript farrington_flexible.R SERIES.csv FROM TO > judged.csv
# SERIES is what `healthbrain watch series --window 7` prints; weeks that begin in FROM … TO and have three years before them are judged, with the improved
# settings (Noufaily et al. 2013) and b = 3. Prints area,place,disease,part,week,observed,upperbound,pvalue: a row per week
# with a p-value of 0.05 or less. A series R cannot fit is named on stderr.
suppressMessages(library(surveillance))
args <- commandArgs(TRUE)
x <- read.csv(args[1], colClasses = c(area = "character", place = "character", disease = "character", part = "character"))
from <- as.Date(args[2]); to <- as.Date(args[3])
field <- function(text) if (grepl("[\",]", text)) paste0('"', gsub('"', '""', text), '"') else text
cat("area,place,disease,part,week,observed,upperbound,pvalue\n")
for (one in split(x, x$unit)) {
  dates <- as.Date(one$date)
  # R wants the whole window around the oldest reference week: three years and w weeks before.
  judged <- which(dates >= max(from, seq(dates[1], by = "3 years", length.out = 2)[2] + 7 * 5) & dates <= to)
  weekly <- sts(observed = matrix(one$observed), start = c(as.integer(format(dates[1], "%Y")), 1), frequency = 52,
                epoch = dates, epochAsDate = TRUE)
  control <- list(range = judged, b = 3, w = 3, noPeriods = 10, pastWeeksNotIncluded = 26, pThresholdTrend = 1,
                  thresholdMethod = "nbPlugin", weightsThreshold = 2.58, alpha = 0.01, glmWarnings = FALSE)
  answer <- tryCatch(farringtonFlexible(weekly, control = control), error = function(e) {
    message("unit ", one$unit[1], ": ", conditionMessage(e)); NULL })
  if (is.null(answer)) next
  p <- as.vector(answer@control$pvalue); bound <- as.vector(upperbound(answer))
  for (i in which(!is.na(p) & !is.na(bound) & p <= 0.05)) {
    at <- judged[i]
    cat(paste(field(one$area[1]), field(one$place[1]), one$disease[1], one$part[1], dates[at], one$observed[at], bound[i], p[i],
              sep = ","), "\n", sep = "")
  }
}
