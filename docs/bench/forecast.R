# The survival part beside R's survival: Rscript docs/bench/forecast.R marker_pairs.csv
# (bloc_id, from_rung, to_rung, days, status, soft_origin, major_power).
suppressMessages(library(survival))
d <- read.csv(commandArgs(TRUE)[1], comment.char = "#")
d <- d[d$status != 9 & d$from_rung == 0 & d$to_rung == 3, ]
d$years <- d$days / 365.25
d$state <- factor(d$status, 0:2)
n <- nrow(d)
ms <- function(what, times, expr) {
  e <- substitute(expr)
  t <- system.time(for (i in seq_len(times)) eval(e, parent.frame()))[["elapsed"]]
  cat(sprintf("%-40s %10.3f ms\n", what, 1000 * t / times))
}
ms("Aalen-Johansen, one class", 200, summary(survfit(Surv(years, state) ~ 1, d), times = c(5, 10, 20), extend = TRUE))
ms("Cox, Efron, two covariates", 200, coxph(Surv(years, status == 1) ~ soft_origin + major_power, d))
ms("Fine-Gray, two covariates", 50, {
  fg <- finegray(Surv(years, state) ~ ., data = d, etype = "1")
  coxph(Surv(fgstart, fgstop, fgstatus) ~ soft_origin + major_power, weight = fgwt, data = fg, ties = "breslow")
})
ms("log-rank", 200, survdiff(Surv(years, status == 1) ~ soft_origin, d))
set.seed(1)
ms("Aalen-Johansen, 2,000 resamples", 1, for (b in 1:2000) {
  s <- d[sample.int(n, n, TRUE), ]
  summary(survfit(Surv(years, state) ~ 1, s), times = c(5, 10, 20), extend = TRUE)
})
