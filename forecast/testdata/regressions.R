# Makes regressions.csv: Rscript regressions.R marker_pairs_input.csv > regressions.csv
# R 4.2.2, survival 3.5-3, cmprsk 2.2-11. Losses from view come a moment after events,
# as in the incidence; crr itself leaves both in the risk set of a loss on that day.
suppressMessages({library(survival); library(cmprsk)})
options(digits = 15, warn = -1)
d <- read.csv(commandArgs(TRUE)[1])
d <- d[d$status != 9, ]
cat("# Made by regressions.R: Cox, log-rank by soft_origin and Fine-Gray (crr) of R on soft_origin and major_power\n")
cat("from,to,ties,cox1,cox2,se1,se2,loglik0,loglik1,logrank,gray1,gray2,grayse1,grayse2\n")
for (a in 0:8) for (b in 1:8) if (a != b) for (ties in c("efron", "breslow")) {
  s <- d[d$from_rung == a & d$to_rung == b, ]
  if (nrow(s) < 3) next
  row <- tryCatch({
    f <- coxph(Surv(days, status == 1) ~ soft_origin + major_power, s, ties = ties)
    gray <- tryCatch({
      x <- crr(s$days + (s$status == 0) * 1e-6, s$status, as.matrix(s[, c("soft_origin", "major_power")]), gtol = 1e-12, maxiter = 50)
      c(x$coef, sqrt(diag(x$var)))
    }, error = function(e) rep(NA, 4))
    c(f$coefficients, sqrt(diag(f$var)), f$loglik, survdiff(Surv(days, status == 1) ~ soft_origin, s)$chisq, gray)
  }, error = function(e) rep(NA, 11))
  cat(a, b, ties, trimws(formatC(as.numeric(row), digits = 12, format = "g")), sep = ",")
  cat("\n")
}
