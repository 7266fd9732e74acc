# Rank confidence sets of R csranks: PISA 2018 mathematics (data of the package) and the small case of docs/methods/scoring.md.
library(csranks)
library(jsonlite)
run <- function(x, S, level, R = 10000, indices = seq_along(x)) {
  simul <- csranks(x, S, coverage = level, simul = TRUE, R = R, seed = 1)
  marg <- csranks(x, S, coverage = level, simul = FALSE, R = R, seed = 1)
  list(level = level, rank = simul$rank, simultaneous = list(low = simul$L, high = simul$U),
       marginal = list(low = marg$L, high = marg$U))
}
data(pisa2018)
theta <- pisa2018$math_score
S <- diag(pisa2018$math_se^2)
small <- c(92.0, 91.2, 88.4, 88.1, 85.0, 79.3)
se <- c(1.5, 1.6, 1.4, 2.0, 1.8, 2.2)
dependent <- 0.4 * outer(se, se) + 0.6 * diag(se^2)
out <- list(
  made_with = list(R = R.version.string, csranks = as.character(packageVersion("csranks"))),
  pisa = list(unit = pisa2018$jurisdiction, estimate = theta, std_error = pisa2018$math_se,
              sets = lapply(c(0.95, 0.90, 0.75), function(level) run(theta, S, level)),
              top5_95 = which(cstaubest(theta, S, tau = 5, coverage = 0.95, R = 10000, seed = 1)),
              top5_90 = which(cstaubest(theta, S, tau = 5, coverage = 0.90, R = 10000, seed = 1))),
  small = list(estimate = small, covariance = diag(se^2), sets = run(small, diag(se^2), 0.95, R = 100000)),
  dependent = list(estimate = small, covariance = dependent, sets = run(small, dependent, 0.95, R = 100000))
)
write_json(out, "scoring_csranks.json", digits = NA, auto_unbox = TRUE)
